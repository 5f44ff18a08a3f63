"""What is due when."""

from datetime import date, timedelta

import pytest

from trial.schedule import assessments_due, baseline_due, cycles_due

DAY_1 = date(2026, 1, 12)
REGISTERED_ON = date(2026, 1, 8)


def _statuses(
    today: date, *done: date, progressed_on: date | None = None, response_on: date | None = None
) -> list[str]:
    dues = assessments_due(REGISTERED_ON, DAY_1, done, progressed_on, today, response_on)
    return [f"{due.what} {due.status}" for due in dues]


@pytest.mark.parametrize(
    ("days", "status"),
    [(48, "future"), (49, "due"), (63, "due"), (64, "overdue"), (104, "overdue")],
)
def test_the_first_assessment_passes_from_future_to_overdue(days: int, status: str) -> None:
    assert _statuses(DAY_1 + timedelta(days=days)) == [f"Week 8 {status}"]


def test_an_assessment_is_missed_once_the_next_window_opens() -> None:
    assert _statuses(DAY_1 + timedelta(days=105)) == ["Week 8 missed", "Week 16 due"]


def test_a_done_assessment_is_complete_and_the_next_one_follows() -> None:
    assert _statuses(DAY_1 + timedelta(days=60), DAY_1 + timedelta(days=58)) == ["Week 8 complete", "Week 16 future"]


def test_nothing_is_due_after_progression() -> None:
    progressed_on = DAY_1 + timedelta(days=56)
    assert _statuses(DAY_1 + timedelta(days=300), progressed_on, progressed_on=progressed_on) == ["Week 8 complete"]
    cycles = cycles_due(REGISTERED_ON, [DAY_1, DAY_1 + timedelta(days=28)], progressed_on, DAY_1 + timedelta(days=60))
    assert [due.status for due in cycles] == ["complete", "complete"]


def test_a_response_is_due_to_be_confirmed_28_days_later() -> None:
    first = DAY_1 + timedelta(days=56)
    dues = assessments_due(REGISTERED_ON, DAY_1, [first], None, first + timedelta(days=27), first)
    assert (dues[-1].what, dues[-1].due_on, dues[-1].status) == ("Confirmation", first + timedelta(days=28), "future")
    assert _statuses(first + timedelta(days=28), first, response_on=first)[-1] == "Confirmation due"
    later = first + timedelta(days=28)
    assert "Confirmation" not in " ".join(_statuses(later, first, later, response_on=first))


def test_a_confirming_scan_does_not_count_for_the_next_visit() -> None:
    first = DAY_1 + timedelta(days=56)
    assert _statuses(first + timedelta(days=30), first, first + timedelta(days=28))[-1] == "Week 16 future"


def test_the_next_cycle_is_due_28_days_after_the_last_began() -> None:
    dues = cycles_due(REGISTERED_ON, [DAY_1], None, DAY_1 + timedelta(days=36))
    assert [(due.what, due.status) for due in dues] == [("Cycle 1", "complete"), ("Cycle 2", "overdue")]
    assert dues[1].due_on == DAY_1 + timedelta(days=28)


def test_the_baseline_window_ends_at_day_1_and_opens_28_days_before() -> None:
    due = baseline_due(REGISTERED_ON, DAY_1, None, DAY_1)
    assert (due.window_from, due.window_to, due.status) == (DAY_1 - timedelta(days=28), DAY_1, "due")
