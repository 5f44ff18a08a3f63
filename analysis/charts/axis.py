"""The sheet of the plots, their axes and labels; axes and shapes are those of `trial.drawing.axes`. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from zlib import crc32

from analysis.statistics.survival import DAYS_PER_MONTH, months
from trial.drawing.axes import Axis, Tick, round_step, shape

__all__ = ["HEIGHT", "MONTH_STEPS", "WIDTH", "Axis", "Caption", "Chart", "Frame", "LegendEntry", "Spoken", "Tick",
           "finite", "month_axis", "round_step", "shape", "signed", "staircase", "unique_key", "whole_ticks"]

WIDTH, HEIGHT = 600, 300
MONTH_STEPS, WHOLE_STEPS = (1, 2, 3, 6, 12), (1, 2, 5, 10, 20, 50)
MOST_TICKS = 12


def signed(value: float, digits: int = 0) -> str:
    """A percentage with its sign, a true minus and no `-0`: 20 → `+20`, −30.25 with one digit → `−30.2`."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", "−")


@dataclass(frozen=True)
class Frame:
    """Size of the drawing and the edges of the plotting area, in SVG units; `compact` shortens the labels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    compact: bool = False


@dataclass(frozen=True)
class Caption:
    """What a plot is of: its name, the groups, who is drawn with how many, and where its time axis starts."""

    name: str
    groups: str
    who: str
    starts: str = ""

    @property
    def heading(self) -> str:
        """What is drawn, of which groups, counted from where."""
        return f"{self.name}{f' from {self.starts}' if self.starts else ''}, {self.groups}"

    @property
    def title(self) -> str:
        """All of it in one line."""
        return f"{self.heading}: {self.who}"


NO_CAPTION = Caption("Plot", "no group", "nobody")


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What every plot has; of an empty one only the sentence is shown. `key` keeps its ids unique on a page.

    ticks: of the axis upwards; across: of the axis beneath.
    """

    summary: str
    frame: Frame
    is_empty: bool = False
    key: str = ""
    ticks: tuple[Tick, ...] = ()
    across: tuple[Tick, ...] = ()
    caption: Caption = NO_CAPTION


@dataclass(frozen=True)
class LegendEntry:
    """One entry of a legend: how it is drawn, the place of its words, and the paths of a mark and of its line."""

    look: object
    x: float
    label: str
    mark: str = ""
    stroke: str = ""


@dataclass(frozen=True)
class Spoken:
    """A place of a plot, and its words for a keyboard or screen reader."""

    x: float
    y: float
    words: str


def month_axis(last_day: float, left: float, right: float, most: int = MOST_TICKS) -> tuple[Axis, tuple[Tick, ...]]:
    """An axis in days from 0 to the first full tick at or after `last_day`, with ticks labelled in months."""
    step = round_step(max(months(last_day), 1), MONTH_STEPS, most)
    last_tick = step * max(1, -int(-months(last_day) // step))
    axis = Axis(0, last_tick * DAYS_PER_MONTH, left, right)
    return axis, tuple(Tick(axis.at(month * DAYS_PER_MONTH), str(month)) for month in range(0, last_tick + 1, step))


def whole_ticks(axis: Axis, most: int) -> tuple[Tick, ...]:
    """At most so many ticks at whole numbers from 0."""
    step = round_step(axis.high, WHOLE_STEPS, most)
    return tuple(Tick(axis.at(value), str(value)) for value in range(0, int(axis.high) + 1, step))


def staircase(outcomes: str, counted: str, across: Axis, upwards: Axis) -> str:
    """The way of outcomes, one letter each: one step across each, one up where it is counted; empty for nobody."""
    if not outcomes:
        return ""
    steps, height = [f"M{across.at(0)} {upwards.at(0)}"], 0
    for place, outcome in enumerate(outcomes, start=1):
        if outcome in counted:
            height += 1
            steps.append(f"H{across.at(place)}V{upwards.at(height)}")
    return "".join([*steps, f"H{across.at(len(outcomes))}"])


def unique_key(kind: str, words: Iterable[str]) -> str:
    """An id for one plot on a page, the same for the same content: `spider-1c2d3e4f`."""
    return f"{kind}-{crc32(' '.join(words).encode()):08x}"


def finite(value: float, words: str) -> float:
    """The value itself. Raises ValueError, beginning with `words`, for infinity or NaN, which no plot may show."""
    if not isfinite(value):
        raise ValueError(f"{words}: {value} is not a number that can be drawn.")
    return value
