"""How one participant's laboratory values moved: grade at baseline and worst grade on treatment, by test. PURE.

Baseline is the last value on or before the day of the first dose (of several on one day the worst); the worst is of
those after it, up to the days after the last dose that toxicity's sensitivity line ends with [our reading]. Grades are
those that pages and data sets give; a value of the other side of normal is grade 0 of this one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache

from trial.protocol import LABORATORY, AnalysisSettings
from trial.protocol.ctcae_v3.limits import ANALYTES, limits_of
from trial.rules.evaluation.facts import LaboratoryFact, LaboratoryValue, ParticipantFact
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import CORRECTED, Grading

# Grade at baseline, worst grade (None: no value of it can be graded), and their visits (0: there is no value).
Shift = list[int | None]
ALBUMIN = "ALB"


@dataclass(frozen=True)
class Test:
    """An analyte on one side of normal: its term of CTCAE 3.0, its name, and its key in an outcome."""

    analyte: str
    term: str
    name: str

    @property
    def key(self) -> str:
        """Unique among all tests."""
        return f"{self.analyte}:{self.term}"


@lru_cache(maxsize=1)
def tests() -> tuple[Test, ...]:
    """Every test that CTCAE 3.0 grades, in the order of the form."""
    sides = {analyte.code: dict.fromkeys((limit.term, limit.side) for limit in limits_of(analyte.code))
             for analyte in LABORATORY}  # fmt: skip
    return tuple(Test(code, term, f"{ANALYTES[code]}, {side}" if len(found) > 1 else ANALYTES[code])
                 for code, found in sides.items() for term, side in found)  # fmt: skip


def derive(participant: ParticipantFact, settings: AnalysisSettings) -> dict[str, Shift]:
    """Test → its shift, of every test with a value; empty when untreated."""
    first, last = participant.first_dose_on, participant.last_dose_on
    if first is None or last is None:
        return {}
    until = last + timedelta(settings.toxicity_days_after_last_dose)
    graded: dict[str, list[tuple[LaboratoryFact, Grading]]] = defaultdict(list)
    for fact, found in _graded(participant.laboratory):
        if fact.sampled_on <= until:
            graded[fact.measured.analyte].append((fact, found))
    shifts = {}
    for test in tests():
        values = graded.get(test.analyte, [])
        before = [each for each in values if each[0].sampled_on <= first]
        if values:
            last_day = [each for each in before if each[0].sampled_on == before[-1][0].sampled_on]
            shifts[test.key] = _shift(test.term, last_day, values[len(before) :])
    return shifts


def _graded(facts: Iterable[LaboratoryFact]) -> list[tuple[LaboratoryFact, Grading]]:
    """Each value with its grade, by day."""
    in_order = sorted(facts, key=lambda fact: (fact.sampled_on, fact.visit_id))
    albumin = {fact.visit_id: fact.measured for fact in in_order if fact.measured.analyte == ALBUMIN}
    return [(fact, _grade(fact.measured, albumin.get(fact.visit_id) if fact.measured.analyte == CORRECTED else None))
            for fact in in_order]  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _grade(measured: LaboratoryValue, albumin: LaboratoryValue | None) -> Grading:
    """Participants share many values: each is graded once."""
    found = grade_line(asdict(measured), [asdict(albumin)] if albumin else [])
    assert found is not None, measured
    return found


def _shift(
    term: str, before: Sequence[tuple[LaboratoryFact, Grading]], after: Sequence[tuple[LaboratoryFact, Grading]]
) -> Shift:
    baseline, at_baseline = _worst(term, before)
    worst, at_worst = _worst(term, after)
    return [baseline, worst, at_baseline, at_worst]


def _worst(term: str, values: Sequence[tuple[LaboratoryFact, Grading]]) -> tuple[int | None, int]:
    """The highest grade and the first visit with it; without any grade the last visit with a value, 0 for none."""
    known = [(_of_term(found, term), fact.visit_id) for fact, found in values if found.grade is not None]
    if known:
        return max(known, key=lambda each: each[0])
    return None, values[-1][0].visit_id if values else 0


def _of_term(found: Grading, term: str) -> int:
    return found.grade or 0 if found.term == term else 0
