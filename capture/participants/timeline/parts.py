"""What the timeline is drawn of: boxes, lines, stamps and labels in marks, marks in lanes. PURE.

Across everything is in percent of the drawing's width, so that it fills a wide screen and scrolls on a phone with its
letters as large as they are; down it is in pixels from the top of its lane. `look` names a class of the style sheet.
"""

from dataclasses import dataclass

from trial.drawing.axes import shape

# Stamps of the timeline as paths around (0, 0).
STAMPS: dict[str, str] = {
    "CR": shape("diamond", 0, 0, 5.5),
    "PR": shape("circle", 0, 0, 5),
    "SD": shape("square", 0, 0, 5),
    "PD": shape("triangle", 0, 0, 6),
    "NE": shape("cross", 0, 0, 4.5),
    "baseline": shape("bar", 0, 0, 6),
    "new": f"{shape('cross', 0, 0, 3.5)}M-4.9 0L4.9 0M0 -4.9L0 4.9",
    "arrow": shape("arrow", 0, 0, 5),
    "earlier": "M5 -5L-6 0L5 5Z",
    "stop": "M-1.5 -8L1.5 -8L1.5 8L-1.5 8Z",
    "level": shape("circle", 0, 0, 3.5),
    "query": shape("circle", 0, 0, 6),
}

# How high a lane is in which there is nothing.
EMPTY_HEIGHT = 22.0
# Letters of a title on one line of the column of titles.
LONGEST_LINE = 19


@dataclass(frozen=True)
class Box:
    """A rectangle; `pattern` names a pattern of the template that fills it."""

    x: float
    width: float
    y: float
    height: float
    look: str
    pattern: str = ""


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    look: str


@dataclass(frozen=True)
class Stamp:
    """One of STAMPS in place."""

    name: str
    x: float
    y: float
    look: str
    dx: float = 0


@dataclass(frozen=True)
class Label:
    """Words in place; `dx` moves them by pixels."""

    x: float
    y: float
    words: str
    anchor: str = "middle"
    look: str = "words"
    dx: float = 0


@dataclass(frozen=True)
class Mark:
    """One thing of the record: its day (None: no date on record), when and what in words, its entry, how it is drawn.

    entry: `assessment/12` as facts name it; url is set from it at last. A mark without parts stands in the table only.
    """

    day: int | None
    when: str
    words: str
    entry: str
    parts: tuple[Box | Line | Stamp | Label, ...] = ()
    url: str = ""

    @property
    def title(self) -> str:
        """What a pointer or a screen reader says of it."""
        return f"{self.when}: {self.words}"

    @property
    def boxes(self) -> list[Box]:
        """Its rectangles, drawn first."""
        return [each for each in self.parts if isinstance(each, Box)]

    @property
    def lines(self) -> list[Line]:
        """Its lines."""
        return [each for each in self.parts if isinstance(each, Line)]

    @property
    def stamps(self) -> list[Stamp]:
        """Its stamps."""
        return [each for each in self.parts if isinstance(each, Stamp)]

    @property
    def labels(self) -> list[Label]:
        """Its words, drawn last."""
        return [each for each in self.parts if isinstance(each, Label)]


@dataclass(frozen=True)
class Lane:
    """One lane: its title (a line each) and a note to it, what is drawn behind the marks, and the marks.

    empty: what is said where there is nothing to draw. top: set by the sheet.

    listed: what the table says beside the marks, dated or not.
    """

    code: str
    title: tuple[str, ...]
    height: float
    marks: tuple[Mark, ...]
    behind: tuple[Line, ...] = ()
    note: str = ""
    listed: tuple[Mark, ...] = ()
    empty: str = ""
    top: float = 0


def two_lines(term: str) -> tuple[str, ...]:
    """A long term on two lines, cut at a space where there is one; what is left out ends in `…`, the table has all."""
    if len(term) <= LONGEST_LINE:
        return (term,)
    cut = term.rfind(" ", 0, LONGEST_LINE + 1)
    cut = cut if cut > LONGEST_LINE // 3 else LONGEST_LINE
    rest = term[cut:].strip()
    return (term[:cut].strip(), rest if len(rest) <= LONGEST_LINE else f"{rest[: LONGEST_LINE - 1].strip()}…")
