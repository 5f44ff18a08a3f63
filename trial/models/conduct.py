"""The conduct of the study: queries, source verification, freezes and locks, signatures, reviews of the trail.

Rows of the record like any other: each is written by a Change, kept for ever, and part of the sealed chain.
A place of the casebook is (participant, form kind, row id of the entry or None, field or empty).
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, IntegerField, Q, Value
from django.db.models.lookups import GreaterThan

from trial.models.base import BY_LOCK, BY_NOTHING, STANDING, RecordRow, one_standing
from trial.models.casebook.participant import Participant
from trial.models.people import Person, Role, Site
from trial.protocol import code_lists, schedule


def _person(**kwargs: object) -> models.ForeignKey:
    return models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", **kwargs)


class Query(RecordRow):
    """A question to the site about an entry, asked by a monitor, by an edit check or by the computation.

    check_id: the edit check or finding that asks (empty: a person does). finding: what was found, for the monitor;
    `words` are what the site reads and never suggest an answer.
    """

    held_by = BY_LOCK
    codes = ("form", "field", "check_id")

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"
        CANCELLED = "cancelled", "Canceled"

    # Those that wait for the site, and those that wait for anybody.
    FOR_SITE = (State.OPEN, State.REOPENED)
    NOT_CLOSED = (*FOR_SITE, State.ANSWERED)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="queries")
    form = models.CharField(max_length=30)
    row_id = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True, default="")
    check_id = models.CharField(max_length=40, blank=True, default="")
    words = models.CharField(max_length=600)
    finding = models.CharField(max_length=600, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    assigned_role = models.CharField(max_length=20, choices=Role.choices, default=Role.COORDINATOR)
    raised_by = _person(null=True)
    raised_at = models.DateTimeField()
    closed_by = _person(null=True)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=("state", "id"), name="queries_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=("participant", "check_id", "form", "row_id"),
                condition=Q(state__in=("open", "answered", "reopened")) & STANDING & ~Q(check_id=""),
                nulls_distinct=False,
                name="one_standing_query_per_finding",
            ),
            models.CheckConstraint(condition=~Q(words=""), name="query_has_words"),
        ]

    @property
    def waits_for_site(self) -> bool:
        """Whether the site is to answer."""
        return self.state in self.FOR_SITE

    @property
    def is_standing(self) -> bool:
        """Whether anybody still has to do something."""
        return self.state in self.NOT_CLOSED


class QueryMessage(RecordRow):
    """What was said about a query, and the state it took with these words; said_by is None for the system."""

    held_by = BY_LOCK
    own_hand = ("said_by",)

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="messages")
    state = models.CharField(max_length=10, choices=Query.State.choices)
    words = models.CharField(max_length=600, blank=True, default="")
    said_by = _person(null=True)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)


class SourceVerification(RecordRow):
    """A monitor compared a form (or one field of it) with the source, as it stood at change `at_change`."""

    held_by = BY_LOCK
    own_hand = ("verified_by",)
    codes = ("form", "field")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="verifications")
    form = models.CharField(max_length=30)
    row_id = models.BigIntegerField()
    field = models.CharField(max_length=60, blank=True, default="")
    at_change = models.BigIntegerField()
    verified_by = _person()
    verified_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [one_standing("one_verification_per_place", "form", "row_id", "field")]


class Hold(RecordRow):
    """A freeze (the monitor's) or a lock (asked by the monitor, approved by the chair) of a part of the record.

    While it holds, the database itself refuses writes below it (`trial.audit.holds`): a freeze stops entries, a lock
    everything. A lock is lifted by two people, each with a reason.
    """

    held_by = BY_NOTHING  # lifting a lock must stay possible under it
    own_hand = ("asked_by", "decided_by", "lift_asked_by", "lifted_by")
    codes = ("form",)

    class Kind(models.TextChoices):
        FREEZE = "freeze", "Freeze"
        LOCK = "lock", "Lock"

    class Scope(models.TextChoices):
        FORM = "form", "Form"
        PARTICIPANT = "participant", "Participant"
        SITE = "site", "Site"
        STUDY = "study", "Study"

    class State(models.TextChoices):
        ASKED = "asked", "Awaiting study chair"
        IN_FORCE = "in_force", "Active"
        REFUSED = "refused", "Refused"
        LIFT_ASKED = "lift_asked", "Locked, unlock requested"
        LIFTED = "lifted", "Removed"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    scope = models.CharField(max_length=11, choices=Scope.choices)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="holds")
    form = models.CharField(max_length=30, blank=True, default="")
    row_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    asked_by = _person()
    asked_at = models.DateTimeField()
    asked_because = models.CharField(max_length=300, blank=True, default="")
    decided_by = _person(null=True)
    decided_because = models.CharField(max_length=300, blank=True, default="")
    lift_asked_by = _person(null=True)
    lift_asked_because = models.CharField(max_length=300, blank=True, default="")
    lifted_by = _person(null=True)
    lifted_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "Freeze or lock"
        ordering = ("id",)
        indexes = [
            models.Index(fields=("participant",), condition=Q(state__in=("in_force", "lift_asked")),
                         name="holds_in_force"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="study", site__isnull=True, participant__isnull=True, form="")
                | Q(scope="site", site__isnull=False, participant__isnull=True, form="")
                | Q(scope="participant", site__isnull=True, participant__isnull=False, form="")
                | (Q(scope="form", site__isnull=True, participant__isnull=False) & ~Q(form="")),
                name="hold_names_its_scope",
            ),
            models.CheckConstraint(condition=STANDING, name="hold_is_lifted_never_struck_out"),
            models.CheckConstraint(
                condition=~Q(state="lifted") | (Q(lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_is_lifted_by_someone_who_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="freeze")
                | ~Q(state="lifted")
                | (Q(lift_asked_by__isnull=False) & ~Q(lift_asked_because="") & ~Q(lift_asked_by=F("lifted_by"))),
                name="lock_is_lifted_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind="freeze")
                | Q(state__in=("asked", "refused"))
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="lock_is_approved_by_another_person",
            ),
        ]

    @property
    def holds(self) -> bool:
        """Whether it refuses writes now."""
        return self.state in (self.State.IN_FORCE, self.State.LIFT_ASKED)


class Signature(RecordRow):
    """An investigator's signature of one casebook: bound to the versions it lists, their hash and the newest seal."""

    held_by = BY_LOCK
    own_hand = ("signed_by",)
    codes = ("printed_name", "meaning", "head_seal", "content_hash")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="signatures")
    signed_by = _person()
    printed_name = models.CharField(max_length=120)
    signed_at = models.DateTimeField()
    meaning = models.CharField(max_length=400)
    at_change = models.BigIntegerField()
    head_seal = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    versions = ArrayField(models.BigIntegerField())

    class Meta:
        ordering = ("id",)
        constraints = [one_standing("one_signature_per_content", "participant", "content_hash")]


class AuditReview(RecordRow):
    """Someone read the trail from one change to another and says what was found."""

    held_by = BY_NOTHING
    own_hand = ("reviewed_by",)
    codes = ("span",)

    reviewed_by = _person()
    reviewed_at = models.DateTimeField()
    from_change = models.BigIntegerField()
    to_change = models.BigIntegerField()
    span = models.CharField(max_length=200, blank=True, default="")
    words = models.CharField(max_length=600)

    class Meta:
        ordering = ("id",)


class Acknowledgement(RecordRow):
    """A soft check that failed on an entry, and why the entry stands all the same (empty: nobody has looked yet)."""

    codes = ("check_id", "form")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="acknowledgements")
    check_id = models.CharField(max_length=16)
    form = models.CharField(max_length=30)
    row_id = models.BigIntegerField()
    words = models.CharField(max_length=300)
    because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "Soft check explanation"
        ordering = ("id",)
        constraints = [one_standing("one_acknowledgement_per_check_and_entry", "check_id", "form", "row_id")]


class NotDone(RecordRow):
    """What the schedule asked for (`what` is its name there: “Week 8”, “Visit, cycle 2”) and why it was not done."""

    codes = ("what",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="not_done")
    what = models.CharField(max_length=40)
    due_on = models.DateField()
    reason = models.CharField(max_length=16, choices=code_lists.NOT_DONE_REASONS)
    because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ("due_on", "id")
        constraints = [one_standing("one_word_per_thing_not_done", "participant", "what")]


def _days(later: Value | F, earlier: F) -> Func:
    """SQL: whole days from one date to another."""
    return Func(later, earlier, template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField())


class DueItem(models.Model):
    """Something that the schedule asks for and that is neither done nor said to be not done, with its dates.

    Derived from the record (`capture.participants.due_dates`) and therefore neither audited nor kept; the columns are
    those of `trial.protocol.schedule.Planned`.
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="due_items")
    form = models.CharField(max_length=30)
    title = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    window_from = models.DateField()
    window_to = models.DateField()
    missed_from = models.DateField(null=True)
    listed_from = models.DateField(null=True)
    repeats_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=("participant", "window_from"), name="due_items_of_participant")]

    @property
    def planned(self) -> schedule.Planned:
        """The same as the schedule knows it."""
        return schedule.Planned(
            self.form, self.title, self.number, self.due_on, self.window_from, self.window_to, self.missed_from,
            listed_from=self.listed_from, repeats_days=self.repeats_days,
        )  # fmt: skip

    @staticmethod
    def due_or_overdue(today: date) -> Q:
        """The condition on those that are due or overdue on a day; what repeats is always one of the two."""
        begun = Q(window_from__lte=today)
        return begun & (Q(missed_from=None) | Q(missed_from__gt=today) | Q(repeats_days__isnull=False))

    @classmethod
    def overdue(cls, today: date) -> Q:
        """The condition on those that are overdue on a day."""
        since = _days(Value(today, models.DateField()), F("window_from")) % F("repeats_days")
        again = Q(GreaterThan(since, _days(F("window_to"), F("window_from"))))
        return cls.due_or_overdue(today) & Q(window_to__lt=today) & (Q(repeats_days=None) | again)
