"""A visit, assessment or measurement that was due and will not be made."""

from django.db import models

from trial import code_lists
from trial.models.participant import Participant
from trial.models.record import RecordRow


class NotDone(RecordRow):
    """What the schedule asked for (`what` is its name there: “Week 8”, “Visit, cycle 2”) and why it was not done."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="not_done")
    what = models.CharField(max_length=40)
    due_on = models.DateField()
    reason = models.CharField(max_length=16, choices=code_lists.NOT_DONE_REASONS)
    because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ("due_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("participant", "what"),
                condition=models.Q(struck_out_reason=""),
                name="one_word_per_thing_not_done",
            )
        ]
