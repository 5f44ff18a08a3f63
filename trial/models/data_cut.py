"""Data cuts: moments of the record that are cited, exported and compared."""

from django.db import models
from django.db.models import Q

from trial.models.record import RecordRow


class DataCut(RecordRow):
    """A name for a moment: the newest change it knows, a clinical cut-off, and what its results were computed with.

    Nothing of it is ever altered. `head_seal` is the seal of its newest change: a record rewritten later shows.
    """

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
