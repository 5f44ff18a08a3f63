"""Dose intensity, reductions, holds, delays and their reasons, worked out by hand beside each row.

Full dose: 400 mg twice daily, 800 mg a day. Cycle 1 starts on 5-JAN-2026.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from analysis.endpoints.answers import treatment as answers
from analysis.outcomes import treatment
from analysis.outcomes.cohort import Cohort
from trial.protocol import AnalysisSettings
from trial.rules.dose.intensity import cycle_dose
from trial.rules.evaluation.facts import CycleFact, ParticipantFact

DAY_1 = date(2026, 1, 5)
FULL = ((1, 28, 400, "twice_daily"),)
HELD_7 = ((1, 10, 400, "twice_daily"), (11, 17, 0, "held"), (18, 28, 400, "twice_daily"))
Periods = tuple[tuple[int, int, int, str], ...]


def cycle(number: int, start: int, periods: Periods = FULL, **more: Any) -> CycleFact:
    """A cycle that starts so many days after day 1 of the first."""
    return CycleFact(number, number, DAY_1 + timedelta(days=start), periods, **more)


def derived(*cycles: CycleFact) -> dict[str, Any]:
    """The treatment of a participant with these cycles."""
    return treatment.derive(ParticipantFact(1, "NET-001", "A", "NORTH", date(2026, 1, 1), None, cycles=cycles))


INTENSITY = [
    # cycles, planned mg, taken mg, intensity %, days without entry
    pytest.param((cycle(1, 0), cycle(2, 28)), "44800", "44800", "100.0", 0, id="two cycles as planned: 56 × 800"),
    pytest.param((cycle(1, 0, HELD_7),), "22400", "16800", "75.0", 0, id="7 of 28 days held: 21 × 800"),
    pytest.param((cycle(1, 0), cycle(2, 28, ((1, 28, 400, "once_daily"),))), "44800", "33600", "75.0", 0,
                 id="the second cycle at half dose: 28 × 800 + 28 × 400"),
    pytest.param((cycle(1, 0), cycle(2, 28, ((1, 28, 400, "every_other_day"),))), "44800", "28000", "62.5", 0,
                 id="the second cycle every other day: 28 × 800 + 14 × 400"),
    pytest.param((cycle(1, 0), cycle(2, 35)), "50400", "44800", "88.9", 0,
                 id="7 days late: 56 × 800 over 63 days"),
    pytest.param((cycle(1, 0), cycle(2, 28, ((1, 14, 400, "twice_daily"),))), "33600", "33600", "100.0", 0,
                 id="the last cycle under way: nothing is planned past its last entry"),
    pytest.param((cycle(1, 0), cycle(2, 28, ((1, 7, 400, "twice_daily"), (8, 14, 0, "held")))), "33600", "28000",
                 "83.3", 0, id="a hold at the end counts as far as it is entered: 35 × 800 over 42 days"),
    pytest.param((cycle(1, 0, ((1, 10, 400, "twice_daily"), (15, 28, 400, "twice_daily"))),), "19200", "19200", "100.0",
                 4, id="4 days without an entry are neither planned nor taken as 0"),
    pytest.param((cycle(1, 0, ((1, 20, 400, "twice_daily"),)), cycle(2, 28)), "38400", "38400", "100.0", 8,
                 id="8 days without an entry before the next cycle"),
    pytest.param((), "0", "0", None, 0, id="never treated"),
]  # fmt: skip


@pytest.mark.parametrize(("cycles", "planned", "taken", "percent", "unknown"), INTENSITY)
def test_relative_dose_intensity(
    cycles: tuple[CycleFact, ...], planned: str, taken: str, percent: str | None, unknown: int
) -> None:
    found = derived(*cycles)
    assert (found["planned_mg"], found["taken_mg"]) == (planned, taken)
    assert (found["dose_intensity_percent"], found["days_without_entry"]) == (percent, unknown)


def test_an_odd_number_of_days_every_other_day_starts_with_a_dose() -> None:
    assert str(cycle_dose(((1, 7, 400, "every_other_day"),)).taken_mg) == "1600"


REDUCED: Periods = ((1, 14, 400, "twice_daily"), (15, 28, 400, "once_daily"))
CHANGES = [
    pytest.param((cycle(1, 0),), 0, 0, id="as planned"),
    pytest.param((cycle(1, 0, REDUCED),), 1, 0, id="half dose from day 15"),
    pytest.param((cycle(1, 0, HELD_7),), 0, 1, id="held for a week and back to the same dose"),
    pytest.param((cycle(1, 0, ((1, 10, 400, "twice_daily"), (11, 17, 0, "held"), (18, 28, 400, "once_daily"))),), 1, 1,
                 id="held, then resumed lower"),
    pytest.param((cycle(1, 0, ((1, 28, 400, "once_daily"),)),), 1, 0, id="started below the full dose"),
    pytest.param((cycle(1, 0, REDUCED), cycle(2, 28)), 1, 0, id="reduced, then raised again"),
    pytest.param((cycle(1, 0, REDUCED), cycle(2, 28), cycle(3, 56, REDUCED)), 2, 0, id="reduced twice"),
    pytest.param((cycle(1, 0, ((1, 20, 400, "twice_daily"), (21, 28, 0, "held"))), cycle(2, 28, ((1, 5, 0, "held"),
                 (6, 28, 400, "twice_daily")))), 0, 1, id="one hold across two cycles"),
]  # fmt: skip


@pytest.mark.parametrize(("cycles", "reductions", "holds"), CHANGES)
def test_reductions_and_holds(cycles: tuple[CycleFact, ...], reductions: int, holds: int) -> None:
    found = derived(*cycles)
    assert (found["reductions"], found["holds"]) == (reductions, holds)


def test_each_change_of_dose_says_when_and_why() -> None:
    reasons = ((11, "Diarrhoea grade 3"), (18, "Diarrhoea grade 3"))
    periods: Periods = ((1, 10, 400, "twice_daily"), (11, 17, 0, "held"), (18, 28, 400, "once_daily"))
    found = derived(cycle(1, 0, periods, reasons=reasons), cycle(2, 30, delay_reason="Holiday"))
    assert found["changes"] == [
        {"kind": "held", "cycle": 1, "on": "2026-01-15", "reason": "Diarrhoea grade 3"},
        {"kind": "reduced", "cycle": 1, "on": "2026-01-22", "reason": "Diarrhoea grade 3"},
        {"kind": "delayed", "cycle": 2, "on": "2026-02-04", "reason": "Holiday"},
    ]
    assert found["delays"] == [{"cycle": 2, "days": 2}]
    assert found["days_held"] == 7


def test_a_change_without_a_reason_says_so() -> None:
    assert derived(cycle(1, 0, HELD_7))["changes"][0]["reason"] == "no reason on record"


@pytest.mark.parametrize(("start", "days"), [(28, None), (29, 1), (42, 14)])
def test_a_cycle_is_delayed_from_the_29th_day_on(start: int, days: int | None) -> None:
    found = derived(cycle(1, 0), cycle(2, start))["delays"]
    assert found == ([] if days is None else [{"cycle": 2, "days": days}])


def test_time_on_treatment_runs_from_first_to_last_dose_whatever_is_held_at_the_end() -> None:
    found = derived(cycle(1, 0), cycle(2, 28, ((1, 7, 400, "twice_daily"), (8, 28, 0, "held"))))
    assert (found["first_dose_on"], found["last_dose_on"]) == ("2026-01-05", "2026-02-08")
    assert found["days_on_treatment"] == 34


def test_reasons_are_counted_by_participant() -> None:
    hurt = (cycle(1, 0, HELD_7, reasons=((11, "Diarrhea"),)), cycle(2, 28, HELD_7, reasons=((11, "Diarrhea"),)))
    rows = [
        {"number": f"NET-{place:03}", "treated": True, "treatment": derived(*cycles)}
        for place, cycles in enumerate((hurt, (cycle(1, 0, REDUCED),), (cycle(1, 0),)), start=1)
    ]
    found = answers.answer(Cohort("A", rows, AnalysisSettings()))
    assert found["change_reasons"] == {
        "held": {"Diarrhea": ["NET-001"]}, "reduced": {"no reason on record": ["NET-002"]}, "delayed": {},
    }  # fmt: skip
    assert (found["held"], found["reduced"], found["delayed"]) == (["NET-001"], ["NET-002"], [])
    # 42 of 56 days; 14 × 800 + 14 × 400 of 28 × 800; all.
    assert found["dose_intensity_percent"] == {"median": 75.0, "lowest": 75.0, "highest": 100.0}
