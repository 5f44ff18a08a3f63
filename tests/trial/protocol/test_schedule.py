"""What is due when."""

from datetime import date, timedelta

import pytest

from trial.protocol import schedule

DAY_1 = date(2026, 1, 12)
REGISTERED_ON = date(2026, 1, 8)


def _statuses(
    today: date, *done: date, progressed_on: date | None = None, response_on: date | None = None
) -> list[str]:
    planned = schedule.assessments_due(REGISTERED_ON, DAY_1, done, progressed_on)
    planned += schedule.confirmation_due(response_on, 28, done, progressed_on)
    return [f"{due.what} {due.status}" for due in schedule.on_day(planned, today)]


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
    begun = [DAY_1, DAY_1 + timedelta(days=28)]
    cycles = schedule.cycles_due(REGISTERED_ON, begun, progressed_on)
    assert [due.status for due in schedule.on_day(cycles, DAY_1 + timedelta(days=60))] == ["complete", "complete"]


def test_a_response_is_due_to_be_confirmed_28_days_later() -> None:
    first = DAY_1 + timedelta(days=56)
    planned = schedule.confirmation_due(first, 28, [first], None)
    dues = schedule.on_day(planned, first + timedelta(days=27))
    assert (dues[-1].what, dues[-1].due_on, dues[-1].status) == ("Confirmation", first + timedelta(days=28), "future")
    assert _statuses(first + timedelta(days=28), first, response_on=first)[-1] == "Confirmation due"
    later = first + timedelta(days=28)
    assert "Confirmation" not in " ".join(_statuses(later, first, later, response_on=first))


def test_a_confirming_scan_does_not_count_for_the_next_visit() -> None:
    first = DAY_1 + timedelta(days=56)
    assert _statuses(first + timedelta(days=30), first, first + timedelta(days=28))[-1] == "Week 16 future"


def test_the_next_cycle_is_due_28_days_after_the_last_began() -> None:
    dues = schedule.on_day(schedule.cycles_due(REGISTERED_ON, [DAY_1], None), DAY_1 + timedelta(days=36))
    assert [(due.what, due.status) for due in dues] == [("Cycle 1", "complete"), ("Cycle 2", "overdue")]
    assert dues[1].due_on == DAY_1 + timedelta(days=28)


def test_the_baseline_window_ends_at_day_1_and_opens_28_days_before() -> None:
    due = schedule.baseline_due(REGISTERED_ON, DAY_1, None)
    assert (due.window_from, due.window_to, due.status(DAY_1)) == (DAY_1 - timedelta(days=28), DAY_1, "due")


def _what(dues: tuple[schedule.Due, ...]) -> list[tuple[str, str]]:
    return [(due.what, due.status) for due in dues]


def _contacts(
    registered_on: date, off_on: date | None, progressed_on: date | None, contacts: list[date], ended_on: date | None,
    today: date,
) -> tuple[schedule.Due, ...]:  # fmt: skip
    return schedule.on_day(schedule.follow_ups_due(registered_on, off_on, progressed_on, contacts, ended_on), today)


def test_nothing_is_followed_up_before_treatment_has_ended() -> None:
    assert _contacts(date(2026, 1, 1), None, None, [], None, date(2026, 6, 1)) == ()


def test_follow_up_comes_every_three_months_until_progression_and_then_every_six() -> None:
    registered, off = date(2026, 1, 1), date(2026, 3, 1)
    first = _contacts(registered, off, None, [], None, date(2026, 3, 2))
    assert [due.due_on for due in first] == [off + timedelta(days=91)]
    progressed = _contacts(registered, off, off, [], None, date(2026, 3, 2))
    assert [due.due_on for due in progressed] == [off + timedelta(days=183)]


def test_a_follow_up_is_counted_from_the_contact_before() -> None:
    off, contact = date(2026, 3, 1), date(2026, 6, 10)
    dues = _contacts(date(2026, 1, 1), off, None, [contact], None, date(2026, 6, 11))
    assert [(due.status, due.due_on) for due in dues] == [
        ("complete", off + timedelta(days=91)),
        ("future", contact + timedelta(days=91)),
    ]


def test_a_missed_follow_up_is_shown_and_the_next_one_still_comes() -> None:
    dues = _contacts(date(2026, 1, 1), date(2026, 3, 1), None, [], None, date(2026, 8, 1))
    assert [due.status for due in dues] == ["missed", "future"]


def test_follow_up_ends_two_years_after_registration_and_with_the_study() -> None:
    long_ago = _contacts(date(2020, 1, 1), date(2021, 12, 15), None, [], None, date(2026, 1, 1))
    assert long_ago == ()
    dead = _contacts(date(2026, 1, 1), date(2026, 3, 1), None, [], date(2026, 4, 1), date(2026, 8, 1))
    assert dead == ()


def test_a_visit_belongs_to_each_cycle() -> None:
    cycles = [(1, date(2026, 1, 5)), (2, date(2026, 2, 2))]
    visits = schedule.visits_due("visit", "Visit", cycles, {1: date(2026, 1, 5)})
    found = schedule.on_day(visits, date(2026, 2, 3))
    assert _what(found) == [("Visit, cycle 1", "complete"), ("Visit, cycle 2", "due")]


def test_blood_pressure_is_taken_in_each_of_six_weeks_and_a_week_gone_by_is_missed() -> None:
    day_1 = date(2026, 1, 5)
    weeks = schedule.pressures_due("blood_pressure", "Blood pressure", day_1, [day_1 + timedelta(days=1)], None)
    found = schedule.on_day(weeks, day_1 + timedelta(days=15))
    assert [due.status for due in found] == ["complete", "missed", "due", "future", "future", "future"]
    assert len(schedule.pressures_due("blood_pressure", "Blood pressure", day_1, [], day_1 + timedelta(days=10))) == 2


def test_an_assessment_never_made_is_due_again_every_eight_weeks_without_an_end() -> None:
    (only,) = schedule.assessments_due(REGISTERED_ON, DAY_1, [], None)
    assert only.repeats_days == 56
    found = schedule.on_day([only], DAY_1 + timedelta(days=56 * 100))
    assert [due.status for due in found] == ["missed"] * 99 + ["due"] and found[-1].what == "Week 800"


def test_what_is_said_of_a_later_assessment_waits_for_those_before_it() -> None:
    planned = schedule.assessments_due(REGISTERED_ON, DAY_1, [], None, {"Week 16"})
    assert [(each.what, each.repeats_days) for each in planned] == [
        ("Week 8", None), ("Week 16", None), ("Week 24", 56),
    ]  # fmt: skip
    early, late = (schedule.on_day(planned, DAY_1 + timedelta(days=days)) for days in (60, 105))
    assert _what(early) == [("Week 8", "due")]
    assert _what(late) == [("Week 8", "missed"), ("Week 16", "not done"), ("Week 24", "future")]
