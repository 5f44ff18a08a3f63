"""Confirmed response and best response, row by row."""

from datetime import date, timedelta

import pytest

from trial.rules.best_response import best_overall_response
from trial.rules.confirmation import ConfirmationSettings, DatedResponse, confirmed_response
from trial.rules.recist import Response

DAY = date(2026, 1, 1)


def _sequence(words: str) -> list[DatedResponse]:
    """`56 PR, 84 PR` → responses so many days after registration."""
    found = []
    for each in words.split(", "):
        days, response = each.split()
        found.append(DatedResponse(Response(response), DAY + timedelta(days=int(days))))
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("56 PR, 84 PR", "PR"),
        ("56 PR, 83 PR", None),
        ("56 PR, 83 PR, 84 PR", "PR"),
        ("56 PR, 84 NE, 112 PR", "PR"),
        ("56 PR, 84 NE, 112 NE, 140 PR", None),
        ("56 PR, 84 SD, 112 PR", None),
        ("56 PR, 84 SD, 112 PR, 140 PR", "PR"),
        ("56 PR, 84 PD, 112 PR", None),
        ("56 CR, 84 CR", "CR"),
        ("56 PR, 84 CR", "PR"),
        ("56 CR, 84 PR", "PR"),
        ("56 CR, 84 NE, 112 CR", "CR"),
        ("56 SD, 112 SD", None),
    ],
)
def test_confirmation(words: str, expected: str | None) -> None:
    found = confirmed_response(_sequence(words))
    assert (found.response.value if found else None) == expected


def test_a_confirmed_response_is_dated_at_its_first_assessment() -> None:
    found = confirmed_response(_sequence("56 SD, 112 PR, 168 PR"))
    assert found is not None and found.first.on == DAY + timedelta(days=112)


def test_response_after_new_therapy_does_not_confirm() -> None:
    assert confirmed_response(_sequence("56 PR, 84 PR"), new_therapy_on=DAY + timedelta(days=84)) is None


def test_the_strict_reading_breaks_a_partial_after_a_complete_response() -> None:
    strict = ConfirmationSettings(response_after_complete_counts=False)
    assert confirmed_response(_sequence("56 CR, 84 PR"), strict) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [("42 SD", "SD"), ("41 SD", "unknown"), ("56 PD", "PD"), ("20 PR, 60 PD", "PD"), ("56 PR, 84 PD", "SD")],
)
def test_best_overall_response(words: str, expected: str) -> None:
    assert best_overall_response(_sequence(words), registered_on=DAY).category.value == expected
