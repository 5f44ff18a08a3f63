"""Dates as they are typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.refused import Refused
from trial.rules.dates.partial_date import EARLIEST_YEAR, YEARS_AHEAD, PartialDate, from_stored, parse

TODAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12-FEB-2006", "12-FEB-2006"), ("12feb2006", "12-FEB-2006"), ("2006-02-12", "12-FEB-2006"),
        ("UNK-JAN-2006", "UNK-JAN-2006"), ("jan 2006", "UNK-JAN-2006"), ("2006", "UNK-UNK-2006"),
        ("UNK-UNK-2006", "UNK-UNK-2006"), ("t", "12-FEB-2026"), ("20060212", "12-FEB-2006"),
        ("20/11/2025", "20-NOV-2025"), ("11/20/2025", "20-NOV-2025"), ("4.4.2025", "04-APR-2025"),
        ("t-3", "09-FEB-2026"), ("T+20", "04-MAR-2026"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_the_clinic_types_it(typed: str, shown: str) -> None:
    assert str(parse(typed, TODAY)) == shown


@pytest.mark.requirement("R49")
@pytest.mark.parametrize("typed", [
    "03/04/2006", "12/11/2006", "20/11/06", "31/02/2006", "20/20/2006", "2006-0212", "20061302", "30-FEB-2006",
    "12-XYZ-2006", "12feb06", "t-", "t-1000", "t 3", "12-UNK-2006", "tomorrow", "",
])  # fmt: skip
def test_what_is_no_date_or_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse(typed, TODAY)


@pytest.mark.requirement("R49")
def test_a_month_means_any_of_its_days() -> None:
    february = PartialDate(2004, 2)
    assert (february.earliest(), february.latest()) == (date(2004, 2, 1), date(2004, 2, 29))


@given(st.dates(min_value=date(EARLIEST_YEAR, 1, 1), max_value=date(TODAY.year + YEARS_AHEAD, 12, 31)))
def test_stored_and_shown_forms_read_back_as_the_same_day(day: date) -> None:
    exact = PartialDate(day.year, day.month, day.day)
    assert from_stored(exact.stored()) == exact
    assert parse(str(exact), TODAY) == exact


@given(st.integers(0, 9999).filter(lambda year: not EARLIEST_YEAR <= year <= TODAY.year + YEARS_AHEAD))
def test_a_year_that_nobody_can_mean_is_refused_however_it_is_typed(year: int) -> None:
    for typed in (f"14-MAR-{year:04d}", f"UNK-MAR-{year:04d}", f"{year:04d}", f"{year:04d}-03-14"):
        with pytest.raises(Refused):
            parse(typed, TODAY)


@pytest.mark.parametrize("typed", ["00-JAN-2026", "0-JAN-2026", "2026-00-12", "2026-01-00", "2026-00-00", "2026-13-01",
                                   "31-FEB-2026"])  # fmt: skip
def test_zero_is_no_day_and_no_month(typed: str) -> None:
    with pytest.raises(Refused, match="is not a calendar date"):
        parse(typed, TODAY)


@given(st.integers(1, 9999), st.integers(-1, 13) | st.none(), st.integers(-1, 32) | st.none())
def test_a_partial_date_is_always_of_the_calendar(year: int, month: int | None, day: int | None) -> None:
    try:
        made = PartialDate(year, month, day)
    except ValueError:
        return
    assert made.earliest() <= made.latest() and made.earliest().year == made.latest().year == year
    assert month is None or made.earliest().month == made.latest().month == month
    assert day is None or made.earliest() == made.latest() and made.earliest().day == day


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("0123456789-/. JANFEBUK\u200b٣１ſ"), max_size=14))
def test_what_is_read_is_ascii_and_shown_as_the_same_date(typed: str) -> None:
    try:
        read = parse(typed, TODAY)
    except Refused:
        return
    assert typed.strip().isascii() and parse(str(read), TODAY) == read


@pytest.mark.parametrize("typed", ["1２-FEB-2026", "12-ſep-2025", "12\u200b-FEB-2026", "12-FEB-2026\ufeff",
                                   "١٢-FEB-2026", "12\u202e-FEB-2026", "12\xa0FEB 2026"])  # fmt: skip
def test_letters_and_digits_that_only_look_right_are_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse(typed, TODAY)


def test_a_character_that_cannot_be_seen_is_named() -> None:
    with pytest.raises(Refused, match=r"cannot be seen \(U\+200B\)"):
        parse("12-FEB\u200b-2026", TODAY)
