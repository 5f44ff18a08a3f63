"""Reopening a group that a stage has closed, and taking that back: decisions of the study chair, with a reason."""

from capture.services.registration import NotAllowed
from trial import access, changes, gate_in_force
from trial.models import Person, Reopening


def reopen(person: Person, group: str, because: str) -> Reopening:
    """Lifts what closes the group now (act sign); raises NotAllowed for an open group and for one at its ceiling."""
    _may_decide(person, because)
    with changes.record(person, "sign", because, groups=(group,)):
        gate = gate_in_force.gate_in_force(group)
        if not gate.may_be_reopened or gate.stage is None:
            raise NotAllowed(f"There is nothing to reopen. {gate.because}")
        return Reopening.objects.create(
            group=group, stage=gate.stage.number, ground=gate.ground, because=because.strip()
        )


def withdraw(person: Person, reopening: Reopening, because: str) -> None:
    """Takes a reopening back (act strike_out): the group is closed again where its stage still closes it."""
    _may_decide(person, because)
    with changes.record(person, "strike_out", because, groups=(reopening.group,)):
        current = Reopening.objects.get(pk=reopening.pk)
        if current.is_struck_out:
            raise NotAllowed("This reopening is taken back already.")
        current.struck_out_reason = because.strip()
        current.save(update_fields=["struck_out_reason"])


def _may_decide(person: Person, because: str) -> None:
    if person.role not in access.DECIDES:
        raise NotAllowed("Only the study chair reopens a group.")
    if not because.strip():
        raise NotAllowed("A decision needs its reason.")
