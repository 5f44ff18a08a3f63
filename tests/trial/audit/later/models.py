"""A form that came later: its class is all that the audit schema is told."""

from django.db import models

from trial.models import Participant, RecordRow
from trial.models.base import Place


class Electrocardiogram(RecordRow):
    """An electrocardiogram with its corrected QT time in milliseconds."""

    place = Place(form="electrocardiogram")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField()
    qtc_ms = models.PositiveSmallIntegerField()
    remark = models.CharField(max_length=200, blank=True, default="")


class Lead(RecordRow):
    """A line below it, which leads to the participant by the row above alone."""

    electrocardiogram = models.ForeignKey(Electrocardiogram, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=10)
