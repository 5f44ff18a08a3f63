"""A forest of rates: one line a subgroup with its estimate and interval, and a line through that of everybody. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, Spoken, Tick, unique_key

LEFT, RIGHT, TOP, ROW, FOOT = 300, 580, 22, 20, 40
# So many letters fit beside the numbers.
LONGEST = 38
LARGEST, SMALLEST = 6.0, 2.5


@dataclass(frozen=True)
class Rate:
    """A subgroup: its words, how many of how many, and estimate and limits as proportions (None: nobody in it)."""

    label: str
    numerator: int
    denominator: int
    estimate: float | None
    lower: float | None
    upper: float | None
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A subgroup as drawn; `size` of the square grows with the number of participants."""

    rate: Rate
    y: float
    words: str
    label: str
    low: float | None = None
    high: float | None = None
    at: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Forest(Chart):
    """The whole plot; `middle` is the place of everybody's rate."""

    lines: tuple[Line, ...]
    middle: float | None
    spoken: tuple[Spoken, ...]


def forest(rates: Sequence[Rate], summary: str) -> Forest:
    """The drawing; the first of the rates is that of everybody."""
    end = max([0.4, *(rate.upper for rate in rates if rate.upper is not None)])
    steps = -int(-end * 10 // 1)
    across = Axis(0, min(1.0, steps / 10), LEFT, RIGHT)
    lines = tuple(_line(rate, place, max(each.denominator for each in rates), across)
                  for place, rate in enumerate(rates))  # fmt: skip
    bottom = TOP + ROW * len(rates)
    return Forest(
        key=unique_key("forest", [rate.label for rate in rates]),
        summary=summary,
        is_empty=not rates or rates[0].denominator == 0,
        frame=Frame(WIDTH, bottom + FOOT, LEFT, RIGHT, TOP, bottom),
        across=tuple(Tick(across.at(place / 10), f"{place * 10}%") for place in range(0, steps + 1, 1 + steps // 6)),
        lines=lines,
        middle=across.at(rates[0].estimate) if rates and rates[0].estimate is not None else None,
        spoken=tuple(Spoken(line.at or LEFT, line.y, line.words) for line in lines),
    )


def _line(rate: Rate, place: int, largest: int, across: Axis) -> Line:
    y = TOP + ROW * place + ROW / 2
    label = rate.label if len(rate.label) <= LONGEST else f"{rate.label[: LONGEST - 1].rstrip()}…"
    counts = f"{rate.label}: {rate.numerator} of {rate.denominator}"
    if rate.estimate is None or rate.lower is None or rate.upper is None:
        return Line(rate, y, f"{counts}, not estimable", label)
    words = f"{counts}, {rate.estimate:.1%}, 95% CI {rate.lower:.1%} to {rate.upper:.1%}"
    size = round(SMALLEST + (LARGEST - SMALLEST) * rate.denominator / largest, 1)
    return Line(rate, y, words, label, across.at(rate.lower), across.at(rate.upper), across.at(rate.estimate), size)
