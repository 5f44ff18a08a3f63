"""The Kaplan–Meier estimate against R on small groups, where other programs differ most.

Expected values: R 4.2.2, survival 3.5-3, survfit(Surv(days, event) ~ 1, conf.type = "log-log") and quantile(fit, 0.5).
"""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from analysis.statistics.survival import (
    FEWEST_AT_RISK,
    at_risk,
    describe,
    few_at_risk,
    from_stored,
    kaplan_meier,
    months,
    stored,
    survival_at,
)

# name, days, events (1 or 0), median, its lower and upper limit,
# then one row of the curve: day, survival, lower, upper.
FROM_R = [
    ("a plateau at one half, then an event", [2, 4, 5, 6, 7, 9], [1, 1, 1, 0, 0, 1],
     7, 2, None, (5, 0.5, 0.110948260351438, 0.803709236850057)),
    ("a plateau at one half, all events", [10, 20, 30, 40, 50, 60], [1] * 6,
     35, 10, None, (30, 0.5, 0.110948260351438, 0.803709236850057)),
    ("a plateau at one half to the end", [1, 2, 3, 7, 7, 7], [1, 1, 1, 0, 0, 0],
     5, 1, None, (2, 0.666666666666667, 0.194616636806235, 0.904434164322516)),
    ("events and censoring on one day", [7] * 6, [1, 1, 1, 0, 0, 0],
     7, 7, None, (7, 0.5, 0.110948260351438, 0.803709236850057)),
    ("every participant an event", [1, 2, 3, 4], [1] * 4,
     2.5, 1, None, (2, 0.5, 0.0578470829951446, 0.844861281190374)),
    ("two events", [10, 20], [1, 1], 15, 10, None, (10, 0.5, 0.00598308763914576, 0.910410084836737)),
    ("one participant with an event", [5], [1], 5, None, None, (5, 0, None, None)),
    ("one participant censored", [5], [0], None, None, None, (5, 1, None, None)),
    ("no events", [3, 8, 8, 20], [0] * 4, None, None, None, (8, 1, None, None)),
    ("an event on day 0", [0, 0, 10, 20, 35, 50, 61], [1, 0, 1, 1, 0, 1, 0],
     50, 0, None, (20, 0.514285714285714, 0.117759583916573, 0.813248607575758)),
    ("only day 0", [0, 0, 0], [0, 1, 0],
     None, 0, None, (0, 0.666666666666667, 0.0540734267865168, 0.945206387272047)),
    ("ties", [5, 5, 5, 8, 8, 12, 12, 12, 15, 21, 21, 30], [1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0],
     12, 5, None, (12, 0.462962962962963, 0.171944563395551, 0.714010160906866)),
    ("a median not reached", [30, 60, 90, 120, 150, 180, 210, 240], [1, 0, 0, 1, 0, 0, 0, 0],
     None, 30, None, (120, 0.7, 0.224790664033655, 0.91829862859693)),
    ("an open upper limit", [56, 57, 84, 112, 113, 168, 170, 224, 280, 336], [1, 1, 0, 1, 1, 1, 0, 1, 0, 0],
     168, 56, None, (113, 0.571428571428571, 0.217192702382284, 0.814572137920779)),
    ("an upper limit that is reached",
     [28, 30, 41, 55, 56, 56, 60, 77, 84, 85, 99, 112, 113, 120, 140, 168, 200, 224, 301, 330],
     [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0],
     99, 56, 168, (99, 0.482142857142857, 0.251473786284862, 0.680090143730763)),
]  # fmt: skip


@pytest.mark.parametrize("row", FROM_R, ids=[row[0] for row in FROM_R])
def test_the_curve_equals_the_reference_in_r(row) -> None:
    _, days, events, median, lower, upper, (day, *expected) = row
    km = kaplan_meier(days, [bool(event) for event in events])
    assert (km.median, km.median_lower, km.median_upper) == (median, lower, upper)
    step = next(step for step in km.steps if step.day == day)
    for found, value in zip((step.survival, step.lower, step.upper), expected, strict=True):
        assert (found is None) == (value is None)
        assert value is None or found == pytest.approx(value, abs=1e-12)


def test_an_empty_group_has_no_numbers_and_says_so() -> None:
    km = kaplan_meier([], [])
    assert (km.n, km.events, km.median, km.steps) == (0, 0, None, ())
    assert describe(km) == "not estimable: no participants"


@pytest.mark.parametrize(
    ("days", "events", "error", "words"),
    [
        ([-1], [True], ValueError, "cannot be negative"),
        ([1, 2], [True], ValueError, "needs both"),
        ([1], [1], TypeError, "True or False"),
        ([1.5], [True], TypeError, "whole number"),
        ([math.nan], [True], TypeError, "whole number"),
    ],
)
def test_wrong_input_is_refused_in_words(days, events, error, words) -> None:
    with pytest.raises(error, match=words):
        kaplan_meier(days, events)


def test_a_median_that_is_not_reached_is_said_in_words() -> None:
    assert describe(kaplan_meier([30, 60], [False, False])) == "not reached: no events among 2"
    one = kaplan_meier([30, 60, 90], [True, False, False])
    assert describe(one) == "not reached (95% CI from 1.0, upper limit not reached, log(-log))"


def test_an_upper_limit_is_not_estimable_once_the_curve_reaches_0() -> None:
    both = kaplan_meier([61, 122], [True, True])
    assert describe(both) == "3.0 months (95% CI from 2.0, upper limit not estimable, log(-log))"


def test_numbers_at_risk_and_survival_are_read_off_the_curve() -> None:
    km = kaplan_meier([10, 20, 20, 30], [True, False, True, False])
    assert [at_risk(km, day) for day in (0, 10, 11, 20, 30, 31)] == [4, 4, 3, 3, 1, 0]
    assert [survival_at(km, day) for day in (0, 19)] == pytest.approx([1, 0.75])
    assert survival_at(km, 31) is None


def test_a_month_is_30_4375_days() -> None:
    assert months(365.25) == 12


@given(some.lists(some.tuples(some.integers(0, 40), some.booleans()), max_size=25))
def test_any_curve_falls_accounts_for_everyone_and_can_be_stored(observed) -> None:
    km = kaplan_meier([days for days, _ in observed], [event for _, event in observed])
    heights = [step.survival for step in km.steps]
    assert heights == sorted(heights, reverse=True)
    assert sum(step.events + step.censored for step in km.steps) == km.n == len(observed)
    assert from_stored(json.loads(json.dumps(stored(km), allow_nan=False))) == km


def test_what_rests_on_too_few_at_risk_says_on_how_many() -> None:
    km = kaplan_meier([*range(30, 60), 400], [*[False] * 30, True])
    assert (km.median, few_at_risk(km, km.median)) == (400, 1)
    assert few_at_risk(km, 30) is None and few_at_risk(km, 55) is None
    assert few_at_risk(km, 57) == FEWEST_AT_RISK - 1
    assert few_at_risk(kaplan_meier([30], [False]), None) is None
