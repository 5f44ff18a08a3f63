"""Blood pressure proposes hypertension at the limits of CTCAE 3.0, and never decides it."""

from datetime import date, timedelta

import pytest

from trial.rules.safety.blood_pressure import Pressure, grade_pressure

DAY = date(2026, 3, 2)


def _at(week: int, systolic: int, diastolic: int, before: bool = False) -> Pressure:
    return Pressure(DAY + timedelta(weeks=week), systolic, diastolic, before)


NORMAL = _at(0, 128, 80, before=True)
HIGH = _at(0, 160, 104, before=True)


@pytest.mark.parametrize(
    ("earlier", "now", "grade"),
    [
        ([NORMAL], _at(1, 150, 100), 0),
        ([NORMAL], _at(1, 151, 90), 1),
        ([_at(0, 128, 85, before=True)], _at(1, 140, 101), 1),
        ([_at(0, 110, 70, before=True)], _at(1, 130, 90), 0),
        ([_at(0, 110, 70, before=True)], _at(1, 130, 91), 1),
        ([HIGH], _at(1, 175, 110), 0),
        ([HIGH], _at(1, 175, 125), 1),
        ([], _at(1, 152, 90), 1),
        ([NORMAL, _at(1, 156, 98)], _at(2, 158, 98), 2),
        ([NORMAL, _at(1, 156, 98), _at(2, 130, 80)], _at(3, 158, 98), 1),
        ([NORMAL, _at(3, 156, 98)], _at(2, 158, 98), 1),
    ],
    ids=["at the limit", "systolic over it", "diastolic over it", "20 mmHg up", "21 mmHg up", "high before and now",
         "high before and much higher", "nothing before", "raised twice running", "normal in between",
         "a later one does not count"],
)  # fmt: skip
def test_a_pressure_is_graded_against_what_it_was(earlier: list[Pressure], now: Pressure, grade: int) -> None:
    found = grade_pressure(now, earlier)
    assert found.grade == grade, found.because
    assert bool(found.judgement) == bool(grade)
    assert found.term == ("hypertension" if grade else "")
