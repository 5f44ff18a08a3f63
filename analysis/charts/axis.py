"""Straight axes: from a value to a coordinate, and round tick steps. PURE. Coordinates are SVG units, y downwards."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 300


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


def signed(value: float, digits: int = 0) -> str:
    """A percentage with its sign, a true minus and no `-0`: 20 → `+20`, −30.25 with one digit → `−30.2`."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", "−")
