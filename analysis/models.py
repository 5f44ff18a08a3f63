"""What the worker stores: outcomes of participants, and results of a group at a change. Derived; never the record."""

from django.db import models


class ParticipantOutcome(models.Model):
    """The outcome of one participant as derived from the record up to a change."""

    participant_id = models.BigIntegerField(primary_key=True)
    group = models.CharField(max_length=1, db_index=True)
    change = models.BigIntegerField()
    settings_version = models.CharField(max_length=16)
    engine = models.CharField(max_length=16)
    outcome = models.JSONField()


class GroupResult(models.Model):
    """Every endpoint of one group, keyed by the change, settings and engine it was computed from."""

    group = models.CharField(max_length=1)
    change = models.BigIntegerField()
    settings_version = models.CharField(max_length=16)
    engine = models.CharField(max_length=16)
    computed_at = models.DateTimeField()
    seconds_behind = models.FloatField()
    result = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("group", "change", "settings_version", "engine"), name="one_result_per_moment"
            )
        ]
        indexes = [models.Index(fields=("group", "-change"), name="newest_result_of_group")]
