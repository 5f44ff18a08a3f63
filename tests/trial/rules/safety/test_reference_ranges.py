"""Which limits of a laboratory apply: the newest in use, the narrowest of a day, an age only where it is sure."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trial.rules.dates.partial_date import PartialDate, ages_on
from trial.rules.safety.reference_ranges import ReferenceRange, ranges_for

BORN, ON = PartialDate(1950, 3, 2), date(2026, 2, 12)


def _range(lower: str, from_on: date = date(2020, 1, 1), **more: Any) -> ReferenceRange:
    return ReferenceRange("HGB", "g/dL", Decimal(lower), Decimal(18), from_on, **more)


@pytest.mark.parametrize(
    ("declared", "lower"),
    [
        ([_range("12"), _range("13", date(2026, 2, 12))], "13"),
        ([_range("13", date(2026, 2, 13)), _range("12")], "12"),
        ([_range("12", sex="female"), _range("11"), _range("13", sex="male")], "12"),
        ([_range("12", sex="female"), _range("11", date(2025, 1, 1))], "11"),
        ([_range("12", age_from=18, age_to=74), _range("11", age_from=75)], "11"),
        ([_range("11", age_from=70, age_to=80), _range("12")], "11"),
        ([_range("13", sex="male")], None),
    ],
    ids=["newest", "not yet", "her sex", "newest before her sex", "her age", "narrowest", "none"],
)
def test_the_range_that_applies(declared: list[ReferenceRange], lower: str | None) -> None:
    found = ranges_for(declared, "female", BORN, ON)
    assert (str(found["HGB"].lower_limit) if found else None) == lower


def test_a_range_of_an_age_applies_only_where_the_age_is_sure() -> None:
    of_age = _range("11", age_from=76)
    assert ages_on(PartialDate(1950), ON) == (75, 76)
    assert not ranges_for([of_age], "male", PartialDate(1950), ON)
    assert ranges_for([of_age], "male", PartialDate(1949), ON)
    assert not ranges_for([of_age], "male", None, ON)
