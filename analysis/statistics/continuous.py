"""A boundary that is looked at after every participant: stop once too many have the event. PURE.

Pocock-type (Ivanova A, Qaqish BF, Schell MJ, Biometrics 2005;61:540-545): after each participant the trial stops at the
fewest events whose binomial probability, at the rate that is just tolerable, is no more than one level; the level is
the largest that keeps the probability of ever stopping at that rate within the error. All probabilities are exact sums
over the participants one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

# Of the level, which lies between 0 and the error.
HALVINGS = 40


@dataclass(frozen=True)
class Stopped:
    """How likely the boundary is ever crossed under a rate, and how many participants there are on average then."""

    probability: float
    participants: float


@lru_cache(maxsize=32)
def boundary(size: int, rate: float, error: float) -> tuple[int | None, ...]:
    """For 1, 2 … `size` participants the fewest events that stop; None: not even all of them would.

    rate: of the event, just tolerable. error: the most probability of stopping under it. Both between 0 and 1.
    """
    low, high = 0.0, error
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_kept = crossing(_at_level(size, rate, middle), rate).probability <= error
        low, high = (middle, high) if is_kept else (low, middle)
    whole = _at_level(size, rate, error)
    return whole if crossing(whole, rate).probability <= error else _at_level(size, rate, low)


def _at_level(size: int, rate: float, level: float) -> tuple[int | None, ...]:
    return tuple(_fewest(participants, rate, level) for participants in range(1, size + 1))


@lru_cache(maxsize=4096)
def _tails(participants: int, rate: float) -> tuple[float, ...]:
    """The probability of so many events or more, for 0, 1 … `participants`."""
    tail, tails = 0.0, []
    for events in range(participants, -1, -1):
        tail += comb(participants, events) * rate**events * (1 - rate) ** (participants - events)
        tails.append(tail)
    return tuple(reversed(tails))


def _fewest(participants: int, rate: float, level: float) -> int | None:
    return next((events for events, tail in enumerate(_tails(participants, rate)) if tail <= level), None)


def crossing(bounds: Sequence[int | None], rate: float) -> Stopped:
    """What comes of a boundary under a rate."""
    going_on = [1.0]
    crossed, mean = 0.0, 0.0
    for participants, bound in enumerate(bounds, start=1):
        after = [0.0] * (participants + 1)
        for events, weight in enumerate(going_on):
            after[events] += weight * (1 - rate)
            after[events + 1] += weight * rate
        if bound is not None:
            stopped = sum(after[bound:], 0.0)
            crossed += stopped
            mean += participants * stopped
            after[bound:] = [0.0] * (participants + 1 - bound)
        going_on = after
    return Stopped(min(1.0, crossed), mean + len(bounds) * sum(going_on, 0.0))
