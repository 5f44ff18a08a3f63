"""Exact intervals for a response rate in one or more stages. PURE (numpy and scipy are used in this module only).

"Exact multistage interval, Duffy–Santner type": Duffy DE, Santner TJ, Biometrics 1987;43:81–93. The paper was not at
hand; the steps followed are enumeration of stopping points, ordering by observed rate, shortest acceptance sets
(Crow 1956), inversion, hull and monotone widening. The result is therefore named with its rule.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

GRID = 4000
PRECISION = 1e-9
# Sums of probabilities are compared with this slack, so that float noise does not lengthen an acceptance set.
SLACK = 1e-12


@dataclass(frozen=True)
class Stage:
    """A look after `participants` in all: stop at or below `futility` responses, or at or above `efficacy`."""

    participants: int
    futility: int | None
    efficacy: int | None = None


@dataclass(frozen=True)
class Plan:
    """The stages in order; the last one always stops."""

    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Point:
    """A stopping point: stage (from 1), responses, participants, and the exact number of paths that lead to it."""

    stage: int
    responses: int
    participants: int
    paths: int
    kind: int  # 0 futility stop, 1 final look, 2 efficacy stop


@dataclass(frozen=True)
class ResponseInterval:
    """A response rate with its 95 % limits as proportions (None: not estimable), how, and what the page must say."""

    estimate: float | None
    lower: float | None
    upper: float | None
    method: str
    note: str = ""


def points(plan: Plan) -> tuple[Point, ...]:
    """The stopping points in order of s/n; ties: futility stops (earlier first), final look, efficacy (later first)."""
    found: list[Point] = []
    paths = {0: 1}
    before = 0
    for number, stage in enumerate(plan.stages, start=1):
        paths = _after(paths, stage.participants - before)
        before = stage.participants
        final = number == len(plan.stages)
        going_on = {}
        for responses, count in paths.items():
            kind = 1 if final else _stops(stage, responses)
            if kind is None:
                going_on[responses] = count
            else:
                found.append(Point(number, responses, stage.participants, count, kind))
        paths = going_on
    return tuple(sorted(found, key=_order))


def _after(paths: dict[int, int], added: int) -> dict[int, int]:
    from math import comb

    ways: dict[int, int] = {}
    for responses, count in paths.items():
        for more in range(added + 1):
            ways[responses + more] = ways.get(responses + more, 0) + count * comb(added, more)
    return ways


def _stops(stage: Stage, responses: int) -> int | None:
    if stage.futility is not None and responses <= stage.futility:
        return 0
    return 2 if stage.efficacy is not None and responses >= stage.efficacy else None


def _order(point: Point) -> tuple[float, int, int]:
    from fractions import Fraction

    rate = Fraction(point.responses, point.participants)
    return (rate, point.kind, -point.stage if point.kind == 2 else point.stage)  # type: ignore[return-value]


def probabilities(found: tuple[Point, ...], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each point (columns) at each rate (rows)."""
    counts = np.array([float(point.paths) for point in found])
    responses = np.array([point.responses for point in found])
    others = np.array([point.participants - point.responses for point in found])
    rates = rates[:, None]
    return counts * rates**responses * (1 - rates) ** others  # type: ignore[no-any-return]


def acceptance(
    found: tuple[Point, ...], rates: NDArray[np.float64], alpha: float, rule: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last point of the shortest contiguous run with probability ≥ 1 − alpha at each rate.

    Among runs of that size: rule `crow` takes the highest for rates ≤ ½ and the lowest above; `max` the most probable.
    """
    weights = probabilities(found, rates)
    total = np.concatenate([np.zeros((len(rates), 1)), np.cumsum(weights, axis=1)], axis=1)
    first = np.full(len(rates), -1, dtype=np.int64)
    last = first.copy()
    one_stage = len({point.stage for point in found}) == 1
    for size in range(1, len(found) + 1):
        open_rows = np.flatnonzero(first < 0)
        if not len(open_rows):
            break
        inside = total[open_rows, size:] - total[open_rows, :-size]
        enough = inside >= 1 - alpha - SLACK
        for place in np.flatnonzero(enough.any(axis=1)):
            row = open_rows[place]
            chosen = _choose(np.flatnonzero(enough[place]), inside[place], float(rates[row]), rule, size, found,
                             one_stage)  # fmt: skip
            first[row], last[row] = chosen, chosen + size - 1
    return first, last


def _choose(
    starts: NDArray[np.int64], inside: NDArray[np.float64], rate: float, rule: str, size: int,
    found: tuple[Point, ...], one_stage: bool,
) -> int:  # fmt: skip
    if rule == "max":
        return int(starts[np.argmax(inside[starts])])
    if one_stage:
        # On the rate's own side of the centre, so that the sets move up with the rate.
        centre = (len(found) - size) / 2
        own = starts[starts <= centre] if rate <= 0.5 else starts[starts >= centre]
        starts = own if len(own) else starts
    return int(starts[-1] if rate <= 0.5 else starts[0])


@lru_cache(maxsize=64)
def interval_table(plan: Plan, alpha: float = 0.05, rule: str = "crow") -> dict[tuple[int, int], tuple[float, float]]:
    """(stage, responses) → limits as proportions, located to 1e-9. Raises ValueError for an unknown rule."""
    if rule not in {"crow", "max"}:
        raise ValueError(f"The rule is crow or max, not {rule!r}.")
    found = points(plan)
    rates = np.linspace(0, 1, GRID + 1)
    first, last = acceptance(found, rates, alpha, rule)
    limits = []
    for place in range(len(found)):
        inside = np.flatnonzero((first <= place) & (last >= place))
        limits.append(_limits(found, place, rates, inside, alpha, rule))
    widened = _monotone(limits)
    return {(point.stage, point.responses): each for point, each in zip(found, widened, strict=True)}


def _limits(
    found: tuple[Point, ...], place: int, rates: NDArray[np.float64], inside: NDArray[np.int64], alpha: float, rule: str
) -> tuple[float, float]:
    """The hull of the rates that accept the point, each end located by bisection between two grid rates."""
    if not len(inside):
        raise ValueError("A stopping point is accepted at no rate: refine the grid.")
    low, high = int(inside[0]), int(inside[-1])
    lower = 0.0 if low == 0 else _bisect(found, place, rates[low], rates[low - 1], alpha, rule)
    upper = 1.0 if high == len(rates) - 1 else _bisect(found, place, rates[high], rates[high + 1], alpha, rule)
    return lower, upper


def _bisect(found: tuple[Point, ...], place: int, accepted: float, refused: float, alpha: float, rule: str) -> float:
    while abs(accepted - refused) > PRECISION:
        middle = (accepted + refused) / 2
        first, last = acceptance(found, np.array([middle]), alpha, rule)
        if first[0] <= place <= last[0]:
            accepted = middle
        else:
            refused = middle
    return float(accepted)


def _monotone(limits: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Limits widened where needed so that neither decreases along the ordering."""
    lower = [low for low, _ in limits]
    upper = [high for _, high in limits]
    for place in range(len(limits) - 2, -1, -1):
        lower[place] = min(lower[place], lower[place + 1])
    for place in range(1, len(limits)):
        upper[place] = max(upper[place], upper[place - 1])
    return list(zip(lower, upper, strict=True))


def clopper_pearson(successes: int, participants: int, alpha: float = 0.05) -> tuple[float, float]:
    """The exact equal-tail interval of a single sample. Raises ValueError for impossible counts."""
    if not 0 <= successes <= participants or participants == 0:
        raise ValueError(f"{successes} of {participants} is no proportion.")
    from scipy.stats import beta

    lower = 0.0 if successes == 0 else float(beta.ppf(alpha / 2, successes, participants - successes + 1))
    failures = participants - successes
    upper = 1.0 if failures == 0 else float(beta.ppf(1 - alpha / 2, successes + 1, failures))
    return lower, upper


def response_interval(responders: int, evaluable: int, plan: Plan, rule: str = "crow") -> ResponseInterval:
    """The rate and its interval at the present count; interim counts are labelled, the plan followed is said."""
    if evaluable == 0:
        return ResponseInterval(None, None, None, "not estimable", "no evaluable participants yet")
    estimate = responders / evaluable
    first = plan.stages[0]
    futility = -1 if first.futility is None else first.futility
    if evaluable < first.participants or (evaluable == first.participants and responders > futility):
        words = f"interim, during stage 1 of {first.participants}"
        return ResponseInterval(estimate, *clopper_pearson(responders, evaluable), "Clopper–Pearson", words)
    if evaluable == first.participants:
        return _from_table(plan, 1, responders, estimate, rule, "stopped after stage 1")
    if responders <= futility:
        words = f"not a point of the two-stage plan: at most {futility} responded in stage 1"
        return ResponseInterval(estimate, *clopper_pearson(responders, evaluable), "Clopper–Pearson", words)
    actual = Plan((first, Stage(evaluable, None)))
    words = f"plan followed: stage 1 of {first.participants}, then {evaluable - first.participants} more"
    return _from_table(actual, 2, responders, estimate, rule, words)


def _from_table(plan: Plan, stage: int, responders: int, estimate: float, rule: str, words: str) -> ResponseInterval:
    lower, upper = interval_table(plan, 0.05, rule)[(stage, responders)]
    return ResponseInterval(estimate, lower, upper, f"exact multistage interval, Duffy–Santner type ({rule})", words)
