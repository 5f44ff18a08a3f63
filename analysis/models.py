"""What the worker stores: outcomes of participants, and results of a group at a moment. All derived from study data."""

from django.db import models


class ParticipantOutcome(models.Model):
    """The outcome of one participant as derived from the record up to a change."""

    participant_id = models.BigIntegerField(primary_key=True)
    group = models.CharField(max_length=1, db_index=True)
    change = models.BigIntegerField()
    settings_version = models.CharField(max_length=16)
    engine = models.CharField(max_length=16)
    outcome = models.JSONField()
    # Whether the queries that follow from it were opened and closed.
    is_asked = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [models.Index(fields=("group",), condition=models.Q(is_asked=False), name="outcome_not_asked")]


class GroupResult(models.Model):
    """Every endpoint of one group, keyed by the change, clinical cut-off (null: none), settings and engine.

    A result equal to the last is not stored again: `holds_to` is the newest change for which it was found again.
    """

    # For the database: the table of the results these rows belong to; none where they are the results themselves.
    kept_with_its_data_cut = ""

    group = models.CharField(max_length=1)
    change = models.BigIntegerField()
    holds_to = models.BigIntegerField()
    cutoff = models.DateField(null=True)
    settings_version = models.CharField(max_length=16)
    engine = models.CharField(max_length=16)
    computed_at = models.DateTimeField()
    seconds_behind = models.FloatField()
    result = models.JSONField()
    fingerprint = models.CharField(max_length=64, default="")
    has_outcomes = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("group", "change", "cutoff", "settings_version", "engine"),
                name="one_result_per_moment",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=("group", "-holds_to"), name="newest_result_of_group")]


class OutcomeThen(models.Model):
    """The outcome of one participant at a past moment: the participants behind its numbers."""

    kept_with_its_data_cut = "'analysis_groupresult'"

    result = models.ForeignKey(GroupResult, on_delete=models.CASCADE, related_name="outcomes")
    number = models.CharField(max_length=12)
    outcome = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("result", "number"), name="one_outcome_then")]
