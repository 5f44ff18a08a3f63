"""Says that something that was due will not be done, and why; or takes that word back."""

from capture.grading.event_proposals import NOT_AN_EVENT, Proposal
from trial.models import Acknowledgement, NotDone, Participant, Person
from trial.protocol import Due
from trial.record import changes


def record_not_done(person: Person | None, participant: Participant, due: Due, reason: str, because: str) -> NotDone:
    """One row in one Change; the schedule then counts it as missed and goes on to the next."""
    with changes.record(person, "enter", participant=participant, groups=(participant.group,)):
        return NotDone.objects.create(
            participant=participant, what=due.what, due_on=due.due_on, reason=reason, because=because.strip()
        )


def revoke_not_done(person: Person | None, row: NotDone, reason: str) -> None:
    """Strikes the word out: the thing is due again, or was done after all."""
    participant = row.participant
    with changes.record(person, "strike_out", reason, participant=participant, groups=(participant.group,)):
        row.struck_out_reason = reason
        row.save()


NEWER_VALUE = "the value or its grade changed afterwards"


def record_not_an_event(person: Person, proposal: Proposal, because: str) -> None:
    """Holds for this very value and grade: once they change, the value proposes again."""
    participant, check = proposal.participant, NOT_AN_EVENT + proposal.analyte
    with changes.record(person, "enter", participant=participant, groups=(participant.group,)):
        earlier = Acknowledgement.objects.filter(
            participant=participant, check_id=check, form=proposal.form, row_id=proposal.row_id, struck_out_reason=""
        )
        for row in earlier:
            row.struck_out_reason = NEWER_VALUE
            row.save(update_fields=["struck_out_reason"])
        Acknowledgement.objects.create(
            participant=participant, check_id=check, form=proposal.form, row_id=proposal.row_id,
            words=proposal.words, because=because,
        )  # fmt: skip
