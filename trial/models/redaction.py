"""A black-out of identifying text: asked for by one person, approved by another, and what it touched."""

from django.db import models
from django.db.models import F, Q

from trial.models.participant import Participant
from trial.models.person import Person
from trial.models.record import RecordRow


class Redaction(RecordRow):
    """Where the words stand that are to go: never the words themselves, which would stay in the sealed versions.

    of_version, field: the value they stand in (field empty: the reason of Change `of_change`); from_letter, letters:
    from which character on (1 is the first), and how many. versions: one object for each version that was blacked out
    (version, table, row, fields; sealed, before, after: SHA-256 in hex of its text as sealed, before and after this
    act). changes: one for each Change whose reason was (change, seal, header, versions: hashes in hex). copies: drafts
    and kept forms. The database lets nothing but `endpoint_black_out` fill these (`trial.black_out_in_sql`).
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for the study chair"
        DONE = "done", "Blacked out"
        REFUSED = "refused", "Refused"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="redactions")
    of_change = models.BigIntegerField()
    of_version = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True, default="")
    from_letter = models.PositiveIntegerField()
    letters = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_because = models.CharField(max_length=300)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField(max_length=300, blank=True, default="")
    decided_in = models.BigIntegerField(null=True)
    versions = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    copies = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(struck_out_reason=""), name="black_out_is_decided_never_struck_out"),
            models.CheckConstraint(condition=~Q(asked_because=""), name="black_out_says_why"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_because="") & ~Q(decided_by=F("asked_by"))),
                name="black_out_is_decided_by_another_person",
            ),
        ]

    @property
    def waits(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == self.State.ASKED
