"""What a new entry can start with: facts that the record holds already, never an answer."""

from datetime import date
from typing import Any

from capture.casebook.due import AtCycleStart
from capture.casebook.forms.base import Form
from capture.entry import deviations
from capture.grading import event_proposals
from trial.models import Participant
from trial.rules.typed_text import key


def prefilled(form: Form, participant: Participant, asked: Any) -> dict[str, Any]:
    """Field → first value. asked: the query of the address (`cycle`, `marker`, `term`, `select`, `grade`, or a
    `proposal`, which names a measured value or an explanation without saying it, and `since`, the first value)."""
    if isinstance(form.due, AtCycleStart) and form.due.numbered_by:
        number = asked.get("cycle", "")
        return {form.due.numbered_by: key(number)} if key(number) is not None and len(number) < 3 else {}
    if form.kind == "hormone":
        return _last_hormone(participant, asked.get("marker", ""))
    if form.kind == "adverse_event":
        return _event(participant, asked)
    if form.kind == "deviation":
        number = key(asked.get("proposal", ""))
        return next((each.values for each in deviations.proposed(participant) if each.id == number), {})
    return {}


def _last_hormone(participant: Participant, marker: str) -> dict[str, Any]:
    """Unit, limit and assay of the last sample of a marker: they rarely change, and a change is flagged."""
    levels = participant.hormone_levels.standing()
    if marker:
        levels = levels.filter(marker=marker)
    last = levels.order_by("sampled_on", "id").last()
    if last is None:
        return {}
    return {name: getattr(last, name) for name in ("marker", "unit", "upper_limit", "assay")}


def _event(participant: Participant, asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    first = None
    if asked.get("continues"):
        first = participant.adverse_events.standing().filter(pk=key(asked["continues"])).first()
    if first is not None:
        found = {name: getattr(first, name) for name in ("term", "select", "other_words", "attribution")}
    for name in ("term", "select", "grade"):
        if asked.get(name):
            found[name] = asked[name][:80]
    if asked.get("onset_on"):
        found["onset_on"] = asked["onset_on"][:20]
    proposal = proposed(participant, asked)
    if proposal is not None:
        first = event_proposals.find(participant, asked.get("since", "")[:80]) or proposal
        found |= {"term": proposal.term, "select": "", "grade": proposal.grade, "onset_on": first.measured_on,
                  "present_at_baseline": first.before_treatment,
                  "cycle_number": _cycle_on(participant, first.measured_on)}  # fmt: skip
    return found


def _cycle_on(participant: Participant, day: date) -> int | None:
    """The cycle that had begun by this day."""
    begun = participant.cycles.standing().filter(started_on__lte=day).order_by("number").last()
    return begun.number if begun else None


def proposed(participant: Participant, asked: Any) -> event_proposals.Proposal | None:
    """The measured value that the address names as the reason for an adverse event."""
    key = asked.get("proposal", "")
    return event_proposals.find(participant, key[:80]) if key else None
