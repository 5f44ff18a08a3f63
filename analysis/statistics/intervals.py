"""Exact intervals for a response rate in one or more stages. PURE (numpy and scipy are allowed here).

"Exact multistage interval, Duffy–Santner type": Duffy DE, Santner TJ, Biometrics 1987;43:81–93. The paper was not at
hand; the steps followed are enumeration of stopping points, ordering by observed rate, shortest acceptance sets
(Crow 1956), inversion, hull and monotone widening. The result is therefore named with its rule.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.stopping import Plan, Point, points

RULES = ("crow", "max")
GRID = 2000
PRECISION = 1e-9
# Sums of probabilities are compared with this slack, so that float noise does not lengthen an acceptance set.
SLACK = 1e-12
# The table of a larger plan takes seconds, and its path counts outgrow floating point.
MOST_PARTICIPANTS = 300

Rates = NDArray[np.float64]
Places = NDArray[np.int64]


def probabilities(all_points: tuple[Point, ...], rates: Rates) -> Rates:
    """Probability of each point (columns) at each rate (rows)."""
    counts = np.array([float(point.paths) for point in all_points])
    responses = np.array([point.responses for point in all_points])
    others = np.array([point.participants - point.responses for point in all_points])
    rates = rates[:, None]
    return counts * rates**responses * (1 - rates) ** others  # type: ignore[no-any-return]


def _cumulative(all_points: tuple[Point, ...], rates: Rates) -> Rates:
    """Probability of the points before each place, from none to all of them."""
    total = np.cumsum(probabilities(all_points, rates), axis=1)
    return np.concatenate([np.zeros((len(rates), 1)), total], axis=1)


def acceptance(all_points: tuple[Point, ...], rates: Rates, alpha: float, rule: str) -> tuple[Places, Places]:
    """First and last point of the contiguous run with the fewest points and probability ≥ 1 − alpha at each rate.

    Among runs of that size: rule `crow` takes the highest for rates ≤ ½ and the lowest above; `max` the most probable.
    """
    total = _cumulative(all_points, rates)
    size = _fewest(total, 1 - alpha - SLACK)
    inside = _run_probability(total, size)
    enough = inside >= 1 - alpha - SLACK
    enough &= np.arange(total.shape[1]) <= (len(all_points) - size)[:, None]
    if rule == "max":
        first = np.where(enough, inside, -1.0).argmax(axis=1)
    else:
        one_stage = len({point.stage for point in all_points}) == 1
        first = _crow(_own_side(enough, rates, len(all_points) - size) if one_stage else enough, rates)
    return first, first + size - 1


def _run_probability(total: Rates, size: Places) -> Rates:
    """Probability of the run of `size` points (one size a row) from each start; runs past the end are cut short."""
    width = total.shape[1]
    ends = np.minimum(np.arange(width) + size[:, None], width - 1)
    return np.take_along_axis(total, ends, axis=1) - total


def _fewest(total: Rates, needed: float) -> Places:
    """The smallest size that some run reaches the needed probability with, at each rate, by bisection of the size."""
    low = np.zeros(len(total), dtype=np.int64)
    high = np.full(len(total), total.shape[1] - 1, dtype=np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        reached = _run_probability(total, middle).max(axis=1) >= needed
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high


def _own_side(enough: NDArray[np.bool_], rates: Rates, last_start: Places) -> NDArray[np.bool_]:
    """Only runs on the rate's own side of the center where there are any, so that the sets move up with the rate."""
    twice = 2 * np.arange(enough.shape[1])
    lower = (rates <= 0.5)[:, None]
    side = np.where(lower, twice <= last_start[:, None], twice >= last_start[:, None])
    own: NDArray[np.bool_] = np.logical_and(enough, side)
    return np.where(np.any(own, axis=1, keepdims=True), own, enough)


def _crow(enough: NDArray[np.bool_], rates: Rates) -> Places:
    highest = enough.shape[1] - 1 - enough[:, ::-1].argmax(axis=1)
    chosen: Places = np.where(rates <= 0.5, highest, enough.argmax(axis=1))
    return chosen


@lru_cache(maxsize=64)
def interval_table(plan: Plan, alpha: float = 0.05, rule: str = "crow") -> dict[tuple[int, int], tuple[float, float]]:
    """(stage, responses) → limits as proportions, located to 1e-9.

    Raises ValueError for an unknown rule and for a plan of more than MOST_PARTICIPANTS.
    """
    if rule not in RULES:
        raise ValueError(f"The rule is crow or max, not {rule!r}.")
    if plan.stages[-1].participants > MOST_PARTICIPANTS:
        raise ValueError(f"The table is computed for at most {MOST_PARTICIPANTS} participants.")
    all_points = points(plan)
    rates, first, last = _accepted(all_points, alpha, rule)
    place = np.arange(len(all_points))
    holds = np.logical_and(first[:, None] <= place, place <= last[:, None])
    if not holds.any(axis=0).all():
        raise ValueError("A stopping point is accepted at no rate: refine the grid.")
    # The hull: where the accepting rates have a hole, the limits span it.
    lower, upper = rates[holds.argmax(axis=0)], rates[len(rates) - 1 - holds[::-1].argmax(axis=0)]
    # Widened where needed so that neither limit decreases along the ordering.
    lower, upper = np.minimum.accumulate(lower[::-1])[::-1], np.maximum.accumulate(upper)
    limits = zip(lower.tolist(), upper.tolist(), strict=True)
    return {(point.stage, point.responses): limit for point, limit in zip(all_points, limits, strict=True)}


def _accepted(all_points: tuple[Point, ...], alpha: float, rule: str) -> tuple[Rates, Places, Places]:
    """Rates from 0 to 1 with their acceptance sets, halved between neighbours whose sets differ down to PRECISION."""
    rates = np.linspace(0, 1, GRID + 1)
    # Just above ½ the rule changes sides; a run that is accepted within one cell of the grid only is met at its peak.
    rates = np.unique(np.concatenate([rates, [0.5 + PRECISION], _narrow_peaks(all_points, rates, 1 - alpha)]))
    first, last = acceptance(all_points, rates, alpha, rule)
    while True:
        differ = (first[1:] != first[:-1]) | (last[1:] != last[:-1])
        wide = np.flatnonzero(differ & (np.diff(rates) > PRECISION))
        if not len(wide):
            return rates, first, last
        middle = (rates[wide] + rates[wide + 1]) / 2
        more_first, more_last = acceptance(all_points, middle, alpha, rule)
        rates = np.insert(rates, wide + 1, middle)
        first, last = np.insert(first, wide + 1, more_first), np.insert(last, wide + 1, more_last)


def _narrow_peaks(all_points: tuple[Point, ...], rates: Rates, needed: float) -> Rates:
    """The rates at which runs that just miss the needed probability on the grid are most probable.

    The probability of a run is a polynomial whose second derivative is at most 2 n² (its Bernstein coefficients lie
    between 0 and 1), so that between two rates of the grid it rises by no more than (n / GRID)² / 4.
    """
    total = _cumulative(all_points, rates)
    rise = (max(point.participants for point in all_points) / GRID) ** 2 / 4
    starts, ends, near = [], [], []
    for size in range(1, min(int(_fewest(total, needed).max()) + 1, len(all_points)) + 1):
        inside = total[:, size:] - total[:, :-size]
        best = inside.max(axis=0)
        start = np.flatnonzero((best < needed) & (best >= needed - rise))
        starts.append(start)
        ends.append(start + size)
        near.append(rates[inside[:, start].argmax(axis=0)])
    return _highest(all_points, np.concatenate(starts), np.concatenate(ends), np.concatenate(near))


def _highest(all_points: tuple[Point, ...], starts: Places, ends: Places, near: Rates) -> Rates:
    """Where each run is most probable, within one cell of the grid on either side, by thirds."""
    low, high = np.clip(near - 1 / GRID, 0, 1), np.clip(near + 1 / GRID, 0, 1)
    run = np.arange(len(starts))
    while len(low) and (high - low).max() > PRECISION:
        third = (high - low) / 3
        left, right = (
            total[run, ends] - total[run, starts]
            for total in (_cumulative(all_points, low + third), _cumulative(all_points, high - third))
        )
        low, high = np.where(left < right, low + third, low), np.where(left < right, high, high - third)
    return (low + high) / 2


def clopper_pearson(successes: int, participants: int, alpha: float = 0.05) -> tuple[float, float]:
    """The exact equal-tail interval of a single sample. Raises ValueError for impossible counts."""
    if not 0 <= successes <= participants or participants == 0:
        raise ValueError(f"{successes} of {participants} is no proportion.")
    from scipy.special import betaincinv

    failures = participants - successes
    lower = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, alpha / 2))
    upper = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - alpha / 2))
    return lower, upper
