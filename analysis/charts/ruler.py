"""The ruler of a rate: its interval and estimate on one line with the rates that the plan tells apart. PURE."""

from dataclasses import dataclass

from analysis.charts.axis import Axis, Chart, Frame, Tick

FRAME = Frame(330, 58, 12, 318, 14, 30, compact=True)
STEP_PERCENT = 10
SHORTEST_PERCENT = 40
WIDTH_OF_WORDS = 50


@dataclass(frozen=True)
class Rates:
    """A rate with its limits (None: not estimable), and the uninteresting (`null`) and the wanted rate; 0 to 1."""

    estimate: float | None
    lower: float | None
    upper: float | None
    null: float
    wanted: float


@dataclass(frozen=True, kw_only=True)
class Ruler(Chart):
    """The whole ruler; estimate, low and high are places on its line, None where there is no number.

    is_left: whether the words of the uninteresting rate have room at the left of its line.
    """

    null: Tick
    wanted: Tick
    line: float
    is_left: bool = False
    estimate: float | None = None
    low: float | None = None
    high: float | None = None


def ruler(rates: Rates, frame: Frame = FRAME) -> Ruler:
    """The line ends at 40%, or at the first ten above everything that it shows."""
    shown = [rates.null, rates.wanted, *(rate for rate in (rates.estimate, rates.upper) if rate is not None)]
    steps = -int(-max(shown) * 100 // STEP_PERCENT)
    end = min(100, max(SHORTEST_PERCENT, steps * STEP_PERCENT))
    axis = Axis(0, end, frame.left, frame.right)
    found = "not estimable" if rates.estimate is None else f"{_percent(rates.estimate)}"
    if rates.lower is not None and rates.upper is not None:
        found += f", 95% CI {_percent(rates.lower)} to {_percent(rates.upper)}"
    every = STEP_PERCENT if end <= 60 else 2 * STEP_PERCENT
    return Ruler(
        summary=f"{found}; not of interest {_percent(rates.null)} (p0), aimed at {_percent(rates.wanted)} (p1).",
        frame=frame,
        across=tuple(Tick(axis.at(percent), f"{percent}%") for percent in range(0, end + 1, every)),
        null=Tick(axis.at(rates.null * 100), f"p0 {_percent(rates.null)}"),
        wanted=Tick(axis.at(rates.wanted * 100), f"p1 {_percent(rates.wanted)}"),
        line=(frame.top + frame.bottom) / 2,
        is_left=axis.at(rates.null * 100) > frame.left + WIDTH_OF_WORDS,
        estimate=None if rates.estimate is None else axis.at(rates.estimate * 100),
        low=None if rates.lower is None else axis.at(rates.lower * 100),
        high=None if rates.upper is None else axis.at(rates.upper * 100),
    )


def _percent(share: float) -> str:
    """0.05 → `5%`, 0.0976 → `9.8%`."""
    return f"{share * 100:.1f}".removesuffix(".0") + "%"
