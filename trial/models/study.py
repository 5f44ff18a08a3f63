"""Settings of the analysis: our readings where the registry is silent. The statistician proposes, the chair agrees."""

from django.db import models
from django.db.models import F, Q

from trial.models.base import AppendOnly, RecordRow, one_standing
from trial.models.people import Person, Site
from trial.rules import accrual


class GroupSettings(RecordRow):
    """What the analysis of one group is run with, where it differs from the protocol's constants; one row per group."""

    codes = ("group",)

    group = models.CharField(max_length=1, unique=True)
    chosen = models.JSONField(default=dict)

    class Meta:
        verbose_name = "Analysis settings"


class SettingsProposal(RecordRow):
    """Settings of a group that the statistician proposes; the chair approves or refuses them, or they are withdrawn.

    chosen: as in `GroupSettings`. seen_version: fingerprint of the settings in force when they were proposed.
    decided_in: the number of the Change that settled it; `GroupSettings` is written by the same one, or not at all.
    """

    own_hand = ("proposed_by", "decided_by")
    codes = ("group", "seen_version")

    class State(models.TextChoices):
        PROPOSED = "proposed", "Awaiting study chair"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    group = models.CharField(max_length=1)
    chosen = models.JSONField(default=dict)
    seen_version = models.CharField(max_length=12)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_because = models.TextField()
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_because = models.TextField(blank=True, default="")
    decided_in = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "Proposed analysis settings"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("group",), condition=Q(state="proposed"), name="one_waiting_proposal"),
            models.CheckConstraint(
                condition=Q(state="proposed") | (Q(decided_by__isnull=False) & ~Q(decided_because="")),
                name="proposal_is_settled_by_someone_who_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "withdrawn")) | ~Q(decided_by=F("proposed_by")),
                name="settings_are_approved_by_another_person",
            ),
        ]


class Reopening(RecordRow):
    """The chair's decision to reopen a group that a stage has closed, with the reason.

    stage, ground: what was lifted (`trial.rules.accrual`); futility declared later closes the group again.
    """

    codes = ("group",)

    class Ground(models.TextChoices):
        WAITING = accrual.WAITING, "Suspended until the stage's outcomes are known"
        FUTILITY = accrual.FUTILITY, "Futility"
        EFFICACY = accrual.EFFICACY, "Efficacy"

    group = models.CharField(max_length=1)
    stage = models.PositiveSmallIntegerField(default=1)
    ground = models.CharField(max_length=10, choices=Ground.choices, default=Ground.WAITING)
    because = models.TextField()

    class Meta:
        verbose_name = "Reopening of accrual"
        constraints = [one_standing("one_reopening", "group", "stage", "ground")]


class DataCut(RecordRow):
    """A name for a moment: the newest change it knows, a clinical cut-off, and what its results were computed with.

    Nothing of it is ever altered. `head_seal` is the seal of its newest change: a record rewritten later shows.
    """

    is_unalterable = True
    codes = ("name", "because", "engine", "head_seal")

    name = models.CharField(max_length=60, unique=True)
    because = models.CharField(max_length=200)
    as_of_change = models.BigIntegerField()
    cutoff = models.DateField(null=True)
    engine = models.CharField(max_length=16)
    settings_versions = models.JSONField()
    head_seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=~Q(because=""), name="data_cut_says_why")]

    def __str__(self) -> str:
        return self.name


class EditionApproval(RecordRow):
    """One word about one edition of one form at one site; the newest one that stands holds, none is ever changed.

    decided_on: the day of the approval (or of what took it back, or on which the site was opened). decided_by: the
    ethics committee or authority, with its reference.
    """

    own_hand = ("recorded_by",)
    codes = ("form", "decided_by")

    class State(models.TextChoices):
        OPENED = "opened", "In use since the site was opened"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Approval revoked"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="edition_approvals")
    form = models.CharField(max_length=24)
    edition = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    decided_on = models.DateField()
    decided_by = models.CharField(max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "Approval of a form version"
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=""), name="edition_approval_says_who_approved"
            )
        ]


class CriteriaOnRecord(AppendOnly):
    """The name of the criteria at the first registration. No entry of the casebook, so it is not audited."""

    name = models.CharField(max_length=20)
    noted_at = models.DateTimeField()
    is_only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(is_only=True), name="criteria_noted_once")]

    def __str__(self) -> str:
        return self.name


class GradeText(models.Model):
    """The full text of one grade of a term of CTCAE 3.0, and of its select where the term has selects."""

    term = models.CharField(max_length=80)
    select = models.CharField(max_length=80, blank=True, default="")
    grade = models.PositiveSmallIntegerField()
    words = models.TextField()

    class Meta:
        ordering = ("term", "select", "grade")
        constraints = [
            models.UniqueConstraint(fields=("term", "select", "grade"), name="one_text_per_grade"),
            models.CheckConstraint(condition=models.Q(grade__range=(1, 5)), name="grade_text_1_to_5"),
        ]
