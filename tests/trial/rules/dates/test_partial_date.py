"""Dates as they are typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.rules.dates.partial_date import DateNotUnderstood, PartialDate, from_stored, parse

TODAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12-FEB-2006", "12-FEB-2006"), ("12feb2006", "12-FEB-2006"), ("2006-02-12", "12-FEB-2006"),
        ("UNK-JAN-2006", "UNK-JAN-2006"), ("jan 2006", "UNK-JAN-2006"), ("2006", "UNK-UNK-2006"),
        ("UNK-UNK-2006", "UNK-UNK-2006"), ("t", "12-FEB-2026"),
    ],
)  # fmt: skip
def test_a_date_is_read_as_the_clinic_types_it(typed: str, shown: str) -> None:
    assert str(parse(typed, TODAY)) == shown


@pytest.mark.requirement("R49")
@pytest.mark.parametrize("typed", ["03/04/2006", "30-FEB-2006", "12-XYZ-2006", "12-UNK-2006", "tomorrow", ""])
def test_what_is_no_date_or_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(DateNotUnderstood):
        parse(typed, TODAY)


@pytest.mark.requirement("R49")
def test_a_month_means_any_of_its_days() -> None:
    february = PartialDate(2004, 2)
    assert (february.earliest(), february.latest()) == (date(2004, 2, 1), date(2004, 2, 29))


@given(st.dates(min_value=date(1900, 1, 1)))
def test_stored_and_shown_forms_read_back_as_the_same_day(day: date) -> None:
    exact = PartialDate(day.year, day.month, day.day)
    assert from_stored(exact.stored()) == exact
    assert parse(str(exact), TODAY) == exact
