"""The clock on the wall of a site, at the nights on which it is changed.

Checked against the changes of clock as they are published: America/New_York 8 March 2026 02:00 → 03:00 and 1 November
2026 02:00 → 01:00; Europe/Amsterdam 29 March 2026 02:00 → 03:00 and 25 October 2026 03:00 → 02:00; Pacific/Auckland
UTC+12, in its summer UTC+13.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.refused import Refused
from trial.rules.dates import site_time
from trial.rules.dates.site_time import instant, offset_at, offsets, shown, zone
from trial.rules.safety import expedited_reports
from trial.rules.safety.expedited_reports import EventAsKnown, Sent
from trial.rules.safety.expedited_table import shipped

NEW_YORK, AMSTERDAM, AUCKLAND = (zone(name) for name in ("America/New_York", "Europe/Amsterdam", "Pacific/Auckland"))
HOUR = timedelta(hours=1)


@pytest.mark.requirement("R24")
@pytest.mark.parametrize(
    ("where", "on", "at", "hours"),
    [
        (NEW_YORK, date(2026, 3, 8), time(1, 59), (-5,)),
        (NEW_YORK, date(2026, 3, 8), time(2, 0), ()),
        (NEW_YORK, date(2026, 3, 8), time(2, 59), ()),
        (NEW_YORK, date(2026, 3, 8), time(3, 0), (-4,)),
        (NEW_YORK, date(2026, 11, 1), time(0, 59), (-4,)),
        (NEW_YORK, date(2026, 11, 1), time(1, 0), (-4, -5)),
        (NEW_YORK, date(2026, 11, 1), time(1, 59), (-4, -5)),
        (NEW_YORK, date(2026, 11, 1), time(2, 0), (-5,)),
        (AMSTERDAM, date(2026, 3, 29), time(2, 30), ()),
        (AMSTERDAM, date(2026, 10, 25), time(2, 30), (2, 1)),
        (AMSTERDAM, date(2026, 10, 25), time(3, 0), (1,)),
        (AUCKLAND, date(2026, 7, 1), time(8, 0), (12,)),
        (AUCKLAND, date(2026, 1, 1), time(8, 0), (13,)),
        (zone("UTC"), date(2026, 3, 8), time(2, 30), (0,)),
    ],
)
def test_a_time_is_shown_once_never_or_twice(where: ZoneInfo, on: date, at: time, hours: tuple[int, ...]) -> None:
    assert offsets(on, at, where) == tuple(each * HOUR for each in hours)


def test_a_time_that_was_never_shown_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="02:30 did not occur at the site .* on 08-MAR-2026"):
        offset_at(date(2026, 3, 8), time(2, 30), NEW_YORK, -5 * HOUR)


@pytest.mark.requirement("R24")
def test_of_two_times_none_is_guessed_and_the_one_that_was_said_is_taken() -> None:
    on, at = date(2026, 11, 1), time(1, 30)
    for said in (None, timedelta(), 2 * HOUR):
        with pytest.raises(Refused, match="twice at the site on 01-NOV-2026.*UTC−04:00 or UTC−05:00"):
            offset_at(on, at, NEW_YORK, said)
    first, second = (instant(on, at, offset_at(on, at, NEW_YORK, hours * HOUR)) for hours in (-4, -5))
    assert (first, second) == (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC))


def test_a_day_without_a_time_begins_at_midnight_there_even_where_midnight_is_left_out() -> None:
    on = date(2026, 11, 1)
    assert instant(on, None, offset_at(on, None, NEW_YORK)) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    # Egypt put its clocks forward at midnight: 26 April 2024 began at 01:00, which is 22:00 UTC of the day before.
    on = date(2024, 4, 26)
    assert instant(on, None, offset_at(on, None, zone("Africa/Cairo"))) == datetime(2024, 4, 25, 22, tzinfo=UTC)


@pytest.mark.requirement("R24")
def test_an_instant_is_written_by_the_clock_of_the_site_with_utc_beside_it() -> None:
    at = datetime(2026, 11, 24, 22, 5, 7, tzinfo=UTC)
    assert shown(at, zone("UTC")) == "24-NOV-2026 22:05 UTC"
    assert shown(at, NEW_YORK) == "24-NOV-2026 17:05 UTC−05:00 (22:05 UTC)"
    assert shown(at, AUCKLAND, seconds=True) == "25-NOV-2026 11:05:07 UTC+13:00 (24-NOV-2026 22:05:07 UTC)"
    assert shown(at, zone("Europe/London")) == "24-NOV-2026 22:05 UTC"


@pytest.mark.parametrize(
    ("text", "minutes", "written"),
    [("UTC", 0, "UTC"), ("z", 0, "UTC"), ("-05:00", -300, "UTC-05:00"), ("UTC−05:00", -300, "UTC-05:00"),
     ("+0530", 330, "UTC+05:30"), ("UTC+13", 780, "UTC+13:00")],
)  # fmt: skip
def test_an_offset_is_read_and_written(text: str, minutes: int, written: str) -> None:
    found = site_time.from_stored(text)
    assert found == timedelta(minutes=minutes) and site_time.stored(found) == written


@pytest.mark.parametrize("text", ["", "EST", "5", "+15:00", "-05:60", "+05:00; DROP"])
def test_what_is_no_offset_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="not an offset"):
        site_time.from_stored(text)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2040, 1, 1)), st.sampled_from(["America/New_York", "Europe/Amsterdam",
    "Pacific/Auckland", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Cairo"]),
)  # fmt: skip
def test_every_instant_is_one_of_the_readings_of_what_the_wall_showed(at: datetime, name: str) -> None:
    where, instant_at = zone(name), at.replace(tzinfo=UTC)
    there = instant_at.astimezone(where)
    found = offsets(there.date(), there.time(), where)
    assert there.utcoffset() in found and len(found) <= 2
    assert all(instant_at.astimezone(timezone(each)).utcoffset() == each for each in found)
    assert sum(instant(there.date(), there.time(), each) == instant_at for each in found) == 1


TEN_DAYS = EventAsKnown(4, expected=True, hospital_stay=False, related=True, days=(0, 0))
URGENT = EventAsKnown(4, expected=False, hospital_stay=False, related=True, days=(0, 0))


def _clock(event: EventAsKnown, began_at: datetime, where: ZoneInfo, *sent: Sent) -> expedited_reports.Clock:
    return expedited_reports.clock(event, began_at, sent, shipped(), began_at, where)


@pytest.mark.requirement("R24")
def test_the_24_hours_of_a_notification_are_hours_across_a_change_of_clock() -> None:
    """Aware at 20:00 on the evening before New York's clocks go forward: due at 21:00 on the next, 24 hours later."""
    began = instant(date(2026, 3, 7), time(20), -5 * HOUR)
    due_at = _clock(URGENT, began, NEW_YORK).duties[0].due_at
    assert due_at - began == 24 * HOUR
    assert shown(due_at, NEW_YORK) == "08-MAR-2026 21:00 UTC−04:00 (09-MAR-2026 01:00 UTC)"


def test_calendar_days_are_those_of_the_site() -> None:
    """22:00 in New York on 30 October is 31 October in UTC; ten days on the clocks have gone back."""
    began = instant(date(2026, 10, 30), time(22), -4 * HOUR)
    (duty,) = _clock(TEN_DAYS, began, NEW_YORK).duties
    assert (duty.due_on, duty.due_at) == (date(2026, 11, 9), datetime(2026, 11, 10, 5, tzinfo=UTC))
    (duty,) = _clock(TEN_DAYS, began, zone("UTC")).duties
    assert (duty.due_on, duty.due_at) == (date(2026, 11, 10), datetime(2026, 11, 11, tzinfo=UTC))


def test_east_of_the_date_line_the_last_day_ends_before_that_of_utc() -> None:
    """08:00 on 24 November in Auckland is 19:00 on the 23rd in UTC: the tenth day is the 4th of December there."""
    began = instant(date(2026, 11, 24), time(8), 13 * HOUR)
    (duty,) = _clock(TEN_DAYS, began, AUCKLAND).duties
    assert (duty.due_on, duty.due_at) == (date(2026, 12, 4), datetime(2026, 12, 4, 11, tzinfo=UTC))
    late = _clock(TEN_DAYS, began, AUCKLAND, Sent("complete", datetime(2026, 12, 4, 11, tzinfo=UTC)))
    in_time = _clock(TEN_DAYS, began, AUCKLAND, Sent("complete", datetime(2026, 12, 4, 10, 59, tzinfo=UTC)))
    assert (late.state, in_time.state) == (expedited_reports.LATE, expedited_reports.IN_TIME)


def test_the_zones_that_can_be_chosen_are_known_on_this_machine() -> None:
    assert {"UTC", "America/New_York", "Europe/Amsterdam", "Pacific/Auckland"} <= set(site_time.names())
    with pytest.raises(ValueError, match="not a time zone"):
        zone("Mars/Olympus")
    with pytest.raises(ValueError, match="not a time zone"):
        zone("../../etc/passwd")
