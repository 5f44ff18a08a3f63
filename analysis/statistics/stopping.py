"""A plan of looks at the response rate, and the points at which it can stop, with exact path counts. PURE.

A look is taken after a number of evaluable participants; it stops for futility at or below a bound, for efficacy at
or above another, and the last look always stops.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb

FUTILITY, FINAL, EFFICACY = 0, 1, 2


@dataclass(frozen=True)
class Stage:
    """A look after `participants` in all: stop at or below `futility` responses, or at or above `efficacy`."""

    participants: int
    futility: int | None
    efficacy: int | None = None

    def stops(self, responses: int) -> int | None:
        """FUTILITY, EFFICACY, or None: the trial continues."""
        if self.futility is not None and responses <= self.futility:
            return FUTILITY
        return EFFICACY if self.efficacy is not None and responses >= self.efficacy else None


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
    kind: int


def points(plan: Plan) -> tuple[Point, ...]:
    """The stopping points in order of s/n; ties: futility stops (earlier first), final look, efficacy (later first)."""
    reached = [
        Point(number, responses, plan.stages[number - 1].participants, count, kind)
        for number, responses, count, kind in _stopped(plan, {0: 1}, 0)
    ]
    return tuple(sorted(reached, key=_order))


def stopping_ways(plan: Plan, first_stage_responses: int) -> dict[tuple[int, int], int]:
    """(stage, responses) → paths to that stop that begin with one given first stage of so many responses."""
    first = {first_stage_responses: 1}
    return {(number, responses): count for number, responses, count, _ in _stopped(plan, first, 1)}


def _stopped(plan: Plan, paths: dict[int, int], reached: int) -> Iterator[tuple[int, int, int, int]]:
    """(stage, responses, paths, kind) of every stop, from the paths of a trial that has completed `reached` stages."""
    before = plan.stages[reached - 1].participants if reached else 0
    for number in range(max(reached, 1), len(plan.stages) + 1):
        stage = plan.stages[number - 1]
        paths = _after(paths, stage.participants - before)
        before = stage.participants
        final = number == len(plan.stages)
        kinds = {responses: FINAL if final else stage.stops(responses) for responses in paths}
        for responses, kind in kinds.items():
            if kind is not None:
                yield number, responses, paths[responses], kind
        paths = {responses: count for responses, count in paths.items() if kinds[responses] is None}


def _after(paths: dict[int, int], added: int) -> dict[int, int]:
    """The paths to each count of responses after so many further participants."""
    choices = [comb(added, more) for more in range(added + 1)]
    ways: dict[int, int] = {}
    for responses, count in paths.items():
        for more, choice in enumerate(choices):
            ways[responses + more] = ways.get(responses + more, 0) + count * choice
    return ways


def _order(point: Point) -> tuple[Fraction, int, int]:
    rate = Fraction(point.responses, point.participants)
    return rate, point.kind, -point.stage if point.kind == EFFICACY else point.stage
