"""The spider plot: the change in the sum of longest diameters of each participant over the months since baseline. PURE.

Every line begins at 0 on the day of the baseline assessment. An assessment without a complete sum is no point: the line
runs on to the next one. A line has the color of the best response, each point the mark of its own response, whose shape
tells responses apart in gray; progression by a new lesion has a mark of its own, since the sum does not show it.
The dashed lines mark −30% (partial response) and +20% (progression) [RECIST 1.0].
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Chart, Frame, LegendEntry, finite, month_axis, signed, unique_key
from analysis.charts.waterfall import CEILING_PERCENT, LOOKS, OTHER, THRESHOLDS, Look, change_axis, look
from analysis.statistics.survival import months
from trial.drawing.axes import Axis, Tick, shape
from trial.rules.response.recist import IN_FORCE

FRAME = Frame(WIDTH, 330, 46, 548, 34, 292)
RADIUS = 3.4
NEW_LESION = Look("new", "N", "PD, new lesion", "#8a4a10", "#8a4a10")
SHAPES = {"CR": "diamond", "PR": "circle", "SD": "square", "PD": "triangle", NEW_LESION.code: "cross",
          OTHER.code: "turned"}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One assessment: days since baseline, change in percent or None, response at it, whether it has a new lesion."""

    day: int
    change: float | None
    response: str = ""
    new_lesion: bool = False

    @property
    def look(self) -> Look:
        """How the mark of this point is drawn."""
        return NEW_LESION if self.new_lesion and self.response == "PD" else look(self.response)


@dataclass(frozen=True)
class Mark:
    """The mark of a point in place."""

    path: str
    look: Look


@dataclass(frozen=True)
class Line:
    """One participant: study number, the points, best response, page address."""

    number: str
    points: tuple[Point, ...]
    response: str
    url: str


@dataclass(frozen=True)
class DrawnLine:
    """A line in place: its path, the marks of its points, arrows where they were cut at the ceiling, and its words."""

    line: Line
    look: Look
    path: str
    marks: tuple[Mark, ...]
    cuts: tuple[str, ...]
    course: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Spider(Chart):
    """The whole plot."""

    lines: tuple[DrawnLine, ...]
    thresholds: tuple[Tick, ...]
    legend: tuple[LegendEntry, ...]
    zero: float


def spider(lines: Sequence[Line]) -> Spider:
    """The plot of these participants; who has no complete sum after baseline has no line and is counted in words.

    Raises ValueError for a point before baseline and for a change below −100% or not a number.
    """
    measured = {line.number: _points(line) for line in lines}
    drawable = sorted((line for line in lines if measured[line.number]), key=lambda line: line.number)
    across, ticks = month_axis(max((measured[line.number][-1].day for line in drawable), default=0), FRAME.left,
                               FRAME.right)  # fmt: skip
    tallest = max((_change(point) for line in drawable for point in measured[line.number]), default=0.0)
    up = change_axis(tallest, FRAME.bottom - 10, FRAME.top + 8)
    return Spider(
        key=unique_key("spider", (line.number for line in drawable)),
        frame=FRAME,
        is_empty=not drawable,
        lines=tuple(_one(line, measured[line.number], across, up) for line in drawable),
        ticks=tuple(Tick(up.at(value), signed(value)) for value in range(-100, int(up.high) + 1, 50)),
        across=ticks,
        thresholds=tuple(Tick(up.at(value), label) for value, label in THRESHOLDS),
        legend=_legend([point for line in drawable for point in measured[line.number]]),
        zero=up.at(0),
        summary=_summary(drawable, measured, len(lines)),
    )


def _points(line: Line) -> list[Point]:
    """The points that have a change, in order of day."""
    points = sorted((point for point in line.points if point.change is not None), key=lambda point: point.day)
    for point in points:
        if point.day < 0:
            raise ValueError(f"{line.number}: a point {-point.day} days before baseline cannot be drawn.")
        if finite(_change(point), line.number) < -100:
            raise ValueError(f"{line.number}: a sum of diameters cannot change by {point.change}%.")
    return points


def _change(point: Point) -> float:
    assert point.change is not None, "points without a change are no points"
    return point.change


def _is_scan(point: Point) -> bool:
    """Every line begins with its baseline, which has no response."""
    return point.day > 0 or point.response != ""


def _one(line: Line, points: Sequence[Point], across: Axis, up: Axis) -> DrawnLine:
    places = [(across.at(point.day), up.at(min(_change(point), CEILING_PERCENT))) for point in points]
    course = "; ".join(_said(point) for point in points)
    cut = any(_change(point) > CEILING_PERCENT for point in points)
    return DrawnLine(
        line=line,
        look=look(line.response),
        path=f"M{across.at(0)} {up.at(0)}" + "".join(f"L{x} {y}" for x, y in places),
        marks=tuple(Mark(shape(SHAPES[point.look.code], *place, RADIUS), point.look)
                    for point, place in zip(points, places, strict=True) if _is_scan(point)),
        cuts=_cuts(points, places),
        course=course,
        words=f"{line.number}, {line.response}: {course}{', line cut at +100%' if cut else ''}",
    )  # fmt: skip


def _said(point: Point) -> str:
    words = point.look.name if point.look is NEW_LESION else point.response
    return f"{months(point.day):.1f} months {signed(_change(point), 1)}%" + (f" {words}" if words else "")


def _cuts(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """An arrow head above each point whose change lies above the ceiling."""
    above = [place for point, place in zip(points, places, strict=True) if _change(point) > CEILING_PERCENT]
    return tuple(shape("triangle", x, round(y - 9, 1), 3) for x, y in above)


def _legend(points: Sequence[Point]) -> tuple[LegendEntry, ...]:
    """The marks of the assessments, with how many have each."""
    entries, x = [], 4.0
    for style in (*LOOKS, NEW_LESION, OTHER):
        count = sum(1 for point in points if _is_scan(point) and point.look is style)
        if count:
            label = f"{style.name} {count}"
            entries.append(LegendEntry(style, x, label, shape(SHAPES[style.code], round(x + 6, 1), 11, 4.2)))
            x = round(x + 30 + 6.2 * len(label), 1)
    return tuple(entries)


def _summary(lines: Sequence[Line], measured: dict[str, list[Point]], asked: int) -> str:
    if not lines:
        return f"No participant has a follow-up assessment with a complete {IN_FORCE.sum_words} yet."
    lasts = [_change(measured[line.number][-1]) for line in lines]
    without = f"; {asked - len(lines)} without a complete sum after baseline not drawn" if asked > len(lines) else ""
    return (
        f"Change from baseline of {len(lines)} participant{'s' if len(lines) > 1 else ''} over "
        f"{months(max(measured[line.number][-1].day for line in lines)):.1f} months; at the last point "
        f"{sum(1 for last in lasts if last <= -30)} at −30% or less and "
        f"{sum(1 for last in lasts if last >= 20)} at +20% or more{without}."
    )
