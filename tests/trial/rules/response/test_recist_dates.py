"""RECIST 1.0: on which day a response or a progression is dated, and which sequences cannot occur."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from trial.rules.response import recist
from trial.rules.response.recist import Measurement, NewLesions, Response, illogical

DAY = date(2026, 1, 1)
MM = Decimal


def day(number: int) -> date:
    """So many days after baseline."""
    return DAY + timedelta(days=number)


BASELINE = recist.Baseline(0, DAY, {"T1": MM(10), "T2": MM(40)}, frozenset({"N1", "N2"}))


def _seen(
    t1: str | None, t2: str | None, scans: dict[str, int], n1: str = "present", new: str = "NO",
    new_on: int | None = None,
) -> recist.AssessmentOutcome:  # fmt: skip
    """One assessment on day 56 with these diameters, its scans on other days where named."""
    measured = [Measurement(name, None if mm is None else MM(mm)) for name, mm in (("T1", t1), ("T2", t2))]
    follow_up = recist.FollowUp(
        1, day(56), {name: day(on) for name, on in scans.items()}, measured, {"N1": n1, "N2": "present"},
        NewLesions(new), None if new_on is None else day(new_on),
    )  # fmt: skip
    (found,) = recist.assess(BASELINE, [follow_up])
    return found


def test_a_response_is_dated_at_the_last_scan_of_the_assessment() -> None:
    found = _seen("5", "20", {"T1": 54, "T2": 60, "N1": 58})
    assert (found.overall, found.assessed_on, found.progression_on) == (Response.PR, day(60), None)


@pytest.mark.parametrize(
    ("t1", "t2", "scans", "on"),
    [
        # Nadir 50 mm: progression from 60 mm.
        pytest.param("20", "40", {"T1": 52, "T2": 54}, 54, id="the sum reaches 60 mm with the second scan"),
        pytest.param("10", "60", {"T1": 52, "T2": 54}, 54, id="the first scan alone showed nothing"),
        pytest.param("10", "60", {"T1": 58, "T2": 54}, 54, id="the first scan alone already makes it"),
        pytest.param("20", "40", {}, 56, id="no scan dates of their own: the day of the assessment"),
        pytest.param(None, "60", {"T1": 50, "T2": 54}, 54, id="what was not evaluated shows nothing"),
        pytest.param("30", "40", {"T1": 56, "T2": 49}, 56, id="40 mm on day 49 are not enough"),
    ],
)
def test_progression_of_targets_is_dated_at_the_first_scan_that_shows_it(
    t1: str | None, t2: str, scans: dict[str, int], on: int
) -> None:
    found = _seen(t1, t2, scans)
    assert (found.overall, found.progression_on) == (Response.PD, day(on))


def test_reappearance_is_dated_at_the_scan_of_the_lesion_that_came_back() -> None:
    gone = recist.FollowUp(1, day(28), {}, [Measurement("T1", MM(0)), Measurement("T2", MM(0))],
                           {"N1": "present", "N2": "present"}, NewLesions.NO)  # fmt: skip
    back = recist.FollowUp(2, day(56), {"T1": day(50), "T2": day(55)}, [Measurement("T1", MM(0)),
                           Measurement("T2", MM("0.5"))], gone.non_targets, NewLesions.NO)  # fmt: skip
    assert recist.assess(BASELINE, [gone, back])[-1].progression_on == day(55)


def test_progression_of_a_non_target_is_dated_at_its_own_scan() -> None:
    found = _seen("10", "40", {"N1": 50, "T1": 49}, n1="unequivocal_progression")
    assert (found.overall, found.progression_on) == (Response.PD, day(50))


@pytest.mark.parametrize(("new_on", "on"), [(47, 47), (None, 56)])
def test_a_new_lesion_dates_progression_where_it_was_first_seen(new_on: int | None, on: int) -> None:
    assert _seen("10", "40", {"T1": 49}, new="YES", new_on=new_on).progression_on == day(on)


def test_the_earliest_of_several_signs_of_progression_dates_it() -> None:
    found = _seen("20", "40", {"T1": 55, "T2": 55, "N1": 52}, n1="unequivocal_progression", new="YES", new_on=54)
    assert found.progression_on == day(52)


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("PR CR PR", ["PR after a complete response without progression"]),
        ("CR SD", ["SD after a complete response without progression"]),
        ("CR NE CR", []),
        ("CR PD", []),
        ("PR SD PR", []),
        ("PD PD NE", []),
        ("PD SD", ["SD after progression"]),
        ("PD CR PR", ["CR after progression", "PR after progression"]),
    ],
)
def test_sequences_that_cannot_occur_are_named(sequence: str, expected: list[str]) -> None:
    outcomes = [
        recist.AssessmentOutcome(place, day(place), None, Response.NE, recist.NonTarget.NE, NewLesions.NO,
                                 Response(each), "", None, MM(0), MM(0), None, True)
        for place, each in enumerate(sequence.split())
    ]  # fmt: skip
    assert illogical(outcomes) == expected
