"""Laboratory shift: grade at baseline against the worst grade on treatment, by test, among the treated. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints.answers.shapes import TREATED, Table
from analysis.endpoints.evidence import Evidence
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from analysis.outcomes.safety import laboratory
from trial.protocol import OUR_READING

NOT_GRADED, NO_VALUE = "not graded", "no value"
STATES = (*map(str, range(5)), NOT_GRADED, NO_VALUE)
SEVERE = 3


def answer(cohort: Cohort) -> dict[str, Any]:
    """rows: test, grade at baseline, worst grade → participants, where there are any.

    worse: those with a worst grade above their baseline in some test, and those of them in whom it is 3 or 4.
    """
    rows = [
        {"test": test.name, "baseline": baseline, "worst": worst, "label": _label(test.name, baseline, worst),
         "participants": numbers(those)}
        for test in laboratory.tests() for (baseline, worst), those in _by_state(cohort, test.key)
    ]  # fmt: skip
    return {
        "denominator": len(cohort.treated),
        "rows": rows,
        "worse": numbers([each for each in cohort.treated if _is_worse(each, 1)]),
        "worse_severely": numbers([each for each in cohort.treated if _is_worse(each, SEVERE)]),
    }


def _label(test: str, baseline: str, worst: str) -> str:
    return f"{test}: {_in_words(baseline)} → {_in_words(worst)}"


def _in_words(state: str) -> str:
    return f"grade {state}" if state.isdigit() else state


def _by_state(cohort: Cohort, key: str) -> list[tuple[tuple[str, str], list[Outcome]]]:
    found: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in cohort.treated:
        if (shift := outcome["laboratory"].get(key)) is not None:
            found.setdefault((_state(shift[0], shift[2]), _state(shift[1], shift[3])), []).append(outcome)
    return sorted(found.items(), key=lambda each: tuple(map(STATES.index, each[0])))


def _state(grade: int | None, visit: int) -> str:
    if grade is not None:
        return str(grade)
    return NOT_GRADED if visit else NO_VALUE


def _is_worse(outcome: Outcome, least: int) -> bool:
    """Where the baseline is not known nothing is worse than it."""
    return any(baseline is not None and worst is not None and worst > baseline and worst >= least
               for baseline, worst, _, _ in outcome["laboratory"].values())  # fmt: skip


def explained(outcome: Outcome, label: str) -> list[Evidence]:
    """The visits of the two values behind a row."""
    facts = []
    for test in laboratory.tests():
        shift = outcome["laboratory"].get(test.key)
        if shift is None or label != _label(test.name, _state(shift[0], shift[2]), _state(shift[1], shift[3])):
            continue
        for words, grade, visit in (("at baseline", *shift[::2]), ("worst on treatment", *shift[1::2])):
            facts.append(Evidence(f"{test.name} {words}: {_in_words(_state(grade, visit))}",
                                  f"visit/{visit}" if visit else ""))  # fmt: skip
    return facts


@dataclass(frozen=True)
class Line:
    """A test at one grade of baseline: how many, and (label, participants) for each worst grade, None where nobody."""

    test: str
    baseline: str
    among: int
    cells: Sequence[tuple[str, int] | None]


def lines(stored: dict[str, Any]) -> list[Line]:
    """The table as it is printed, a column for each of STATES."""
    found: dict[tuple[str, str], dict[str, tuple[str, int]]] = {}
    for row in stored["rows"]:
        cells = found.setdefault((row["test"], row["baseline"]), {})
        cells[row["worst"]] = (row["label"], len(row["participants"]))
    return [Line(test, baseline, sum(count for _, count in cells.values()), [cells.get(state) for state in STATES])
            for (test, baseline), cells in found.items()]  # fmt: skip


def in_a_line(stored: dict[str, Any]) -> str:
    """How many got worse than at baseline."""
    return (f"{len(stored['worse'])} of {stored['denominator']} treated with a grade above that at baseline in some "
            f"test, {len(stored['worse_severely'])} with grade {SEVERE} or 4")  # fmt: skip


LABORATORY_SHIFT = Table(
    code="laboratory_shift", title="Laboratory shift", population=TREATED, source=OUR_READING, answer=answer,
    looks_at=("laboratory",), template="watch/laboratory_shift", line=in_a_line, explains_row=explained,
    headline=lambda stored: f"{len(stored['worse_severely'])} to grade ≥ {SEVERE}",
)  # fmt: skip
