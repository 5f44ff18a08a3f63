"""Estimates after a trial that could stop early: unbiased estimate, interval, p-value. PURE.

All three follow the stages of the plan. Order of the stopping points here: along the boundary (stage-wise). Lowest are
the futility stops, the earlier the lower and in a stage by responses; then the last look by responses; highest are the
efficacy stops, the earlier the higher. It bears the names of Jennison C, Turnbull BW, Technometrics 1983;25:49–58, the
first exact limits after such a trial. That paper was not at hand: the order is read off the source of the R package
CLAST 1.0.1, function `JT.rank.SM` (Lloyd CJ, Stat Med, doi:10.1002/sim.8909), which ranks by responses and, among stops
that decide for the treatment, by the earlier stage first.

In a plan with futility stops alone it is the order by the number of responses (Atkinson EN, Brown BW, Biometrics
1985;41:741–744), and where observed rates also rise from stop to stop, as in the trial's own, the order by s/n. (numpy
and scipy are allowed here.)
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.stopping import EFFICACY, FUTILITY, Plan, stopping_ways

PRECISION = 1e-12

Weights = NDArray[np.float64]


@lru_cache(maxsize=64)
def unbiased_estimates(plan: Plan) -> dict[tuple[int, int], Fraction]:
    """(stage, responses) → the uniformly minimum-variance unbiased estimate, exact.

    The expected rate of the first stage given where the trial stopped (Girshick, Mosteller, Savage 1946; for phase II
    Jung SH, Kim KM, Stat Med 2004;23:881–896).
    """
    size = plan.stages[0].participants
    paths: dict[tuple[int, int], int] = {}
    weighted: dict[tuple[int, int], int] = {}
    for responses in range(size + 1):
        for stop, ways in stopping_ways(plan, responses).items():
            paths[stop] = paths.get(stop, 0) + comb(size, responses) * ways
            weighted[stop] = weighted.get(stop, 0) + responses * comb(size, responses) * ways
    return {stop: Fraction(weighted[stop], size * paths[stop]) for stop in paths}


def at_least(plan: Plan, stage: int, responses: int, rate: float) -> float:
    """Probability of this stopping point or a higher one, stage-wise: the p-value of H₀ "no more than `rate`"."""
    from scipy.stats import binom

    entering, added, _, promising = _entering(plan, stage, rate)
    above = binom.sf(responses - 1 - np.arange(len(entering)), added, rate)
    return min(1.0, promising + float(entering @ above))


def at_most(plan: Plan, stage: int, responses: int, rate: float) -> float:
    """Probability of this stopping point or a lower one, stage-wise."""
    from scipy.stats import binom

    entering, added, futile, _ = _entering(plan, stage, rate)
    below = binom.cdf(responses - np.arange(len(entering)), added, rate)
    return min(1.0, futile + float(entering @ below))


@lru_cache(maxsize=256)
def jennison_turnbull(plan: Plan, stage: int, responses: int, alpha: float = 0.05) -> tuple[float, float]:
    """The equal-tail interval: the rates at which this point or a higher one, or a lower one, has probability α / 2.

    An end without such a rate is 0 or 1. One stage: Clopper–Pearson.
    """
    lower = _crossing(lambda rate: at_least(plan, stage, responses, rate) <= alpha / 2)
    upper = 1 - _crossing(lambda rate: at_most(plan, stage, responses, 1 - rate) <= alpha / 2)
    return lower, upper


def _crossing(is_low: Callable[[float], bool]) -> float:
    """Where a condition that holds from 0 upwards ceases to hold; 0 when it does not hold at 0."""
    low, high = 0.0, 1.0
    if not is_low(low):
        return low
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if is_low(middle) else (low, middle)
    return low


def _entering(plan: Plan, stage: int, rate: float) -> tuple[Weights, int, float, float]:
    """Of a trial that enters a stage: probability of each count of responses before it; how many the stage adds.

    Then the probability of an earlier futility stop and of an earlier efficacy stop.
    """
    from scipy.stats import binom

    weights = np.ones(1)
    before, stopped = 0, {FUTILITY: 0.0, EFFICACY: 0.0}
    for look in plan.stages[: stage - 1]:
        added = look.participants - before
        before = look.participants
        weights = np.convolve(weights, binom.pmf(np.arange(added + 1), added, rate))
        for responses in range(len(weights)):
            kind = look.stops(responses)
            if kind is not None:
                stopped[kind] += float(weights[responses])
                weights[responses] = 0.0
    added = plan.stages[stage - 1].participants - before
    return weights, added, stopped[FUTILITY], stopped[EFFICACY]
