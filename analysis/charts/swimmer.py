"""The swimmer plot: one lane per participant, with treatment, response, progression and death since registration. PURE.

Days count from registration, which is day 0; a treatment period includes its last day. The shade of a period is its
dose level, the shape of a mark its kind, so that the plot is readable in gray. Lanes grow narrower as they become many.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, month_axis, shape, unique_key
from analysis.statistics.survival import months


@dataclass(frozen=True)
class Level:
    """How a dose level is drawn and what it is called; `pattern` names a pattern of the template."""

    code: str
    name: str
    pattern: str


@dataclass(frozen=True)
class Kind:
    """How a kind of mark is drawn: name in the legend, words in a sentence, shape, colors."""

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
    Kind("CR", "CR begins", "complete response", "diamond", "#ffffff", "#17242b"),
    Kind("PR", "PR begins", "partial response", "circle", "#ffffff", "#17242b"),
    Kind("response_end", "Response ends", "end of confirmed response", "bar", "#17242b", "#17242b"),
    Kind("progression", "Progression", "progression", "triangle", "#f3c65f", "#17242b"),
    Kind("death", "Death", "death", "cross", "none", "#17242b"),
)
FOLLOWED = Kind("followed", "Followed, no dose", "followed", "line", "none", "#5d6f73")
ONGOING = Kind("ongoing", "On treatment", "on treatment", "arrow", "#17242b", "#17242b")
ALIVE = Kind("alive", "Alive", "alive", "arrow", "#ffffff", "#5d6f73")
RESPONDING = Kind("response", "In response", "in response", "line", "none", "#8a5300")


@dataclass(frozen=True)
class DrawnMark:
    """One mark in place."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class LegendEntry:
    """One entry of the legend: a dose level as a box, or a kind of mark; the place of its words."""

    x: float
    y: float
    label: str
    level: Level | None = None
    mark: DrawnMark | None = None


def legend(levels: Set[str], kinds: Set[str]) -> tuple[LegendEntry, ...]:
    """Only what occurs: dose levels and the lines of the lanes in the first line, marks in the second."""
    entries, x = [], 4.0
    for level in (level for level in LEVELS if level.code in levels):
        entries.append(LegendEntry(x, 4, level.name, level=level))
        x = round(x + 36 + 6.2 * len(level.name), 1)
    for line in (FOLLOWED, *([RESPONDING] if RESPONDING.code in kinds else [])):
        entries.append(LegendEntry(x, 4, line.name, mark=DrawnMark(f"M{x} 10h12", line)))
        x = round(x + 30 + 6.2 * len(line.name), 1)
    x = 4.0
    for kind in (kind for kind in (*KINDS, ONGOING, ALIVE) if kind.code in kinds):
        mark = DrawnMark(shape(kind.shape, round(x + 6, 1), 30, 4.5), kind)
        entries.append(LegendEntry(x, 24, kind.name, mark=mark))
        x = round(x + 30 + 6.2 * len(kind.name), 1)
    return tuple(entries)


LEFT, RIGHT, TOP = 62, 440, 50
FOOT = 42
ROW_HEIGHTS = ((15, 20.0), (30, 15.0))  # up to so many lanes, so high
NARROWEST = 12.0


@dataclass(frozen=True)
class Lane:
    """One participant: study number, periods (first day, last day, level), marks (day, kind), whether treatment goes
    on, the last day something is known of, and the page address. Levels: LEVELS, "" when not recorded; kinds: KINDS.

    response: first and last day of a confirmed response; off: why treatment ended; is_alive: off treatment, alive
    at the last contact, and nothing says dead.
    """

    number: str
    treatment: tuple[tuple[int, int, str], ...]
    marks: tuple[tuple[int, str], ...]
    ongoing: bool
    last_day: int
    url: str
    response: tuple[int, int] | None = None
    off: str = ""
    is_alive: bool = False


@dataclass(frozen=True)
class DrawnPeriod:
    """One stretch of treatment in place."""

    x: float
    width: float
    level: Level


@dataclass(frozen=True)
class DrawnResponse:
    """The days of a response in place."""

    x: float
    end: float


@dataclass(frozen=True)
class DrawnLane:
    """A lane in place: its middle, its bar, the end of its thin line, its marks and its words."""

    lane: Lane
    middle: float
    top: float
    end: float
    periods: tuple[DrawnPeriod, ...]
    marks: tuple[DrawnMark, ...]
    course: str
    response: DrawnResponse | None = None

    @property
    def words(self) -> str:
        """The text of the lane for a pointer or a screen reader."""
        return f"{self.lane.number}: {self.course}"


@dataclass(frozen=True, kw_only=True)
class Swimmer(Chart):
    """The whole plot."""

    lanes: tuple[DrawnLane, ...]
    legend: tuple[LegendEntry, ...]
    bar_height: float
    font_size: float


def swimmer(lanes: Sequence[Lane], order: str = "follow-up") -> Swimmer:
    """The plot of these participants in an order of ORDERS; equal lanes are in order of study number.

    Raises ValueError for a day before registration, a period that ends before it begins, an unknown level or kind;
    KeyError for an unknown order.
    """
    for lane in lanes:
        _check(lane)
    ordered = sorted(lanes, key=lambda lane: (*ORDERS[order](lane), -_length(lane), lane.number))
    across, ticks = month_axis(max((_length(lane) for lane in ordered), default=0), LEFT, RIGHT)
    row = next((height for most, height in ROW_HEIGHTS if len(ordered) <= most), NARROWEST)
    bottom = round(TOP + row * len(ordered), 1)
    return Swimmer(
        key=unique_key("swimmer", (lane.number for lane in ordered)),
        lanes=tuple(_drawn(lane, TOP + row * place, row, across) for place, lane in enumerate(ordered)),
        across=ticks,
        legend=legend(
            {level for lane in ordered for _, _, level in lane.treatment},
            {code for lane in ordered for code in (*(kind for _, kind in lane.marks),
                                                   *(kind.code for kind in _ends(lane)))},
        ),
        summary=_summary(ordered),
        bar_height=_bar_height(row),
        font_size=min(11.0, row - 2),
        frame=Frame(WIDTH, bottom + FOOT, LEFT, RIGHT, TOP, bottom),
        is_empty=not lanes,
    )


def _check(lane: Lane) -> None:
    days = [lane.last_day, *(day for day, _ in lane.marks), *(first for first, _, _ in lane.treatment)]
    if min(days) < 0:
        raise ValueError(f"{lane.number}: day {min(days)} is before registration and cannot be drawn.")
    for first, last, level in lane.treatment:
        if last < first:
            raise ValueError(f"{lane.number}: a period from day {first} to day {last} ends before it begins.")
        if level not in {known.code for known in LEVELS}:
            raise ValueError(f"{lane.number}: there is no dose level called {level}.")
    unknown = [kind for _, kind in lane.marks if kind not in {known.code for known in KINDS}]
    if unknown:
        raise ValueError(f"{lane.number}: there is no mark for {unknown[0]}.")


def _length(lane: Lane) -> int:
    """The last day of anything in the lane."""
    return max([lane.last_day, *(day for day, _ in lane.marks), *(last for _, last, _ in lane.treatment)])


def _ends(lane: Lane) -> list[Kind]:
    """What of the legend a lane has besides its marks."""
    ends = [(ONGOING, lane.ongoing), (ALIVE, lane.is_alive), (RESPONDING, lane.response is not None)]
    return [kind for kind, has in ends if has]


def _by_response(lane: Lane) -> tuple[float, ...]:
    kinds = {kind for _, kind in lane.marks}
    rank = 0 if "CR" in kinds else 1 if "PR" in kinds else 2
    return (rank, lane.response[0] - lane.response[1] if lane.response else 0)


# How lanes can be ordered; equal ones stand by their length.
ORDERS: dict[str, Callable[[Lane], tuple[float, ...]]] = {
    "follow-up": lambda lane: (),
    "treatment": lambda lane: (-max((last for _, last, _ in lane.treatment), default=-1),),
    "response": _by_response,
}


def _bar_height(row: float) -> float:
    return round(row * 0.62, 1)


def _drawn(lane: Lane, top: float, row: float, across: Axis) -> DrawnLane:
    middle = round(top + row / 2, 1)
    return DrawnLane(
        lane=lane,
        middle=middle,
        top=round(middle - _bar_height(row) / 2, 1),
        end=across.at(_length(lane)),
        periods=tuple(_period(period, across) for period in sorted(lane.treatment)),
        marks=_marks(lane, middle, row * 0.3, across),
        course=_course(lane),
        response=DrawnResponse(*(across.at(day) for day in lane.response)) if lane.response else None,
    )


def _period(period: tuple[int, int, str], across: Axis) -> DrawnPeriod:
    first, last, code = period
    x = across.at(first)
    return DrawnPeriod(x, round(across.at(last + 1) - x, 1), next(level for level in LEVELS if level.code == code))


def _marks(lane: Lane, middle: float, radius: float, across: Axis) -> tuple[DrawnMark, ...]:
    """The marks in order of day; one that would cover the last is moved beside it, the words keep its day."""
    codes = [kind.code for kind in KINDS]
    drawn, free_from = [], 0.0
    for day, code in sorted(lane.marks, key=lambda mark: (mark[0], codes.index(mark[1]))):
        x = round(max(across.at(day), free_from), 1)
        kind = KINDS[codes.index(code)]
        drawn.append(DrawnMark(shape(kind.shape, x, middle, round(radius, 1)), kind))
        free_from = x + radius * 2
    for arrow in (kind for kind in _ends(lane) if kind is not RESPONDING):
        x = round(max(across.at(_length(lane)) + radius, free_from), 1)
        drawn.append(DrawnMark(shape(arrow.shape, x, middle, round(radius, 1)), arrow))
    return tuple(drawn)


def _course(lane: Lane) -> str:
    names = {kind.code: kind.words for kind in KINDS}
    treated = [last for _, last, _ in lane.treatment]
    parts = ["never treated" if not treated else f"treated to {months(max(treated)):.1f} months"]
    parts[0] += " and on treatment" if lane.ongoing else ""
    parts += [f"{names[kind]} at {months(day):.1f} months" for day, kind in sorted(lane.marks)]
    if lane.response:
        first, last = (f"{months(day):.1f}" for day in lane.response)
        parts.append(f"in response from {first} to {last} months")
    parts += [f"off treatment: {lane.off}"] if lane.off else []
    return "; ".join([*parts, f"last known at {months(_length(lane)):.1f} months"])


def _summary(lanes: Sequence[Lane]) -> str:
    if not lanes:
        return "No participant has been registered yet."
    kinds = [{kind for _, kind in lane.marks} for lane in lanes]
    longest = months(max(_length(lane) for lane in lanes))
    return (
        f"{len(lanes)} participant{'s' if len(lanes) > 1 else ''}, the longest for {longest:.1f} "
        f"months; {sum(bool(marked & {'CR', 'PR'}) for marked in kinds)} with a response, "
        f"{sum('progression' in marked for marked in kinds)} with progression, "
        f"{sum('death' in marked for marked in kinds)} died, {sum(lane.ongoing for lane in lanes)} on treatment."
    )
