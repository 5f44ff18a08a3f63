"""How far the accrual bar is filled."""

import pytest

from analysis.charts.accrual import accrual


def test_the_bar_fills_in_proportion_and_marks_the_stages() -> None:
    chart = accrual(25, 50, (21, 41))
    assert chart.filled == (chart.right - chart.left) / 2
    assert [mark.label for mark in chart.marks] == ["21", "41"]
    assert chart.summary == "25 of 50 participants registered (50 %)."


def test_a_bar_beyond_the_ceiling_is_full_and_flagged() -> None:
    chart = accrual(51, 50)
    assert chart.over
    assert chart.filled == chart.right - chart.left


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        accrual(-1, 50)
