"""What else bears on the results: medication, history, deviations from the protocol."""

from django.db import models

from trial.models.base import ByEdition, Place, RecordRow
from trial.models.casebook.participant import Participant
from trial.models.fields import MissingReasonField, PartialDateField, value_or_reason
from trial.protocol import code_lists


class Medication(RecordRow, ByEdition):
    """A medication beside the study treatment; somatostatin analogues are asked for, since they confound hormones."""

    place = Place(form="medication")
    in_results = ("name",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="medications")
    kind = models.CharField("Kind", max_length=24, choices=code_lists.MEDICATION_KINDS)
    name = models.CharField("Name", max_length=80)
    dose = models.CharField("Dose", max_length=60, blank=True, default="")
    route = models.CharField("Route", max_length=16, choices=code_lists.ROUTES, blank=True, default="", db_default="")
    route_words = models.CharField("Other route", max_length=60, blank=True, default="", db_default="")
    how_often = models.CharField(
        "Frequency", max_length=16, choices=code_lists.HOW_OFTEN, blank=True, default="", db_default=""
    )
    how_often_words = models.CharField("Other frequency", max_length=60, blank=True, default="", db_default="")
    indication = models.CharField("Indication", max_length=120, blank=True, default="")
    started_on = PartialDateField("Started on", null=True, blank=True)
    started_on_missing = MissingReasonField()
    stopped_on = PartialDateField("Stopped on", null=True, blank=True)

    class Meta:
        verbose_name = "Concomitant medication"
        ordering = ("started_on", "id")
        constraints = [value_or_reason("started_on", "medication_start_or_reason")]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.name, self.dose)))


class PriorTherapy(RecordRow, ByEdition):
    """One anticancer therapy from before the study."""

    place = Place(form="prior_therapy")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="prior_therapies")
    kind = models.CharField("Kind", max_length=24, choices=code_lists.PRIOR_THERAPY_KINDS)
    name = models.CharField("Drug or procedure", max_length=120)
    started_on = PartialDateField("Started on", null=True, blank=True)
    started_on_missing = MissingReasonField()
    ongoing = models.CharField("Ongoing at screening", max_length=8, choices=code_lists.YES_NO_UNKNOWN)
    stopped_on = PartialDateField("Stopped on", null=True, blank=True)
    best_response = models.CharField("Best response", max_length=12, choices=code_lists.PRIOR_RESPONSES)
    stop_reason = models.CharField("Reason stopped", max_length=12, choices=code_lists.REASONS_STOPPED, blank=True)
    stop_words = models.CharField("Other reason stopped", max_length=120, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = "Prior therapy", "Prior therapies"
        ordering = ("started_on", "id")
        constraints = [value_or_reason("started_on", "prior_therapy_start_or_reason")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"


class MedicalHistory(RecordRow, ByEdition):
    """A condition or symptom that was there before treatment."""

    place = Place(form="history")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="history")
    condition = models.CharField("Condition or symptom", max_length=120)
    grade = models.PositiveSmallIntegerField("Grade at baseline", null=True, blank=True, choices=code_lists.GRADES[:4])
    began_on = PartialDateField("Began on", null=True, blank=True)
    began_on_missing = MissingReasonField()
    ongoing = models.CharField("Ongoing at baseline", max_length=8, choices=code_lists.YES_NO_UNKNOWN)

    class Meta:
        ordering = ("began_on", "id")
        constraints = [value_or_reason("began_on", "history_start_or_reason")]

    def __str__(self) -> str:
        return self.condition


class Deviation(RecordRow, ByEdition):
    """A deviation from the protocol and what was done about it."""

    place = Place(form="deviation")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="deviations")
    happened_on = models.DateField("Happened on")
    kind = models.CharField("Kind", max_length=16, choices=code_lists.DEVIATION_KINDS)
    description = models.TextField("Description")
    action = models.TextField("Action taken", blank=True, default="")

    class Meta:
        verbose_name = "Protocol deviation"
        ordering = ("happened_on", "id")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.description[:80]}"
