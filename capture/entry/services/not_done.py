"""Says that something that was due will not be done, and why; or takes that word back."""

from collections.abc import Sequence

from capture.grading.event_proposals import NOT_AN_EVENT, Proposal
from trial.models import Acknowledgement, NotDone, Participant
from trial.protocol import Due
from trial.record import changes
from trial.record.save import Save


def record_not_done(
    save: Save, participant: Participant, dues: Sequence[Due], reason: str, because: str
) -> list[NotDone]:
    """A row for each, with one reason, in one Change; the schedule then goes on to the next."""
    with changes.record(save, "enter", participant=participant, groups=(participant.group,)):
        return [
            NotDone.objects.create(
                participant=participant, what=due.what, due_on=due.due_on, reason=reason, because=because.strip()
            )
            for due in dues
        ]


def revoke_not_done(save: Save, row: NotDone) -> None:
    """Strikes the word out: the thing is due again, or was done after all."""
    participant = row.participant
    with changes.record(save, "strike_out", participant=participant, groups=(participant.group,)):
        row.struck_out_reason = save.reason
        row.save()


NEWER_VALUE = "the value or its grade changed afterwards"


def record_not_an_event(save: Save, proposals: Sequence[Proposal], because: str) -> None:
    """Of one participant, in one Change. Holds for these very values and grades: one that changes proposes again."""
    participant = proposals[0].participant
    with changes.record(save, "enter", participant=participant, groups=(participant.group,)):
        for each in proposals:
            check = NOT_AN_EVENT + each.analyte
            earlier = Acknowledgement.objects.standing().filter(
                participant=participant, check_id=check, form=each.form, row_id=each.row_id
            )
            for row in earlier:
                row.struck_out_reason = NEWER_VALUE
                row.save(update_fields=["struck_out_reason"])
            Acknowledgement.objects.create(
                participant=participant, check_id=check, form=each.form, row_id=each.row_id, words=each.words,
                because=because,
            )  # fmt: skip
