"""How the swimmer plot draws dose levels and marks, and its legend. PURE."""

from collections.abc import Set
from dataclasses import dataclass

from analysis.charts.marks import shape


@dataclass(frozen=True)
class Level:
    """How a dose level is drawn and what it is called; `pattern` names a pattern of the template."""

    code: str
    name: str
    pattern: str


@dataclass(frozen=True)
class Kind:
    """How a kind of mark is drawn: name in the legend, words in a sentence, shape, colours."""

    code: str
    name: str
    words: str
    shape: str
    fill: str
    ink: str


LEVELS = (
    Level("full", "Full dose", "full"),
    Level("reduced", "Reduced", "reduced"),
    Level("held", "Held", "held"),
    Level("", "Dose not recorded", "unstated"),
)
KINDS = (
    Kind("CR", "Complete", "complete response", "diamond", "#ffffff", "#17242b"),
    Kind("PR", "Partial", "partial response", "circle", "#ffffff", "#17242b"),
    Kind("response_end", "Response ends", "end of confirmed response", "bar", "#17242b", "#17242b"),
    Kind("progression", "Progression", "progression", "triangle", "#f3c65f", "#17242b"),
    Kind("death", "Death", "death", "cross", "none", "#17242b"),
)
ONGOING = Kind("ongoing", "On treatment", "on treatment", "arrow", "#17242b", "#17242b")


@dataclass(frozen=True)
class DrawnMark:
    """One mark in place."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class LegendEntry:
    """One entry of the legend: a dose level as a box, or a kind of mark; where its words stand."""

    x: float
    y: float
    label: str
    level: Level | None = None
    mark: DrawnMark | None = None


def legend(levels: Set[str], kinds: Set[str], *, ongoing: bool) -> tuple[LegendEntry, ...]:
    """Only what occurs: dose levels in the first line, marks in the second."""
    entries, x = [], 4.0
    for level in (each for each in LEVELS if each.code in levels):
        entries.append(LegendEntry(x, 4, level.name, level=level))
        x = round(x + 36 + 6.2 * len(level.name), 1)
    x = 4.0
    for kind in (*(each for each in KINDS if each.code in kinds), *([ONGOING] if ongoing else [])):
        mark = DrawnMark(shape(kind.shape, round(x + 6, 1), 30, 4.5), kind)
        entries.append(LegendEntry(x, 24, kind.name, mark=mark))
        x = round(x + 30 + 6.2 * len(kind.name), 1)
    return tuple(entries)
