"""Who took the record out and who looked at interim results: a journal beside the chain of Changes."""

from django.db import models
from django.db.models.functions import Now


class JournalEntry(models.Model):
    """One act of reading that is on record; the database sets the time and refuses to alter or delete the row.

    It is no Change: reading moves no result. person None: somebody at the machine's command line.
    """

    class Kind(models.TextChoices):
        RESULTS = "results", "Looked at results"
        PLOT = "plot", "Took a plot out"
        RECORD = "record", "Took the record out"
        TRAIL = "trail", "Took the trail out"

    at = models.DateTimeField(db_default=Now())
    person = models.ForeignKey("trial.Person", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.CharField(max_length=200)
    newest_change = models.BigIntegerField()

    class Meta:
        ordering = ("-id",)
