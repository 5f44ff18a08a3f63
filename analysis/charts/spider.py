"""The spider plot: the change in the sum of longest diameters of each participant over the months since baseline. PURE.

Every line begins at 0 on the day of the baseline assessment. An assessment without a complete sum is no point: the line
runs on to the next one. The last point carries a mark by best response, whose shape tells responses apart in gray.
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
RADIUS = 4.2
SHAPES = {"CR": "diamond", "PR": "circle", "SD": "square", "PD": "triangle", OTHER.code: "turned"}


@dataclass(frozen=True)
class Line:
    """One participant: study number, (days since baseline, change in percent or None), response, page address."""

    number: str
    points: tuple[tuple[int, float | None], ...]
    response: str
    url: str


@dataclass(frozen=True)
class DrawnLine:
    """A line in place: its path, the mark at its end, arrows where points were cut at the ceiling, and its words."""

    line: Line
    look: Look
    path: str
    end: str
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
    across, ticks = month_axis(max((measured[line.number][-1][0] for line in drawable), default=0), FRAME.left,
                               FRAME.right)  # fmt: skip
    tallest = max((change for line in drawable for _, change in measured[line.number]), default=0.0)
    up = change_axis(tallest, FRAME.bottom - 10, FRAME.top + 8)
    return Spider(
        key=unique_key("spider", (line.number for line in drawable)),
        frame=FRAME,
        is_empty=not drawable,
        lines=tuple(_one(line, measured[line.number], across, up) for line in drawable),
        ticks=tuple(Tick(up.at(value), signed(value)) for value in range(-100, int(up.high) + 1, 50)),
        across=ticks,
        thresholds=tuple(Tick(up.at(value), label) for value, label in THRESHOLDS),
        legend=_legend(drawable),
        zero=up.at(0),
        summary=_summary(drawable, measured, len(lines)),
    )


def _points(line: Line) -> list[tuple[int, float]]:
    """The points that have a change, in order of day."""
    points = sorted((day, change) for day, change in line.points if change is not None)
    for day, change in points:
        if day < 0:
            raise ValueError(f"{line.number}: a point {-day} days before baseline cannot be drawn.")
        if finite(change, line.number) < -100:
            raise ValueError(f"{line.number}: a sum of diameters cannot change by {change}%.")
    return points


def _one(line: Line, points: Sequence[tuple[int, float]], across: Axis, up: Axis) -> DrawnLine:
    places = [(across.at(day), up.at(min(change, CEILING_PERCENT))) for day, change in points]
    drawn = look(line.response)
    course = "; ".join(f"{months(day):.1f} months {signed(change, 1)}%" for day, change in points)
    cut = any(change > CEILING_PERCENT for _, change in points)
    return DrawnLine(
        line=line,
        look=drawn,
        path=f"M{across.at(0)} {up.at(0)}" + "".join(f"L{x} {y}" for x, y in places),
        end=shape(SHAPES[drawn.code], *places[-1], RADIUS),
        cuts=_cuts(points, places),
        course=course,
        words=f"{line.number}, {line.response}: {course}{', line cut at +100%' if cut else ''}",
    )


def _cuts(points: Sequence[tuple[int, float]], places: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """An arrow head above each point whose change lies above the ceiling."""
    above = [place for (_, change), place in zip(points, places, strict=True) if change > CEILING_PERCENT]
    return tuple(shape("triangle", x, round(y - 9, 1), 3) for x, y in above)


def _legend(lines: Sequence[Line]) -> tuple[LegendEntry, ...]:
    entries, x = [], 4.0
    for style in (*LOOKS, OTHER):
        count = sum(1 for line in lines if look(line.response) is style)
        if count:
            label = f"{style.name} ({count})"
            mark = shape(SHAPES[style.code], round(x + 14, 1), 11, RADIUS)
            entries.append(LegendEntry(style, x, label, mark, f"M{x} 11h28"))
            x = round(x + 43 + 5.8 * len(label), 1)
    return tuple(entries)


def _summary(lines: Sequence[Line], measured: dict[str, list[tuple[int, float]]], asked: int) -> str:
    if not lines:
        return f"No participant has a follow-up assessment with a complete {IN_FORCE.sum_words} yet."
    lasts = [measured[line.number][-1][1] for line in lines]
    without = f"; {asked - len(lines)} without a complete sum after baseline not drawn" if asked > len(lines) else ""
    return (
        f"Change from baseline of {len(lines)} participant{'s' if len(lines) > 1 else ''} over "
        f"{months(max(measured[line.number][-1][0] for line in lines)):.1f} months; at the last point "
        f"{sum(1 for last in lasts if last <= -30)} at −30% or less and "
        f"{sum(1 for last in lasts if last >= 20)} at +20% or more{without}."
    )
