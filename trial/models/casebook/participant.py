"""Screening, eligibility, waiver, registration, and what was found out about it later."""

from django.db import models
from django.db.models import F, Q

from trial import protocol
from trial.models.base import ByEdition, Place, RecordRow, one_standing, unless_empty
from trial.models.fields import GroupField, MissingReasonField, PartialDateField, value_or_reason
from trial.models.people import Site


def tumor_types() -> list[tuple[str, str]]:
    """Code and label of each tumor type. Called for, so that a further group changes no migration."""
    return [(kind.code, kind.label) for kind in protocol.TUMOUR_TYPES]


def histologies() -> list[tuple[str, str]]:
    """Code and label of each histology."""
    return [(kind.code, kind.label) for kind in protocol.HISTOLOGIES]


class Participant(RecordRow, ByEdition):
    """Someone screened for the trial; has a study number and `registered_on` once registered."""

    place = Place(form="registration")
    codes = ("number",)

    site = models.ForeignKey(Site, verbose_name="Site", on_delete=models.PROTECT, related_name="participants")
    screening_number = models.PositiveIntegerField("Screening number", unique=True)
    number = models.CharField("Study number", max_length=12, unique=True, null=True)
    consented_on = models.DateField("Consent signed on", null=True)
    registered_on = models.DateField("Registered on", null=True)
    born_on = PartialDateField("Date of birth", null=True)
    born_on_missing = MissingReasonField()
    sex = models.CharField("Sex", max_length=16, choices=protocol.SEXES)
    race = models.CharField("Race", max_length=20, choices=protocol.RACES)
    ethnicity = models.CharField("Ethnicity", max_length=16, choices=protocol.ETHNICITIES)
    ecog = models.PositiveSmallIntegerField("ECOG performance status", null=True)
    ecog_missing = MissingReasonField()
    tumour_type = models.CharField("Tumor type", max_length=32, choices=tumor_types)
    histology = models.CharField("Histology", max_length=32, choices=histologies)
    primary_site = models.CharField("Primary site", max_length=60, blank=True, default="")
    metastatic_sites = models.CharField("Metastatic sites", max_length=120, blank=True, default="")
    functional_syndrome = models.CharField("Functional syndrome", max_length=60, blank=True, default="")
    prior_therapy = models.TextField("Prior therapy", blank=True, default="")
    group = GroupField("Group")

    class Meta:
        verbose_name, verbose_name_plural = "Screening and registration", "Screening and registration"
        ordering = ("number", "screening_number")
        constraints = [
            value_or_reason("born_on", "participant_birth_or_reason"),
            value_or_reason("ecog", "participant_ecog_or_reason"),
            models.CheckConstraint(
                condition=Q(number__isnull=True, registered_on__isnull=True)
                | Q(number__isnull=False, registered_on__isnull=False, consented_on__isnull=False),
                name="participant_registered_with_number_and_consent",
            ),
            unless_empty("participant_consent_before_registration", Q(consented_on__lte=F("registered_on")),
                         "registered_on"),
            models.CheckConstraint(condition=Q(ecog__lte=4), name="participant_ecog_at_most_4"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The study number, or the screening number before registration; safe in URLs."""
        return self.number or f"S-{self.screening_number:04d}"

    @property
    def is_registered(self) -> bool:
        """Whether a study number was given."""
        return self.number is not None


class EligibilityAnswer(RecordRow):
    """The answer to one item of the eligibility checklist; a laboratory item carries value and date."""

    place = Place(above="participant")
    codes = ("item",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="eligibility_answers")
    edition = models.PositiveSmallIntegerField("Checklist version", default=protocol.ELIGIBILITY_EDITION)
    item = models.CharField("Criterion", max_length=32)
    met = models.BooleanField("Met", null=True)
    value = models.DecimalField("Value", max_digits=12, decimal_places=3, null=True)
    measured_on = models.DateField("Measured on", null=True)
    # What a value in multiples of the upper limit was made from, in one unit.
    measured = models.DecimalField("Measured value", max_digits=12, decimal_places=3, null=True)
    upper_limit = models.DecimalField("Upper limit of normal", max_digits=12, decimal_places=3, null=True)

    class Meta:
        verbose_name, verbose_name_plural = "Eligibility answer", "Eligibility checklist"
        constraints = [
            models.UniqueConstraint(fields=("participant", "item"), name="one_answer_per_item"),
            models.CheckConstraint(
                condition=models.Q(measured__isnull=True, upper_limit__isnull=True)
                | models.Q(measured__isnull=False, upper_limit__gt=0, value__isnull=False),
                name="answer_measured_with_its_limit",
            ),
        ]


class Waiver(RecordRow):
    """A request of the site to register in spite of the criteria that it names, and the chair's decision.

    criteria: codes of the checklist, joined by "; "; empty: an older request, which named none.
    """

    place = Place(above="participant")
    codes = ("criteria",)

    class Decision(models.TextChoices):
        OPEN = "open", "Awaiting study chair"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="waivers")
    criteria = models.CharField("Criteria", max_length=400, blank=True, default="")
    requested_because = models.TextField("Reason for the waiver")
    decision = models.CharField("Decision", max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_because = models.TextField("Reason for the decision", blank=True, default="")

    @property
    def items(self) -> tuple[str, ...]:
        """Codes of the criteria that it names."""
        return tuple(self.criteria.split("; ")) if self.criteria else ()

    @property
    def named(self) -> list[str]:
        """The criteria that it names, in words."""
        return [item.words for item in protocol.ELIGIBILITY if item.code in self.items]


class ScreenFailure(RecordRow):
    """The end of a screening without registration; struck out when screening goes on after all."""

    place = Place(above="participant")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="screen_failures")
    failed_on = models.DateField("Screening ended on")
    reason = models.CharField("Reason", max_length=12, choices=protocol.code_lists.SCREEN_FAILURE_REASONS)
    comment = models.CharField("Comment", max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = "Screen failure", "Screen failures"
        constraints = [one_standing("one_screen_failure", "participant")]

    def __str__(self) -> str:
        return self.get_reason_display()


class SiteTransfer(RecordRow):
    """A participant moved from one site to another; each Change keeps the site at which it was made."""

    place = Place(above="participant")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="site_transfers")
    from_site = models.ForeignKey(Site, verbose_name="From site", on_delete=models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Site, verbose_name="To site", on_delete=models.PROTECT, related_name="+")
    moved_on = models.DateField("Moved on")
    because = models.CharField("Reason", max_length=300)

    class Meta:
        verbose_name, verbose_name_plural = "Move to another site", "Moves to another site"
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=~Q(from_site=F("to_site")), name="a_move_has_two_sites")
        ]

    def __str__(self) -> str:
        return f"{self.from_site.code} to {self.to_site.code}"


class RegistrationFinding(RecordRow):
    """What turned out about a registration afterwards; the participant stays on record."""

    place = Place(above="participant")
    in_results = ("because",)

    class Kind(models.TextChoices):
        INELIGIBLE = "ineligible", "Found ineligible"
        CANCELLED = "cancelled", "Canceled before treatment"
        IN_ERROR = "in_error", "Registered in error"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField("Registration issue", max_length=12, choices=Kind.choices)
    found_on = models.DateField("Found on")
    because = models.TextField("Description")

    class Meta:
        verbose_name, verbose_name_plural = "Registration issue", "Registration issues"
