"""Settings of the analysis: our readings where the registry is silent, changed by the statistician under a Change."""

from django.db import models

from trial.models.record import RecordRow
from trial.rules import interim_stage


class GroupSettings(RecordRow):
    """What the analysis of one group is run with, where it differs from the protocol's constants; one row per group."""

    group = models.CharField(max_length=1, unique=True)
    chosen = models.JSONField(default=dict)


class Reopening(RecordRow):
    """The chair's decision to reopen a group that a stage has closed, with the reason.

    stage, ground: what was lifted (`trial.rules.interim_stage`); futility declared later closes the group again.
    """

    class Ground(models.TextChoices):
        WAITING = interim_stage.WAITING, "Suspended until the stage's outcomes are known"
        FUTILITY = interim_stage.FUTILITY, "Futility"
        EFFICACY = interim_stage.EFFICACY, "Efficacy"

    group = models.CharField(max_length=1)
    stage = models.PositiveSmallIntegerField(default=1)
    ground = models.CharField(max_length=10, choices=Ground.choices, default=Ground.WAITING)
    because = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("group", "stage", "ground"), condition=models.Q(struck_out_reason=""), name="one_reopening"
            )
        ]
