"""The derived responses against a second implementation, written apart: whole tenths of a millimetre, no code of ours.

`second` is written from the papers and the protocol's words, not from `trial.rules`: sums and limits in integers, every
nadir looked up anew, overall response by cases. Histories are made up with sizes that meet the limits often.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from trial.protocol import AnalysisSettings
from trial.rules.evaluation import response
from trial.rules.evaluation.facts import AssessmentFact, LesionFact, ParticipantFact, ReadingFact
from trial.rules.response.best_response import Limits, best_overall_response
from trial.rules.response.recist import KNOWN, named

pytestmark = pytest.mark.requirement("R53")

HISTORIES = 10_000
START = date(2026, 1, 1)
DAYS = (41, 42, 69, 70, 97, 98, 130, 160)
STATES = ("present", "absent", "not_evaluated", "unequivocal_progression")
FACTORS = ("0", "0.5", "0.7", "0.8", "1", "1.2", "1.2", "1.5")


@dataclass(frozen=True)
class Visit:
    """Tenths of mm by target (None: not evaluated), states of the others, new lesions, marker."""

    day: int
    sizes: tuple[int | None, ...]
    states: tuple[str, ...]
    new: str
    marker: str


@dataclass(frozen=True)
class History:
    """Targets and others as (is a node), sizes at baseline in tenths of mm, a raised marker, and the visits."""

    nodes: tuple[bool, ...]
    baseline: tuple[int, ...]
    other_nodes: tuple[bool, ...]
    raised: bool
    visits: tuple[Visit, ...]


def second(history: History, edition: str) -> list[str]:
    """The overall response at each visit."""
    found: list[str] = []
    complete_sums = [sum(history.baseline)]
    for visit in history.visits:
        again = "CR" in found
        target, total = _target(history, visit, edition, min(complete_sums), again)
        other = _other(history, visit, edition, again)
        found.append(_overall(target, other, visit.new, edition))
        if total is not None:
            complete_sums.append(total)
    return found


def _target(history: History, visit: Visit, edition: str, low: int, again: bool) -> tuple[str, int | None]:
    if not history.baseline:
        return "", None
    seen = [(node, size) for node, size in zip(history.nodes, visit.sizes, strict=True) if size is not None]
    total = sum(size for _, size in seen)
    whole = len(seen) == len(history.baseline)
    diseased = [size for node, size in seen if size > (99 if node and edition == "RECIST 1.1" else 0)]
    fifth = 10 * total >= 12 * low
    grown = fifth and total - low >= 50 if edition == "RECIST 1.1" else fifth and total > 0
    if whole and not diseased:
        return "CR", total
    if grown or (again and diseased):
        return "PD", total if whole else None
    if not whole:
        return "NE", None
    return "PR" if 10 * total <= 7 * sum(history.baseline) else "SD", total


def _other(history: History, visit: Visit, edition: str, again: bool) -> str:
    back = [state for node, state in zip(history.other_nodes, visit.states, strict=True)
            if state == "present" and not (node and edition == "RECIST 1.1")]  # fmt: skip
    if "unequivocal_progression" in visit.states or (again and back):
        return "PD"
    if "present" in visit.states or (history.raised and visit.marker == "above"):
        return "stays"
    if "not_evaluated" in visit.states or (history.raised and visit.marker == "not_done"):
        return "NE"
    return "CR" if visit.states or history.raised else ""


def _overall(target: str, other: str, new: str, edition: str) -> str:
    if new == "yes" or "PD" in (target, other):
        return "PD"
    if new == "not_evaluated" or target == "NE" or (target, other) in {("", ""), ("", "NE")}:
        return "NE"
    if target == "":
        return "CR" if other == "CR" else {"RECIST 1.0": "SD", "RECIST 1.1": "non-CR/non-PD"}[edition]
    return "PR" if target == "CR" and other not in ("CR", "") else target


def second_best(found: list[str], days: list[int]) -> str:
    """Best response with confirmation after 28 days, one NE between, SD from day 42."""
    if "PD" in found:
        found = found[: found.index("PD") + 1]
    for best, accepted in (("CR", ["CR"]), ("PR", ["CR", "PR"])):
        for first in range(len(found)):
            later = [place for place in range(first + 1, len(found))
                     if days[place] - days[first] >= 28 and found[place] in accepted]  # fmt: skip
            between = found[first + 1 : later[0]] if later and found[first] in accepted else ["SD"]
            if set(between) <= {*accepted, "NE"} and between.count("NE") <= 1:
                return best
    calm = [day for day, each in zip(days, found, strict=False) if each not in ("PD", "NE") and day >= 42]
    return "SD" if calm else "PD" if "PD" in found else "unknown"


def made_up(chance: random.Random) -> History:
    """A history whose sizes often stand at a limit."""
    count, others = chance.choice((0, 1, 1, 2, 3)), chance.choice((0, 0, 1, 2))
    baseline = tuple(chance.choice((100, 150, 200, 250, 400)) for _ in range(count))
    visits, sizes = [], list(baseline)
    for day in sorted(chance.sample(DAYS, chance.randint(1, 6))):
        sizes = [int(size * Decimal(chance.choice(FACTORS))) or chance.choice((0, 0, 0, 49, 50, 99, 100))
                 for size in sizes]  # fmt: skip
        states = chance.choices(STATES, (6, 9, 1, 1), k=others)
        visits.append(Visit(
            day, tuple(None if chance.random() < 0.06 else size for size in sizes), tuple(states),
            chance.choices(("no", "yes", "not_evaluated"), (30, 1, 1))[0],
            chance.choice(("normal", "normal", "above", "not_done")),
        ))  # fmt: skip
    nodes, other_nodes = (tuple(chance.random() < 0.4 for _ in range(number)) for number in (count, others))
    return History(nodes, baseline, other_nodes, chance.random() < 0.15, tuple(visits))


def on_record(history: History) -> ParticipantFact:
    """The history as the program reads it."""
    lesions = [LesionFact(n, f"T{n}", "target", "lymph_node" if node else "liver", None)
               for n, node in enumerate(history.nodes, 1)]  # fmt: skip
    others = [LesionFact(n, f"N{n}", "non_target", "lymph_node" if node else "bone", None)
              for n, node in enumerate(history.other_nodes, 11)]  # fmt: skip
    first = Visit(-2, history.baseline, ("present",) * len(others), "", "above" if history.raised else "normal")
    scans = [
        AssessmentFact(
            number, "follow_up" if number else "baseline", START + timedelta(visit.day), visit.marker, visit.new, None,
            "", tuple([_size(lesion, size) for lesion, size in zip(lesions, visit.sizes, strict=True)]
                      + [_state(lesion, state) for lesion, state in zip(others, visit.states, strict=True)]),
        )
        for number, visit in enumerate((first, *history.visits))
    ]  # fmt: skip
    return ParticipantFact(1, "NET-001", "A", "NORTH", START, START, lesions=(*lesions, *others),
                           assessments=tuple(scans))  # fmt: skip


def _size(lesion: LesionFact, tenths: int | None) -> ReadingFact:
    if not tenths:
        return _state(lesion, "not_evaluated" if tenths is None else "absent")
    return ReadingFact(lesion.id, "measured", Decimal(tenths) / 10, "", None)


def _state(lesion: LesionFact, state: str) -> ReadingFact:
    return ReadingFact(lesion.id, state, None, "artifact" if state == "not_evaluated" else "", None)


@pytest.mark.parametrize("edition", [each.name for each in KNOWN])
def test_two_implementations_agree_on_ten_thousand_histories(edition: str) -> None:
    chance = random.Random(20260101)
    settings, criteria = AnalysisSettings(), named(edition)
    responses: Counter[str] = Counter()
    for _ in range(HISTORIES):
        history = made_up(chance)
        assessed = response.response_at_each(on_record(history), settings, criteria)
        found = [each.overall.value for each in assessed]
        assert found == second(history, edition), history
        best = best_overall_response(response.dated(assessed), Limits(START))
        assert best.category.value == second_best(found, [each.day for each in history.visits]), history
        responses.update(found)
    # Each response is met often enough to mean something.
    assert min(responses[each] for each in ("CR", "PR", "SD", "PD", "NE")) > 500


def test_the_two_editions_part_often_enough_in_these_histories_to_be_told_apart() -> None:
    chance = random.Random(20260101)
    made = [made_up(chance) for _ in range(500)]
    assert sum(second(each, "RECIST 1.0") != second(each, "RECIST 1.1") for each in made) > 100
