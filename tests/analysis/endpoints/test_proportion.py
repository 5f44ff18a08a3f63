"""Shares of participants with their exact interval, at the ends where formulas fail."""

import pytest

from analysis.endpoints.answers.shapes import proportion


def test_nobody_of_nobody_is_not_estimable_and_has_no_number() -> None:
    found = proportion(0, 0)
    assert (found["numerator"], found["denominator"]) == (0, 0)
    assert (found["estimate"], found["lower"], found["upper"]) == (None, None, None)
    assert found["method"] == "not estimable: no participants"


# By hand: 0 of n reaches to 1 − 0.025^(1/n), n of n from 0.025^(1/n).
@pytest.mark.parametrize("participants", [1, 2, 21, 93, 10_000])
def test_none_and_all_have_a_limit_at_the_end_and_one_inside(participants: int) -> None:
    none, everyone = proportion(0, participants), proportion(participants, participants)
    root = 0.025 ** (1 / participants)
    assert (none["estimate"], none["lower"], none["upper"]) == (0, 0, pytest.approx(1 - root, abs=1e-12))
    assert (everyone["estimate"], everyone["lower"], everyone["upper"]) == (1, pytest.approx(root, abs=1e-12), 1)


def test_more_than_everyone_is_refused() -> None:
    with pytest.raises(ValueError, match="no proportion"):
        proportion(3, 2)
