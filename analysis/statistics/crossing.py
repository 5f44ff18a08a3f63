"""How likely a plan of looks is to be stopped or passed, given what is known of its participants. PURE.

Exact: every open outcome is a response with the same probability, independently; the sums are binomial.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb

from analysis.statistics.stopping import EFFICACY, FUTILITY, Plan


@dataclass(frozen=True)
class Part:
    """Those whom one look adds to the one before: how many, confirmed responders, and outcomes that are still open.

    An outcome is open while it may change, and while its participant is not treated or not registered yet.
    """

    size: int
    responders: int
    open: int

    def after(self, responds: bool) -> "Part":
        """The part when one of its open outcomes has become known. Raises ValueError when none is open."""
        if not self.open:
            raise ValueError("No outcome of this part is open.")
        return replace(self, responders=self.responders + responds, open=self.open - 1)


@dataclass(frozen=True)
class Chances:
    """Probability of a futility and of an efficacy stop at each interim look, and of a promising end at any look."""

    futility: tuple[float, ...]
    efficacy: tuple[float, ...]
    promising: float


def chances(plan: Plan, parts: Sequence[Part], rate: float) -> Chances:
    """What may come of the plan under a response rate; one part a look. A last look without a bound is promising."""
    weights = {0: 1.0}
    futility, efficacy = [], []
    for stage, part in zip(plan.stages, parts, strict=True):
        weights = _add(weights, part, rate)
        kinds = {responses: stage.stops(responses) for responses in weights}
        futility.append(_sum(weights, kinds, FUTILITY))
        efficacy.append(_sum(weights, kinds, EFFICACY))
        going_on = {responses: weight for responses, weight in weights.items() if kinds[responses] is None}
        weights = going_on
    promising = sum(efficacy, 0.0) + sum(weights.values(), 0.0)
    return Chances(tuple(futility[:-1]), tuple(efficacy[:-1]), min(1.0, promising))


def unknown(plan: Plan) -> tuple[Part, ...]:
    """The parts of a plan before its first participant."""
    sizes = [stage.participants for stage in plan.stages]
    return tuple(Part(size - before, 0, size - before) for before, size in zip((0, *sizes[:-1]), sizes, strict=True))


def expected_participants(plan: Plan, rate: float) -> float:
    """The mean number of participants at the end of the plan."""
    designed = chances(plan, unknown(plan), rate)
    left = 1.0
    mean = 0.0
    for stage, futile, effective in zip(plan.stages, designed.futility, designed.efficacy, strict=False):
        mean += stage.participants * (futile + effective)
        left -= futile + effective
    return mean + plan.stages[-1].participants * left


def _add(weights: dict[int, float], part: Part, rate: float) -> dict[int, float]:
    more = {
        responses: comb(part.open, responses) * rate**responses * (1 - rate) ** (part.open - responses)
        for responses in range(part.open + 1)
    }
    totals: dict[int, float] = {}
    for before, weight in weights.items():
        for responses, chance in more.items():
            total = before + part.responders + responses
            totals[total] = totals.get(total, 0.0) + weight * chance
    return totals


def _sum(weights: dict[int, float], kinds: dict[int, int | None], kind: int) -> float:
    return sum((weight for responses, weight in weights.items() if kinds[responses] == kind), 0.0)
