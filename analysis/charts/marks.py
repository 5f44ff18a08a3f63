"""What plots of time share; marks are those of `trial.drawing.axes`. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from zlib import crc32

from analysis.endpoints.survival import DAYS_PER_MONTH, months
from trial.drawing.axes import Axis, Tick, round_step, shape

__all__ = ["Spoken", "finite", "month_axis", "shape", "unique_key"]

MONTH_STEPS = (1, 2, 3, 6, 12)
MOST_TICKS = 12


@dataclass(frozen=True)
class Spoken:
    """A place of a plot, and what is said of it when a keyboard steps there."""

    x: float
    y: float
    words: str


def month_axis(last_day: float, left: float, right: float) -> tuple[Axis, tuple[Tick, ...]]:
    """An axis in days from 0 to the first full tick at or after `last_day`, with ticks labelled in months."""
    step = round_step(max(months(last_day), 1), MONTH_STEPS, MOST_TICKS)
    last_tick = step * max(1, -int(-months(last_day) // step))
    axis = Axis(0, last_tick * DAYS_PER_MONTH, left, right)
    return axis, tuple(Tick(axis.at(month * DAYS_PER_MONTH), str(month)) for month in range(0, last_tick + 1, step))


def unique_key(kind: str, words: Iterable[str]) -> str:
    """An id for one plot on a page, the same for the same content: `spider-1c2d3e4f`."""
    return f"{kind}-{crc32(' '.join(words).encode()):08x}"


def finite(value: float, words: str) -> float:
    """The value itself. Raises ValueError, beginning with `words`, for infinity or NaN, which no plot may show."""
    if not isfinite(value):
        raise ValueError(f"{words}: {value} is not a number that can be drawn.")
    return value
