"""What every plot draws with: straight axes, round tick steps, and small marks as SVG paths. PURE.

Coordinates are SVG units, y downwards. Marks are told apart by shape, so that a plot reads in gray.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Corners in units of the radius, y downwards; a cross is two open strokes, everything else a closed outline.
CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "triangle": ((0, -1.1), (1.1, 0.9), (-1.1, 0.9)),
    "turned": ((0, 1.1), (1.1, -0.9), (-1.1, -0.9)),
    "arrow": ((-0.8, -1), (1.2, 0), (-0.8, 1)),
    "bar": ((-0.3, -1.2), (0.3, -1.2), (0.3, 1.2), (-0.3, 1.2)),
}


@dataclass(frozen=True)
class Tick:
    """One mark of an axis: where it stands and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """A linear axis from value `low` at coordinate `start` to value `high` at coordinate `end` (high ≠ low)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The coordinate of a value, to a tenth of a unit."""
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)


def round_step(span: float, steps: Sequence[int], most: int) -> int:
    """The smallest of `steps` (ascending) that needs no more than `most` ticks; the last, doubled as needed, beyond."""
    step = next((each for each in steps if span / each <= most), steps[-1])
    while span / step > most:
        step *= 2
    return step


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


def _at(x: float, y: float, across: float, down: float, radius: float) -> str:
    return f"{round(x + across * radius, 1)} {round(y + down * radius, 1)}"
