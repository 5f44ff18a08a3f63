"""Expedited reports that were sent, and the table of rules that the sponsor puts in place of the shipped one."""

from django.db import models
from django.db.models import Q

from trial.models.adverse_event import AdverseEvent
from trial.models.participant import Participant
from trial.models.record import RecordRow
from trial.rules.expedited import KINDS


class ExpeditedReport(RecordRow):
    """A report of an adverse event as it was sent: of which kind, when, by whom, under which reference."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="expedited_reports")
    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="expedited_reports")
    kind = models.CharField(max_length=12, choices=KINDS)
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=120)
    reference = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ("sent_at", "id")
        constraints = [models.CheckConstraint(condition=~Q(sent_by=""), name="expedited_report_has_a_sender")]


class ExpeditedTable(RecordRow):
    """An edition of the table of expedited reporting; the newest one that stands is in force.

    rules: the lines of the file, as `trial.rules.expedited_table.from_cells` reads them.
    """

    source = models.CharField(max_length=300)
    is_confirmed = models.BooleanField()
    rules = models.JSONField()

    class Meta:
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="expedited_table_has_a_source")]
