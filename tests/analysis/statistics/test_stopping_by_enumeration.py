"""A slow second implementation: every sequence of outcomes is walked, probabilities are exact fractions."""

from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from analysis.statistics.after_stopping import at_least, at_most, jennison_turnbull, unbiased_estimates
from analysis.statistics.intervals import RULES, acceptance, interval_table
from analysis.statistics.stopping import Plan, points
from tests.analysis.statistics.plans import NAMES, plan_of

SMALL = ("7", "4:0 9", "3:0:3 6:1:4 10", "5:1 8", "4::3 9", "2:0 4:1 6:2 9")
STEPS = 400
ALPHA = Fraction(1, 20)
Stop = tuple[int, int]


def walk(plan: Plan, outcomes: tuple[int, ...]) -> tuple[Stop, int]:
    """Where a sequence of outcomes stops: (stage, responses), and after how many participants."""
    for number, stage in enumerate(plan.stages, start=1):
        responses = sum(outcomes[: stage.participants])
        futile = stage.futility is not None and responses <= stage.futility
        promising = stage.efficacy is not None and responses >= stage.efficacy
        if futile or promising or number == len(plan.stages):
            return (number, responses), stage.participants
    raise AssertionError("The last look stops.")


def enumerate_stops(plan: Plan) -> tuple[dict[Stop, int], dict[Stop, int], dict[Stop, Fraction]]:
    """Paths to each stop, participants at it, and the mean rate of the first stage among its paths."""
    total = plan.stages[-1].participants
    sequences: Counter[Stop] = Counter()
    firsts: Counter[Stop] = Counter()
    sizes: dict[Stop, int] = {}
    for outcomes in product((0, 1), repeat=total):
        stop, size = walk(plan, outcomes)
        sequences[stop] += 1
        firsts[stop] += sum(outcomes[: plan.stages[0].participants])
        sizes[stop] = size
    paths = {stop: count // 2 ** (total - sizes[stop]) for stop, count in sequences.items()}
    first_size = plan.stages[0].participants
    means = {stop: Fraction(firsts[stop], first_size * count) for stop, count in sequences.items()}
    return paths, sizes, means


@pytest.mark.parametrize("name", SMALL)
def test_path_counts_and_unbiased_estimates_by_walking_every_sequence(name: str) -> None:
    plan = plan_of(name)
    paths, sizes, means = enumerate_stops(plan)
    found = points(plan)
    assert {(each.stage, each.responses): each.paths for each in found} == paths
    assert {(each.stage, each.responses): each.participants for each in found} == sizes
    assert unbiased_estimates(plan) == means


def exact(plan: Plan, rate: Fraction) -> list[Fraction]:
    """Probability of each stopping point in order, exact."""
    return [
        each.paths * rate**each.responses * (1 - rate) ** (each.participants - each.responses) for each in points(plan)
    ]


def accepted(weights: list[Fraction], rate: Fraction, rule: str, one_stage: bool) -> set[tuple[int, int]]:
    """The runs (first, last) that the rule allows: more than one where the most probable are exactly equal."""
    for size in range(1, len(weights) + 1):
        runs = {start: sum(weights[start : start + size]) for start in range(len(weights) - size + 1)}
        enough = {start: weight for start, weight in runs.items() if weight >= 1 - ALPHA}
        if enough:
            break
    if rule == "max":
        best = max(enough.values())
        return {(start, start + size - 1) for start, weight in enough.items() if weight == best}
    starts = sorted(enough)
    if one_stage:
        center = Fraction(len(weights) - size, 2)
        own = [each for each in starts if (each <= center if rate <= Fraction(1, 2) else each >= center)]
        starts = own or starts
    start = starts[-1] if rate <= Fraction(1, 2) else starts[0]
    return {(start, start + size - 1)}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", SMALL)
def test_acceptance_sets_and_limits_by_exact_fractions(name: str, rule: str) -> None:
    plan = plan_of(name)
    found, table = points(plan), interval_table(plan, 0.05, rule)
    hulls: dict[int, list[Fraction]] = {}
    for step in range(STEPS + 1):
        rate = Fraction(step, STEPS)
        runs = accepted(exact(plan, rate), rate, rule, len(plan.stages) == 1)
        first, last = acceptance(found, np.array([float(rate)]), 0.05, rule)
        assert (int(first[0]), int(last[0])) in runs
        if len(runs) == 1:
            for place in range(int(first[0]), int(last[0]) + 1):
                hulls.setdefault(place, []).append(rate)
    # Every accepting fraction lies inside, and the widened limit of the fractions is at most a step away, except where
    # a sliver between two fractions reaches further: then the limit itself must be an accepting rate.
    low = [min(hulls[place]) for place in range(len(found))]
    high = [max(hulls[place]) for place in range(len(found))]
    for place, point in enumerate(found):
        lower, upper = table[(point.stage, point.responses)]
        wide_low, wide_high = float(min(low[place:])), float(max(high[: place + 1]))
        assert lower <= wide_low + 1e-9 and upper >= wide_high - 1e-9
        for limit, coarse in ((lower, wide_low), (upper, wide_high)):
            first, last = acceptance(found, np.array([limit]), 0.05, rule)
            assert abs(limit - coarse) < 1 / STEPS or first[0] <= place <= last[0]


@pytest.mark.parametrize("name", SMALL)
def test_tails_along_the_boundary_by_exact_fractions(name: str) -> None:
    plan = plan_of(name)
    rate = Fraction(3, 10)
    stops = [(each.stage, each.responses) for each in points(plan)]
    weights = dict(zip(stops, exact(plan, rate), strict=True))
    boundary = sorted(weights, key=lambda stop: _along_the_boundary(plan, stop))
    for place, stop in enumerate(boundary):
        above = sum(weights[each] for each in boundary[place:])
        below = sum(weights[each] for each in boundary[: place + 1])
        assert at_least(plan, *stop, float(rate)) == pytest.approx(float(above), abs=1e-12)
        assert at_most(plan, *stop, float(rate)) == pytest.approx(float(below), abs=1e-12)
    limits = [jennison_turnbull(plan, *stop) for stop in boundary]
    assert limits == sorted(limits)


def _along_the_boundary(plan: Plan, stop: Stop) -> tuple[int, int, int]:
    """Lower stops first, earlier ones lower; then the final look; then upper stops, earlier ones higher."""
    stage, responses = stop
    if stage == len(plan.stages):
        return (1, 0, responses)
    futility = plan.stages[stage - 1].futility
    is_lower = futility is not None and responses <= futility
    return (0, stage, responses) if is_lower else (2, -stage, responses)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_along_the_boundary_is_that_of_clast(name: str) -> None:
    # CLAST 1.0.1, JT.rank.SM: responses + decision × (looks + 10 − stage) × 100; the decision is 1 for the treatment.
    # At the last look the plan leaves open what is decided: any bound there gives the same order.
    plan = plan_of(name)
    stops = [(each.stage, each.responses) for each in points(plan)]
    last = len(plan.stages)
    for bound in (0, 5, 43):
        def rank(stop: Stop, bound: int = bound) -> int:
            stage, responses = stop
            promising = bound if stage == last else plan.stages[stage - 1].efficacy
            decision = promising is not None and responses >= promising
            return responses + int(decision) * (last + 10 - stage) * 100

        assert sorted(stops, key=rank) == sorted(stops, key=lambda stop: _along_the_boundary(plan, stop))


@pytest.mark.parametrize("name", [name for name in NAMES if ":" in name])
def test_with_futility_stops_alone_the_order_is_that_of_the_number_of_responses(name: str) -> None:
    plan = plan_of(name)
    stops = [(each.stage, each.responses) for each in points(plan)]
    boundary = sorted(stops, key=lambda stop: _along_the_boundary(plan, stop))
    futility_alone = all(look.efficacy is None for look in plan.stages)
    assert (sorted(stops, key=lambda stop: stop[1]) == boundary) == futility_alone
