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
    kind = models.CharField(max_length=24, choices=code_lists.MEDICATION_KINDS)
    name = models.CharField(max_length=80)
    dose = models.CharField(max_length=60, blank=True, default="")
    indication = models.CharField(max_length=120, blank=True, default="")
    started_on = PartialDateField(null=True, blank=True)
    started_on_missing = MissingReasonField()
    stopped_on = PartialDateField(null=True, blank=True)

    class Meta:
        ordering = ("started_on", "id")
        constraints = [value_or_reason("started_on", "medication_start_or_reason")]


class MedicalHistory(RecordRow, ByEdition):
    """A condition or symptom that was there before treatment."""

    place = Place(form="history")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="history")
    condition = models.CharField(max_length=120)
    grade = models.PositiveSmallIntegerField(null=True, blank=True, choices=code_lists.GRADES[:4])
    began_on = PartialDateField(null=True, blank=True)
    began_on_missing = MissingReasonField()
    ongoing = models.CharField(max_length=8, choices=code_lists.YES_NO_UNKNOWN)

    class Meta:
        ordering = ("began_on", "id")
        verbose_name_plural = "medical history"
        constraints = [value_or_reason("began_on", "history_start_or_reason")]


class Deviation(RecordRow, ByEdition):
    """A deviation from the protocol and what was done about it."""

    place = Place(form="deviation")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="deviations")
    happened_on = models.DateField()
    kind = models.CharField(max_length=16, choices=code_lists.DEVIATION_KINDS)
    description = models.TextField()
    action = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("happened_on", "id")
