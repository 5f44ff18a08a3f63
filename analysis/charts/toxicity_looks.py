"""How the toxicity plot draws grades: bars in place, the legend, and how a long term is shortened. PURE."""

from collections.abc import Set
from dataclasses import dataclass

LONGEST_TERM = 33


@dataclass(frozen=True)
class GradeLook:
    """How a grade is drawn: digit on the bar, name, fill, ink of the digit; undetermined has a dashed outline."""

    digit: str
    name: str
    fill: str
    ink: str
    dash: str = "none"


# From light to dark also in grey, so that the order of the grades is seen without colour.
LOOKS = (
    GradeLook("1", "grade 1", "#eef4f3", "#17242b"),
    GradeLook("2", "grade 2", "#bcd8d4", "#17242b"),
    GradeLook("3", "grade 3", "#74aaa5", "#17242b"),
    GradeLook("4", "grade 4", "#2a6667", "#ffffff"),
    GradeLook("5", "grade 5", "#101a1f", "#ffffff"),
    GradeLook("?", "undetermined", "#ffffff", "#17242b", "2 2"),
)


@dataclass(frozen=True)
class LegendEntry:
    """One grade in the legend."""

    look: GradeLook
    x: float
    label: str


@dataclass(frozen=True)
class Segment:
    """The stretch of a bar that belongs to one grade; the digit is empty where it would not fit."""

    look: GradeLook
    x: float
    width: float
    digit: str
    middle: float


@dataclass(frozen=True)
class DrawnBar:
    """The bar of one term in one group, its number at the end, and its words; `cells` are the counts for the table."""

    side: str
    segments: tuple[Segment, ...]
    label: str
    label_x: float
    anchor: str
    words: str
    cells: tuple[int, ...]


@dataclass(frozen=True)
class DrawnTerm:
    """One row: the term, shortened where it must be, a bar per group, and the page of its participants."""

    term: str
    category: str
    shown: str
    top: float
    middle: float
    bars: tuple[DrawnBar, ...]
    url: str = ""

    @property
    def words(self) -> str:
        """What a pointer or a screen reader says of the row."""
        return "; ".join([f"{self.term} ({self.category})", *(bar.words for bar in self.bars)])


def legend(shown: Set[GradeLook]) -> tuple[LegendEntry, ...]:
    """The grades that occur, from 1 to undetermined."""
    entries, x = [], 4.0
    for look in (each for each in LOOKS if each in shown):
        label = look.name.capitalize()
        entries.append(LegendEntry(look, x, label))
        x = round(x + 38 + 6 * len(label), 1)
    return tuple(entries)


def shortened(term: str) -> str:
    """A long term cut in its middle: the toxicity dictionary tells its terms apart at their ends."""
    if len(term) <= LONGEST_TERM:
        return term
    return f"{term[:17].rstrip()}…{term[-15:].lstrip()}"
