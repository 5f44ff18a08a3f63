"""The operating characteristics of a plan: chances of a promising end and of an early stop over the true rate. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, Spoken, Tick, unique_key

FRAME = Frame(WIDTH, 276, 44, 560, 50, 226)
INKS = ("#0d4a50", "#8a5300")
PROMISING, STOPPED = "promising", "stopped early"
STEP_PERCENT = 5


@dataclass(frozen=True)
class Line:
    """One curve: what it is, its path, its ink and its dashes."""

    label: str
    path: str
    ink: str
    dash: str
    x: float


@dataclass(frozen=True)
class Row:
    """One rate in the table: the rate, and for each plan promising, stopped early, participants on average."""

    rate: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Operating(Chart):
    """The whole plot; `rates` are the two of the plan, `names` its plans as the table heads them."""

    lines: tuple[Line, ...]
    rates: tuple[Tick, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    spoken: tuple[Spoken, ...]


Points = Sequence[Mapping[str, float]]


def operating(curves: Sequence[tuple[str, Points]], rates: tuple[float, float], summary: str) -> Operating:
    """The drawing of (name, points) of each plan; rates: p0 and p1. Empty without curves."""
    end = max((point["rate"] for _, points in curves for point in points), default=1.0)
    across, upwards = Axis(0, end, FRAME.left, FRAME.right), Axis(0, 1, FRAME.bottom, FRAME.top)
    shown = [place for place, point in enumerate(curves[0][1]) if _is_shown(point["rate"], rates)] if curves else []
    return Operating(
        key=unique_key("operating", [summary, *(name for name, _ in curves)]),
        summary=summary,
        is_empty=not curves,
        frame=FRAME,
        ticks=tuple(Tick(upwards.at(percent / 100), f"{percent}%") for percent in range(0, 101, 20)),
        across=tuple(Tick(across.at(percent / 100), f"{percent}%") for percent in range(0, round(end * 100) + 1, 10)),
        lines=tuple(_line(place, curve, across, upwards) for place, curve in enumerate(_drawn(curves))),
        rates=tuple(Tick(across.at(rate), f"{name} {_rate(rate)}") for name, rate in zip(("p0", "p1"), rates,
                                                                                    strict=True)),
        names=tuple(name for name, _ in curves),
        rows=tuple(Row(_rate(curves[0][1][place]["rate"]), tuple(cell for _, points in curves
                                                                 for cell in _cells(points[place])))
                   for place in shown),
        spoken=tuple(Spoken(across.at(curves[0][1][place]["rate"]), upwards.at(curves[0][1][place]["promising"]),
                            _said(curves, place)) for place in shown),
    )  # fmt: skip


def _drawn(curves: Sequence[tuple[str, Points]]) -> list[tuple[str, str, Points]]:
    return [(name, what, points) for name, points in curves for what in (PROMISING, STOPPED)]


def _line(place: int, curve: tuple[str, str, Points], across: Axis, upwards: Axis) -> Line:
    name, what, points = curve
    key = what.replace(" ", "_")
    steps = (f"{across.at(point['rate'])} {upwards.at(point[key])}" for point in points)
    return Line(f"{what}, {name}", f"M{'L'.join(steps)}", INKS[place // 2 % len(INKS)], "5 3" if place % 2 else "",
                FRAME.left + (FRAME.right - FRAME.left) / 2 * (place % 2))  # fmt: skip


def _is_shown(rate: float, also: tuple[float, float]) -> bool:
    percent = rate * 100
    return rate in also or abs(percent - round(percent / STEP_PERCENT) * STEP_PERCENT) < 1e-9


def _rate(rate: float) -> str:
    return f"{round(rate * 100, 2):g}%"


def _cells(point: Mapping[str, float]) -> tuple[str, str, str]:
    return f"{point['promising']:.1%}", f"{point['stopped_early']:.1%}", f"{point['expected_participants']:.1f}"


def _said(curves: Sequence[tuple[str, Points]], place: int) -> str:
    words = [f"{name}: promising {cells[0]}, stopped early {cells[1]}, {cells[2]} participants on average"
             for name, points in curves for cells in [_cells(points[place])]]  # fmt: skip
    return f"true rate {_rate(curves[0][1][place]['rate'])}, {'; '.join(words)}"
