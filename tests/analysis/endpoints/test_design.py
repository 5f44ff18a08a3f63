"""Operating characteristics and predictive probability, against published values and a recount outcome by outcome."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import pytest

from analysis.endpoints.watch import design
from analysis.statistics.crossing import Part, Prior, predictive
from analysis.statistics.stopping import Plan, Stage
from tests.analysis.endpoints.test_plan_followed import SETTINGS, cohort


def points(found: dict[str, Any], curve: int = 0) -> dict[float, dict[str, float]]:
    """The points of a curve by their rate."""
    return {round(point["rate"], 4): point for point in found["curves"][curve]["points"]}


# Simon R, Control Clin Trials 1989;10:1-10, tables 1 and 2, α 0.05, β 0.10: r1/n1, r/n, EN(p0), PET(p0).
PUBLISHED = [
    (0.05, 0.20, (21, 41), (1, 4), 26.7, 0.72),
    (0.10, 0.25, (21, 66), (2, 10), 36.8, 0.65),
    (0.10, 0.30, (18, 35), (2, 6), 22.5, 0.73),
    (0.20, 0.40, (19, 54), (4, 15), 30.4, 0.67),
]


@pytest.mark.parametrize(("p0", "p1", "sizes", "bounds", "mean", "early"), PUBLISHED)
def test_a_plan_has_the_published_properties(
    p0: float, p1: float, sizes: tuple[int, int], bounds: tuple[int, int], mean: float, early: float
) -> None:
    plan = Plan(tuple(Stage(*look) for look in zip(sizes, bounds, strict=True)))
    at_null, at_wanted = design.point(plan, p0), design.point(plan, p1)
    assert round(at_null["expected_participants"], 1) == mean and round(at_null["stopped_early"], 2) == early
    assert at_null["promising"] <= 0.05 and at_wanted["promising"] >= 0.90


def _every_way(plan: Plan, rate: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Promising, stopped early, participants on average: by trying every order of outcomes, in fractions."""
    size = plan.stages[-1].participants
    promising = early = mean = Fraction(0)
    for way in product((0, 1), repeat=size):
        weight = prod((rate if each else 1 - rate for each in way), start=Fraction(1))
        for stage in plan.stages[:-1]:
            stopped = stage.stops(sum(way[: stage.participants]))
            if stopped is not None:
                early += weight
                promising += weight if stopped == 2 else 0
                mean += weight * stage.participants
                break
        else:
            bound = plan.stages[-1].futility
            promising += weight if bound is None or sum(way) > bound else 0
            mean += weight * size
    return promising, early, mean


@pytest.mark.parametrize("plan", [Plan((Stage(4, 0), Stage(9, 2))), Plan((Stage(3, 0, 3), Stage(6, 1, 5), Stage(8, 3))),
                                  Plan((Stage(5, 2),))])  # fmt: skip
def test_a_point_of_the_curve_is_the_sum_over_every_order_of_outcomes(plan: Plan) -> None:
    for rate in (Fraction(0), Fraction(1, 20), Fraction(1, 3), Fraction(1)):
        found = design.point(plan, float(rate))
        expected = [float(each) for each in _every_way(plan, rate)]
        assert list(found.values())[1:] == pytest.approx(expected, abs=1e-6)


def test_the_predictive_probability_is_that_of_lee_and_liu() -> None:
    # Clin Trials 2008;5:93-106: 16 responses among 23 of 40, prior beta(0.6, 0.4), promising from 28: 0.5656.
    found = predictive(Plan((Stage(40, 27),)), (Part(40, 16, 17),), Prior(0.6, 0.4))
    assert round(found.promising, 4) == 0.5656


def test_the_predictive_probability_follows_the_stages() -> None:
    """By integrating the exact chances over the distribution of the rate, in many small steps."""
    from analysis.statistics.crossing import chances

    plan, parts, prior = Plan((Stage(5, 1), Stage(9, 3))), (Part(5, 1, 2), Part(4, 0, 4)), Prior(1, 1)
    steps = 20_000
    rates = [(place + 0.5) / steps for place in range(steps)]
    weights = [rate * (1 - rate) ** 2 for rate in rates]  # one responder and two others known
    expected = sum(weight * chances(plan, parts, rate).promising for weight, rate in zip(weights, rates, strict=True))
    assert predictive(plan, parts, prior).promising == pytest.approx(expected / sum(weights), rel=1e-6)


def test_the_curve_holds_both_rates_of_the_plan_and_each_percent_between() -> None:
    found = design.answer(cohort("R" + "n" * 10 + "o"))
    (curve,) = found["curves"]
    assert curve["name"] == "as designed" and len(points(found)) == 41
    # R 4.2.2: sum(dbinom(2:21, 21, p) * (1 - pbinom(4 - 2:21, 20, p))).
    assert points(found)[0.05]["promising"] == pytest.approx(0.045672, abs=1e-6)
    assert points(found)[0.2]["promising"] == pytest.approx(0.901661, abs=1e-6)
    odd = design.answer(cohort("Rn", replace(SETTINGS, plan=replace(SETTINGS.plan, p0=0.075))))
    assert 0.075 in points(odd) and len(points(odd)) == 42


def test_a_last_look_of_another_size_has_a_curve_of_its_own_that_keeps_the_error() -> None:
    found = design.answer(cohort("RRR" + "n" * 43))
    assert [curve["name"] for curve in found["curves"]] == ["as designed", "with its last look at 46"]
    assert points(found, 1)[0.05]["promising"] <= points(found)[0.05]["promising"]


def test_each_prior_is_shown_with_its_numbers_until_the_plan_is_decided() -> None:
    found = design.answer(cohort("R" + "n" * 10 + "oo"))
    assert [(row["alpha"], row["beta"]) for row in found["predictive"]] == [(0.05, 0.95), (0.5, 0.5), (1.0, 1.0)]
    assert found["predictive"][2]["mean"] == pytest.approx(2 / 13)
    for decided in ("RRRRR" + "n" * 20, "n" * 21):
        assert design.answer(cohort(decided))["predictive"] == []


def test_a_group_too_large_for_exact_sums_says_so() -> None:
    found = design.answer(cohort("RRnn" + "no" * 200))
    assert (found["curves"], found["predictive"]) == ([], [])
    assert design.OPERATING_CHARACTERISTICS.rows_of(found) == []
    assert design.OPERATING_CHARACTERISTICS.in_a_word(found) == "not computed"
    assert design.OPERATING_CHARACTERISTICS.in_a_word(design.answer(cohort("n" * 21))) == "decided"


def test_the_numbers_name_the_rate_the_plan_and_the_prior() -> None:
    found = design.answer(cohort("", SETTINGS))
    listed = {row.words: row.value for row in design.OPERATING_CHARACTERISTICS.rows_of(found)}
    assert listed["promising at 5%, as designed"] == "4.6%"
    assert listed["stopped early at 5%, as designed"] == "71.7%"
    assert listed["participants on average at 5%, as designed"] == "26.7"
    assert "predictive probability of promising, prior uniform" in listed
