"""The clock of an expedited report, with days and hours counted by hand."""

from datetime import UTC, date, datetime, time

import pytest

from trial.rules.dates.partial_date import PartialDate
from trial.rules.safety import expedited_reports
from trial.rules.safety.expedited_reports import Clock, Doses, EventAsKnown, Sent, clock, days_after_last_dose, demanded
from trial.rules.safety.expedited_table import shipped

RULES = shipped()
AWARE = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
URGENT = EventAsKnown(4, expected=False, hospital_stay=False, related=True, days=(0, 0))
TEN_DAYS = EventAsKnown(4, expected=True, hospital_stay=False, related=True, days=(0, 0))


def _at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def _clock(event: EventAsKnown, now: datetime, *sent: Sent, began_at: datetime | None = AWARE) -> Clock:
    return clock(event, began_at, sent, RULES, now)


def _states(found: Clock) -> dict[str, str]:
    return {each.kind: each.state for each in found.duties}


def test_a_report_in_ten_calendar_days_is_due_to_the_end_of_the_tenth_day() -> None:
    (duty,) = _clock(TEN_DAYS, _at(11)).duties
    assert (duty.due_on, duty.due_at) == (date(2026, 3, 20), _at(21))
    assert _clock(TEN_DAYS, _at(20, 23, 59)).state == expedited_reports.DUE
    assert _clock(TEN_DAYS, _at(21)).state == expedited_reports.OVERDUE


def test_a_report_sent_on_the_last_day_is_in_time_and_on_the_next_it_is_late() -> None:
    assert _clock(TEN_DAYS, _at(25), Sent("complete", _at(20, 23, 59))).state == expedited_reports.IN_TIME
    late = _clock(TEN_DAYS, _at(25), Sent("complete", _at(21)))
    assert late.state == expedited_reports.LATE and late.next_duty is None


def test_a_notification_is_due_to_the_minute() -> None:
    found = _clock(URGENT, _at(10, 12))
    assert found.duties[0].due_at == _at(11, 9, 30) and found.next_duty == found.duties[0]
    assert _clock(URGENT, _at(11, 9, 30)).state == expedited_reports.DUE
    assert _clock(URGENT, _at(11, 9, 31)).state == expedited_reports.OVERDUE
    in_time = _states(_clock(URGENT, _at(12), Sent("notification", _at(11, 9, 30))))
    assert in_time["notification"] == expedited_reports.IN_TIME
    late = _states(_clock(URGENT, _at(12), Sent("notification", _at(11, 9, 31))))
    assert late["notification"] == expedited_reports.LATE


def test_the_complete_report_is_counted_from_the_notification_and_a_late_one_wins_no_days() -> None:
    early = _clock(URGENT, _at(11), Sent("notification", _at(10, 18)))
    assert early.duties[1].due_on == date(2026, 3, 15)
    none, late = _clock(URGENT, _at(11)), _clock(URGENT, _at(15), Sent("notification", _at(14)))
    assert none.duties[1].due_on == late.duties[1].due_on == date(2026, 3, 16)
    assert late.state == expedited_reports.DUE, "the complete report is still to come"
    done = _clock(URGENT, _at(17), Sent("notification", _at(14)), Sent("complete", _at(16)))
    assert done.state == expedited_reports.LATE and _states(done)["complete"] == expedited_reports.IN_TIME


def test_a_complete_report_within_24_hours_is_a_notification_too() -> None:
    assert _clock(URGENT, _at(12), Sent("complete", _at(10, 20))).state == expedited_reports.IN_TIME
    assert _clock(URGENT, _at(12), Sent("follow_up", _at(10, 20))).state == expedited_reports.OVERDUE


def test_without_a_time_the_clock_starts_with_the_day() -> None:
    assert expedited_reports.aware_at(date(2026, 3, 10), None) == _at(10)
    assert expedited_reports.aware_at(date(2026, 3, 10), time(9, 30)) == AWARE
    assert expedited_reports.aware_at(None, time(9, 30)) is None


def test_a_later_clock_is_not_answered_by_what_was_sent_before_it() -> None:
    """The grade rose: what was reported at the lower grade answered to what was known then."""
    sent = Sent("complete", _at(9))
    assert _clock(TEN_DAYS, _at(11), sent).state == expedited_reports.DUE
    assert _clock(TEN_DAYS, _at(11), sent, began_at=_at(8)).state == expedited_reports.IN_TIME


def test_a_clock_without_the_day_of_awareness_waits_for_it() -> None:
    found = _clock(TEN_DAYS, _at(11), began_at=None)
    assert found.state == expedited_reports.UNDETERMINED and found.duties == ()


def test_nothing_is_due_where_no_rule_asks_for_a_report() -> None:
    mild = EventAsKnown(1, expected=False, hospital_stay=True, related=True, days=(0, 0))
    assert _clock(mild, _at(30), began_at=None).state == expedited_reports.NOT_REQUIRED


@pytest.mark.parametrize(
    ("event", "hours", "days", "depends_on"),
    [
        (EventAsKnown(4, None, False, True, (0, 0)), 24, 5, ("expectedness",)),
        (EventAsKnown(4, None, None, False, (0, 0)), None, 10, ()),
        (EventAsKnown(3, True, None, False, (0, 0)), None, 10, ("hospital stay",)),
        (EventAsKnown(None, True, False, True, (0, 0)), None, 10, ("grade",)),
        (EventAsKnown(2, None, False, None, (0, 0)), None, 10, ("expectedness", "attribution")),
        (EventAsKnown(None, None, False, True, (0, 0), serious=False), None, 10, ("grade", "expectedness")),
        (EventAsKnown(4, True, False, False, (20, 50)), None, 10, ("onset",)),
        (EventAsKnown(4, False, False, True, (20, 50)), 24, 5, ()),
    ],
)
def test_what_is_not_known_counts_as_the_strictest_and_is_named_when_it_matters(
    event: EventAsKnown, hours: int | None, days: int, depends_on: tuple[str, ...]
) -> None:
    found = demanded(event, RULES)
    assert found.rule is not None
    assert (found.rule.notify_within_hours, found.rule.report_within_days) == (hours, days)
    assert found.depends_on == depends_on


FIRST, LAST = date(2026, 1, 12), date(2026, 2, 8)


@pytest.mark.parametrize(
    ("onset", "doses", "days"),
    [
        (PartialDate(2026, 3, 10), Doses(FIRST, LAST, True), (30, 30)),
        (PartialDate(2026, 3, 11), Doses(FIRST, LAST, True), (31, 31)),
        (PartialDate(2026, 3), Doses(FIRST, LAST, True), (21, 51)),
        (PartialDate(2026, 1, 20), Doses(FIRST, LAST, True), (0, 0)),
        (PartialDate(2026, 3, 11), Doses(FIRST, LAST, False), (0, 0)),  # treatment goes on; the log lags behind
        (PartialDate(2026, 1, 11), Doses(FIRST, LAST, False), None),
        (PartialDate(2026, 1), Doses(FIRST, LAST, False), (0, 0)),  # perhaps after the first dose
        (None, Doses(FIRST, LAST, True), expedited_reports.UNKNOWN_DAYS),
        (PartialDate(2026, 3), Doses(None, None, False), (0, 0)),
        (PartialDate(2026, 3), Doses(None, None, True), None),  # treatment never started
    ],
)
def test_days_are_counted_from_the_last_dose_to_the_onset(
    onset: PartialDate | None, doses: Doses, days: tuple[int, int] | None
) -> None:
    assert days_after_last_dose(onset, doses) == days
