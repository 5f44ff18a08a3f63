"""Says that something that was due will not be done, and why; or takes that word back."""

from trial import changes
from trial.models import NotDone, Participant, Person
from trial.schedule import Due


def say(person: Person | None, participant: Participant, due: Due, reason: str, because: str) -> NotDone:
    """One row in one Change; the schedule then counts it as missed and goes on to the next."""
    with changes.record(person, "enter", participant=participant, groups=(participant.group,)):
        return NotDone.objects.create(
            participant=participant, what=due.what, due_on=due.due_on, reason=reason, because=because.strip()
        )


def take_back(person: Person | None, row: NotDone, reason: str) -> None:
    """Strikes the word out: the thing is due again, or was done after all."""
    participant = row.participant
    with changes.record(person, "strike_out", reason, participant=participant, groups=(participant.group,)):
        row.struck_out_reason = reason
        row.save()
