"""Circulating hormones and tumour markers."""

from django.db import models

from trial import code_lists
from trial.models.fields import MissingReasonField, value_or_reason
from trial.models.participant import Participant
from trial.models.record import ByEdition, RecordRow


class HormoneLevel(RecordRow, ByEdition):
    """One marker of one sample, with the laboratory's upper limit of normal in the same unit."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="hormone_levels")
    sampled_on = models.DateField()
    marker = models.CharField(max_length=12, choices=code_lists.MARKERS)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    value_missing = MissingReasonField()
    unit = models.CharField(max_length=12, choices=[(unit, unit) for unit in code_lists.MARKER_UNITS])
    upper_limit = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit_missing = MissingReasonField()
    assay = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ("sampled_on", "marker", "id")
        constraints = [
            value_or_reason("value", "hormone_value_or_reason"),
            value_or_reason("upper_limit", "hormone_limit_or_reason"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0), name="hormone_value_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(upper_limit__isnull=True) | models.Q(upper_limit__gt=0), name="hormone_limit_above_0"
            ),
            models.UniqueConstraint(
                fields=("participant", "sampled_on", "marker"),
                condition=models.Q(struck_out_reason=""),
                name="one_level_per_marker_and_day",
            ),
        ]
