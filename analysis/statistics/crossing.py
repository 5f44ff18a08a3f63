"""How likely a plan of looks is to be stopped or passed, given what is known of its participants. PURE.

Exact: every open outcome is a response with the same probability, independently; the sums are binomial. Where that
probability is not fixed but has a prior, they are beta-binomial.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import comb, exp, lgamma

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
    return _followed(plan, parts, lambda opened, drawn, more: _binomial(more, rate))


@dataclass(frozen=True)
class Prior:
    """A beta distribution of the response rate before any outcome is known."""

    alpha: float
    beta: float

    def after(self, responders: int, others: int) -> "Prior":
        """The distribution once so many outcomes are known."""
        return Prior(self.alpha + responders, self.beta + others)

    @property
    def mean(self) -> float:
        """The expected response rate."""
        return self.alpha / (self.alpha + self.beta)


def known(parts: Sequence[Part], prior: Prior) -> Prior:
    """The prior after all known outcomes."""
    responders = sum(part.responders for part in parts)
    return prior.after(responders, sum(part.size - part.open for part in parts) - responders)


def predictive(plan: Plan, parts: Sequence[Part], prior: Prior) -> Chances:
    """What may come of the plan when the rate has this prior, updated by every known outcome.

    The predictive probability of Lee JJ, Liu DD, Clin Trials 2008;5:93-106, for the bounds of the plan itself: the
    open outcomes of a part are beta-binomial, given those drawn before.
    """
    now = known(parts, prior)
    return _followed(plan, parts, lambda opened, drawn, more: _beta_binomial(more, now.after(drawn, opened - drawn)))


# Outcomes opened before, responses among them, and how many are drawn now → the chance of each number of responses.
Draws = Callable[[int, int, int], Sequence[float]]


def _followed(plan: Plan, parts: Sequence[Part], draws: Draws) -> Chances:
    weights = {0: 1.0}
    futility, efficacy = [], []
    opened, there = 0, 0
    for stage, part in zip(plan.stages, parts, strict=True):
        weights = _add(weights, part, [draws(opened, total - there, part.open) for total in weights])
        opened, there = opened + part.open, there + part.responders
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


def _add(weights: dict[int, float], part: Part, more: Sequence[Sequence[float]]) -> dict[int, float]:
    """The weight of each total after a part; more: for each weight the chances of the responses to come."""
    totals: dict[int, float] = {}
    for (before, weight), chances_of in zip(weights.items(), more, strict=True):
        for responses, chance in enumerate(chances_of):
            total = before + part.responders + responses
            totals[total] = totals.get(total, 0.0) + weight * chance
    return totals


def _binomial(size: int, rate: float) -> list[float]:
    return [comb(size, responses) * rate**responses * (1 - rate) ** (size - responses) for responses in range(size + 1)]


def _beta_binomial(size: int, of: Prior) -> list[float]:
    whole = lgamma(of.alpha + of.beta) - lgamma(of.alpha) - lgamma(of.beta) - lgamma(of.alpha + of.beta + size)
    return [comb(size, responses) * exp(whole + lgamma(of.alpha + responses) + lgamma(of.beta + size - responses))
            for responses in range(size + 1)]  # fmt: skip


def _sum(weights: dict[int, float], kinds: dict[int, int | None], kind: int) -> float:
    return sum((weight for responses, weight in weights.items() if kinds[responses] == kind), 0.0)
