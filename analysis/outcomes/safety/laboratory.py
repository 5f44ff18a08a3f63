"""How one participant's laboratory values moved: grade at baseline and worst grade on treatment, by test. PURE.

Baseline is the last value on or before the day of the first dose (of several on one day the worst); the worst is of
those after it, up to the days after the last dose that toxicity's sensitivity line ends with [our reading]. Grades are
those that pages and data sets give, of each side of normal alone: a side whose limit is not known leaves the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache

from trial.protocol import LABORATORY, AnalysisSettings
from trial.protocol.ctcae_v3.limits import ANALYTES, limits_of
from trial.rules.evaluation.facts import LaboratoryFact, LaboratoryValue, ParticipantFact
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import CORRECTED

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
    values, shifts = _by_analyte(participant.laboratory, until), {}
    for test in tests():
        graded = [(fact.visit_id, fact.sampled_on, _grade(fact.measured, albumin, test.term))
                  for fact, albumin in values.get(test.analyte, ())]  # fmt: skip
        before = [each for each in graded if each[1] <= first]
        if graded:
            last_day = [each for each in before if each[1] == before[-1][1]]
            baseline, at_baseline = _worst(last_day)
            worst, at_worst = _worst(graded[len(before) :])
            shifts[test.key] = [baseline, worst, at_baseline, at_worst]
    return shifts


def _by_analyte(
    facts: Iterable[LaboratoryFact], until: date
) -> dict[str, list[tuple[LaboratoryFact, LaboratoryValue | None]]]:
    """Analyte → its values to this day, by day; those of calcium with the albumin of their visit."""
    in_order = sorted(facts, key=lambda fact: (fact.sampled_on, fact.visit_id))
    albumin = {fact.visit_id: fact.measured for fact in in_order if fact.measured.analyte == ALBUMIN}
    found: dict[str, list[tuple[LaboratoryFact, LaboratoryValue | None]]] = defaultdict(list)
    for fact in in_order:
        if fact.sampled_on <= until:
            analyte = fact.measured.analyte
            found[analyte].append((fact, albumin.get(fact.visit_id) if analyte == CORRECTED else None))
    return found


@lru_cache(maxsize=1 << 15)
def _grade(measured: LaboratoryValue, albumin: LaboratoryValue | None, term: str) -> int | None:
    """Participants share many values: each is graded once. Each side of normal is graded by what it needs alone."""
    found = grade_line(asdict(measured), [asdict(albumin)] if albumin else [], term)
    assert found is not None, measured
    return found.grade


def _worst(values: Sequence[tuple[int, date, int | None]]) -> tuple[int | None, int]:
    """The highest grade and the first visit with it; without any grade the last visit with a value, 0 for none."""
    known = [(grade, visit) for visit, _, grade in values if grade is not None]
    if known:
        return max(known, key=lambda each: each[0])
    return None, values[-1][0] if values else 0
