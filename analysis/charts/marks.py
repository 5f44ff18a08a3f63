"""Small marks as SVG paths: told apart by shape, so that a plot reads in grey; and what plots of time share. PURE."""

from collections.abc import Iterable
from math import isfinite
from zlib import crc32

from analysis.charts.axis import Axis, Tick, round_step
from analysis.endpoints.survival import DAYS_PER_MONTH, months

# Corners in units of the radius, y downwards; a cross is two open strokes, everything else a closed outline.
CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "triangle": ((0, -1.1), (1.1, 0.9), (-1.1, 0.9)),
    "turned": ((0, 1.1), (1.1, -0.9), (-1.1, -0.9)),
    "arrow": ((-0.8, -1), (1.2, 0), (-0.8, 1)),
    "bar": ((-0.3, -1.2), (0.3, -1.2), (0.3, 1.2), (-0.3, 1.2)),
}
MONTH_STEPS = (1, 2, 3, 6, 12)
MOST_TICKS = 12


def shape(name: str, x: float, y: float, radius: float) -> str:
    """The path of a mark around (x, y): circle, cross, or one of CORNERS. Raises ValueError for another name."""
    if name == "circle":
        arc = f"a{radius} {radius} 0 1 0"
        return f"M{round(x - radius, 1)} {y}{arc} {2 * radius} 0{arc} {-2 * radius} 0Z"
    if name == "cross":
        return "".join(f"M{_at(x, y, -s, -1, radius)}L{_at(x, y, s, 1, radius)}" for s in (1, -1))
    if name not in CORNERS:
        raise ValueError(f"There is no mark called {name}.")
    return f"M{'L'.join(_at(x, y, across, down, radius) for across, down in CORNERS[name])}Z"


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


def _at(x: float, y: float, across: float, down: float, radius: float) -> str:
    return f"{round(x + across * radius, 1)} {round(y + down * radius, 1)}"
