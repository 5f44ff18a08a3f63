"""A second look at a plausible-but-unusual entry, on record with the person's reason."""

from django.db import models

from trial.models.participant import Participant
from trial.models.record import RecordRow


class Acknowledgement(RecordRow):
    """A soft check that failed on an entry, and why the entry stands all the same (empty: nobody has looked yet)."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="acknowledgements")
    check_id = models.CharField(max_length=16)
    form = models.CharField(max_length=30)
    row_id = models.BigIntegerField()
    words = models.CharField(max_length=300)
    because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("check_id", "form", "row_id"),
                condition=models.Q(struck_out_reason=""),
                name="one_acknowledgement_per_check_and_entry",
            )
        ]
