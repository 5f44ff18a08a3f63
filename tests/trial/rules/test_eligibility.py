"""What stands against registration at each criterion, with the value beside the limit that it fails."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.cast import answers
from trial.rules.eligibility import Answer, counted, obstacles, times_limit, with_derived

pytestmark = pytest.mark.requirement("R51")
ON = date(2026, 1, 5)


@pytest.mark.parametrize(("item", "value", "liver", "words"), [
    ("platelets", "95000", False, "Not met: 95,000 < 100,000/mm³"),
    ("neutrophils", "1499.5", False, "Not met: 1,499.5 < 1,500/mm³"),
    ("neutrophils", "3.4", False, "Not met: 3.4 < 1,500/mm³; 3.4 × 10⁹/L are 3,400/mm³"),
    ("bilirubin", "2.01", False, "Not met: 2.01 > 2\N{NO-BREAK SPACE}× ULN"),
    ("ast", "4", False, "Not met: 4 > 3\N{NO-BREAK SPACE}× ULN"),
    ("ast", "5.5", True, "Not met: 5.5 > 5\N{NO-BREAK SPACE}× ULN"),
    ("ast", "5", True, ""), ("platelets", "100000", False, ""), ("creatinine", "1.5", False, ""),
])  # fmt: skip
def test_a_value_is_shown_beside_the_limit_that_it_fails(item: str, value: str, liver: bool, words: str) -> None:
    settled = with_derived(answers() | {item: Answer(None, Decimal(value), ON)}, liver)
    assert [each.at_row for each in obstacles(settled, None, None, None)] == ([words] if words else [])


@pytest.mark.parametrize(("measured", "limit", "times", "met"), [
    ("2.4", "1.2", "2", True), ("2.401", "1.2", "2.001", False), ("2000.001", "1000", "2.001", False),
    ("0.6", "1.1", "0.546", True),
])  # fmt: skip
def test_a_multiple_above_its_limit_is_never_rounded_to_the_limit(
    measured: str, limit: str, times: str, met: bool
) -> None:
    found = times_limit(Decimal(measured), Decimal(limit))
    assert found == Decimal(times) and (found <= 2) == (Decimal(measured) <= 2 * Decimal(limit)) == met
    given = Answer(None, found, ON, Decimal(measured), Decimal(limit))
    assert with_derived({"bilirubin": given}, False)["bilirubin"] == replace(given, met=met)


def test_every_criterion_is_counted_as_met_not_met_or_not_answered() -> None:
    assert counted({}) == "0 of 23 met · 23 not answered"
    assert counted(answers()) == "23 of 23 met"
    given = answers(metastatic=False)
    del given["no_infection"]
    assert counted(given) == "21 of 23 met · 1 not met · 1 not answered"
