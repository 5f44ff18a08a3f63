"""A problem with the product, reported by whoever met it, and what its review found."""

from django.db import models

from trial.models.person import Person
from trial.models.record import RecordRow


class ProblemReport(RecordRow):
    """What is wrong, how bad it is, on which page of which program; reviewed once by the administrator."""

    class Severity(models.TextChoices):
        DATA = "data", "Data or a result are wrong, or were lost"
        BLOCKS = "blocks", "I cannot go on with my work"
        HINDERS = "hinders", "It hinders, there is a way round it"
        SMALL = "small", "A small thing"

    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.CharField(max_length=1000)
    page = models.CharField(max_length=200, blank=True, default="")
    program = models.CharField(max_length=60)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=600, blank=True, default="")

    class Meta:
        ordering = ("-id",)
