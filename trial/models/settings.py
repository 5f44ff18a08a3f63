"""Settings of the analysis: our readings where the registry is silent, changed by the statistician under a Change."""

from django.db import models

from trial.models.record import RecordRow


class GroupSettings(RecordRow):
    """What the analysis of one group is run with, where it differs from the protocol's constants; one row per group."""

    group = models.CharField(max_length=1, unique=True)
    chosen = models.JSONField(default=dict)


class Reopening(RecordRow):
    """The chair's decision to reopen a group that stage 1 has closed, with the reason."""

    group = models.CharField(max_length=1)
    because = models.TextField()
