"""What a correction moves of the endpoints of its participant: derived before it and after it, in the same Change.

It is asked as a soft check whose words name what moves. What is asked rolls back with the Change until it is explained.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from capture.casebook.checks import SOFT, Check, stop_unexplained
from trial.models import Participant
from trial.record.in_force import evaluation_of
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation import accrual_stage, response
from trial.rules.evaluation.evaluated import Evaluation

MOVES = Check(
    "MOVE-01", "The correction moves what the endpoints read.", "A correction names what it moves.", SOFT,
    lambda facts: False,
)  # fmt: skip
LONGEST = 300


@dataclass(frozen=True)
class Endpoints:
    """What endpoints read of one participant: name → words (empty: none), and assessments without a lesion's reading.

    lacking: label of a lesion → how many follow-up assessments say nothing of it.
    """

    values: Mapping[str, str]
    lacking: Counter[str] = field(default_factory=Counter)


def read(participant: Participant) -> Endpoints | None:
    """As the casebook stands in this transaction; None before registration."""
    found = evaluation_of(participant)
    return None if found is None else Endpoints(_values(found), _lacking(found))


def _values(found: Evaluation) -> dict[str, str]:
    facts, course = found.facts, found.disease
    confirmed = accrual_stage.confirmed_of(facts, found.assessed, course, found.settings)
    best = _best(found)
    why_not = accrual_stage.standing_of(facts, course, confirmed).why_not
    day_1 = min((each.started_on for each in facts.cycles), default=None)
    return {
        "Confirmed response": _confirmed(confirmed),
        "Best response": " ".join(filter(None, (best["category"], best["subcategory"]))),
        "Progression": _day(found.progressed_on),
        "Death": _day(course.death.on if course.death else None),
        "Evaluable": f"no, {why_not}" if why_not else "yes",
        "Registration": _day(facts.registered_on),
        "Day 1": _day(day_1),
    }


def _best(found: Evaluation) -> Mapping[str, str | None]:
    facts, course = found.facts, found.disease
    therapy_on, died_on = (each.on if each else None for each in (course.new_therapy, course.death))
    limits = response.limits_of(facts, found.settings, therapy_on, died_on)
    return response.best(facts, accrual_stage.responses_of(facts, found.assessed), found.settings, limits)


def _confirmed(found: Mapping[str, str] | None) -> str:
    return f"{found['response']} on {shown(date.fromisoformat(found['on']))}" if found else ""


def _day(on: date | None) -> str:
    return shown(on) if on else ""


def _lacking(found: Evaluation) -> Counter[str]:
    return Counter(label for labels in response.lacking(found.facts).values() for label in labels)


def asked(
    before: Endpoints | None, participant: Participant, acknowledged: Mapping[str, str] | None,
    soft: tuple[Check, ...] = (),
) -> tuple[Check, ...]:  # fmt: skip
    """The soft checks of an entry with the one that fails because it moved something; called inside its Change, after
    its rows.

    before: read before the rows were written, None for a first entry. acknowledged: as of a save. soft: what its other
    checks found. Raises SecondLook with all of them where somebody sits in front of it and has not explained one.
    """
    after = read(participant) if before is not None else None
    words = in_words(before, after) if before is not None and after is not None else ""
    if words:
        soft += (replace(MOVES, words=f"The correction moves what the endpoints read. {words}"[:LONGEST]),)
    stop_unexplained(soft, acknowledged)
    return soft


def asked_of_strike_out(
    before: Endpoints | None, participant: Participant, acknowledged: Mapping[str, str] | None
) -> tuple[Check, ...]:
    """The same of an entry that is struck out; nothing where nobody sits in front of it, since the entry is gone."""
    return asked(before, participant, acknowledged) if acknowledged is not None else ()


def in_words(before: Endpoints, after: Endpoints) -> str:
    """“2 assessments have no measurement of T3. Confirmed response: PR on 09-MAR-2026, then none.”; empty: nothing."""
    sentences = [
        f"{many} assessment{'s have' if many > 1 else ' has'} no measurement of {label}."
        for label, many in sorted((after.lacking - before.lacking).items())
    ]
    sentences += [
        f"{name}: {old or 'none'}, then {after.values[name] or 'none'}."
        for name, old in before.values.items() if old != after.values[name]
    ]  # fmt: skip
    return " ".join(sentences)
