"""The flow of participants as CONSORT draws it: each step a box beneath the last, who left beside the way. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from analysis.charts.axis import WIDTH, Chart, Frame, unique_key

STEP_LEFT, STEP_WIDTH, LONGEST_PART = 4, 236, 36
ASIDE_LEFT, ASIDE_WIDTH, LONGEST_LINE = 274, 322, 50
LINE, PADDING, GAP = 15, 8, 14


@dataclass(frozen=True)
class Part:
    """One row of the flow: its words, how many, the page behind it, and whether it leaves the way after the step above
    it or is a part of that step."""

    words: str
    count: int
    url: str
    leaves: bool = False
    within: bool = False


@dataclass(frozen=True)
class Words:
    """A row in place, over as many lines as it needs."""

    part: Part
    lines: tuple[str, ...]
    y: float


@dataclass(frozen=True)
class Box:
    """A step with its words and parts, or everybody who left between two steps."""

    x: float
    y: float
    width: float
    height: float
    rows: tuple[Words, ...]

    @property
    def middle(self) -> float:
        """Where an arrow meets it."""
        return round(self.y + self.height / 2, 1)


@dataclass(frozen=True, kw_only=True)
class Flow(Chart):
    """The whole plot. ways: the paths from step to step, arrows: their heads; rows: every row of the flow."""

    steps: tuple[Box, ...] = ()
    asides: tuple[Box, ...] = ()
    ways: tuple[str, ...] = ()
    arrows: tuple[str, ...] = ()
    rows: tuple[Part, ...] = ()


def flow(parts: Sequence[Part], summary: str) -> Flow:
    """The plot of these rows, of which the first and the last are steps."""
    steps: list[Box] = []
    asides: list[Box] = []
    ways: list[str] = []
    arrows: list[str] = []
    y, center = 4.0, STEP_LEFT + STEP_WIDTH / 2
    for step, left in _by_step(parts):
        if steps:
            ways.append(f"M{center} {steps[-1].y + steps[-1].height}V{y}")
            arrows.append(f"M{center} {y}l-4 -7h8Z")
        steps.append(_box(step, STEP_LEFT, y, STEP_WIDTH, LONGEST_PART))
        y += steps[-1].height + GAP
        if left:
            asides.append(_box(left, ASIDE_LEFT, y, ASIDE_WIDTH, LONGEST_LINE))
            ways.append(f"M{center} {asides[-1].middle}H{ASIDE_LEFT}")
            arrows.append(f"M{ASIDE_LEFT} {asides[-1].middle}l-7 -4v8Z")
            y += asides[-1].height
        y += GAP
    height = steps[-1].y + steps[-1].height + 4 if steps else 0.0
    return Flow(
        summary=summary, frame=Frame(WIDTH, height, 0, WIDTH, 0, height), is_empty=not steps,
        key=unique_key("flow", (part.words for part in parts)), steps=tuple(steps), asides=tuple(asides),
        ways=tuple(ways), arrows=tuple(arrows), rows=tuple(parts),
    )  # fmt: skip


def _by_step(parts: Sequence[Part]) -> list[tuple[list[Part], list[Part]]]:
    """Each step with its parts, and who left after it."""
    found: list[tuple[list[Part], list[Part]]] = []
    for part in parts:
        if part.leaves or part.within:
            found[-1][part.leaves].append(part)
        else:
            found.append(([part], []))
    return found


def _said(part: Part) -> str:
    return f"{part.words[:1].upper()}{part.words[1:]} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{part.count})"


def _box(parts: Sequence[Part], left: float, top: float, width: float, longest: int) -> Box:
    y, rows = top + PADDING, []
    for part in parts:
        lines = tuple(wrap(_said(part), longest))
        rows.append(Words(part, lines, y + 11))
        y += LINE * len(lines)
    return Box(left, top, width, y - top + PADDING, tuple(rows))
