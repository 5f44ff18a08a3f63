"""The Kaplan–Meier plot: step line, 95% band, censoring ticks and the numbers at risk beneath. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.charts.axis import HEIGHT, WIDTH, Axis, Chart, Frame, Spoken, Tick, month_axis
from analysis.statistics.survival import (
    DAYS_PER_MONTH,
    FEWEST_AT_RISK,
    LANDMARKS,
    KaplanMeier,
    Step,
    at_risk,
    describe,
    few_at_risk,
    months,
    step_at,
    survival_at,
)

LARGE = Frame(WIDTH, HEIGHT + 8, 78, 584, 14, 214)
COMPACT = Frame(330, 206, 40, 320, 10, 132, compact=True)
SEVERAL = Frame(330, 206, 42, 322, 24, 138, compact=True)
OF_GROUPS = Frame(WIDTH, 290, 78, 584, 24, 214)
# How the lines of several curves are told apart, in their order; more curves begin again.
DASHES = ("", "6 3", "2 3")
MOST_TICKS = 9
# Nobody reads more steps than this: table and read-out then keep to the ticks of the time axis.
MOST_STEPS = 120


@dataclass(frozen=True)
class Row:
    """One row of the table that says the same as the plot."""

    months: str
    at_risk: int
    events: int
    censored: int
    survival: str
    interval: str


@dataclass(frozen=True)
class Counts:
    """One row of numbers below the ticks, at its height."""

    name: str
    y: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Landmark(Spoken):
    """The share without event at a month: its place on the curve, in full words and as a label."""

    label: str


@dataclass(frozen=True, kw_only=True)
class KaplanMeierChart(Chart):
    """The whole plot. line, few, censored and median are paths; few: the rest of the line, where too few are at risk.

    counts: at risk just before each tick, and how many were censored or had the event by then. says: the lines that
    stand in the plot. left_out: how many steps of the curve have no row.
    """

    line: str = ""
    few: str = ""
    bands: tuple[str, ...] = ()
    censored: tuple[str, ...] = ()
    median: str = ""
    counts: tuple[Counts, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    says: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Among:
    """One of several curves in one plot: its name, the dash of its line, where legend and numbers at risk stand."""

    name: str
    dash: str
    chart: KaplanMeierChart
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class KaplanMeierCharts(Chart):
    """Several curves on the same axes, the first with its band."""

    curves: tuple[Among, ...] = ()
    spoken: tuple[Spoken, ...] = ()


def kaplan_meier_charts(named: Sequence[tuple[str, KaplanMeier]], frame: Frame = SEVERAL) -> KaplanMeierCharts:
    """The plot of several (short name, curve); those without participants are left out."""
    curves = [(name, curve) for name, curve in named if curve.steps]
    if not curves:
        return KaplanMeierCharts(summary="No participants in these curves yet.", frame=frame, is_empty=True)
    last = max(curve.steps[-1].day for _, curve in curves)
    charts = [(name, kaplan_meier_chart(curve, frame, last)) for name, curve in curves]
    return KaplanMeierCharts(
        summary=" ".join(f"{name}: {chart.summary}" for name, chart in charts),
        frame=frame,
        ticks=charts[0][1].ticks,
        across=charts[0][1].across,
        curves=tuple(_among(name, chart, place) for place, (name, chart) in enumerate(charts)),
        spoken=tuple(replace(mark, words=f"{name}, {mark.words}") for name, chart in charts for mark in chart.spoken),
    )  # fmt: skip


def _among(name: str, chart: KaplanMeierChart, place: int) -> Among:
    down = chart.frame.bottom + 44 + 13 * place
    return Among(name, DASHES[place % len(DASHES)], chart, chart.frame.left + 75 * place, down)


def kaplan_meier_chart(
    curve: KaplanMeier, frame: Frame = LARGE, last_day: float | None = None
) -> KaplanMeierChart:
    """The plot of a curve; time in months of 30.4375 days. last_day: where the axis ends (None: with the curve)."""
    if not curve.steps:
        return KaplanMeierChart(summary="No participants in this curve yet.", frame=frame, is_empty=True)
    across, ticks = month_axis(last_day or curve.steps[-1].day, frame.left, frame.right, MOST_TICKS - 3 * frame.compact)
    up = Axis(0, 1, frame.bottom, frame.top)
    at_months = [int(tick.label) for tick in ticks]
    enough = sum(step.at_risk >= FEWEST_AT_RISK for step in curve.steps)
    rows = _read(curve.steps, at_months)
    landmarks, without = _landmarks(curve, across, up)
    return KaplanMeierChart(
        line=_line(curve.steps[:enough], across, up),
        few=_line(curve.steps[enough:], across, up, curve.steps[enough - 1] if enough else None),
        bands=_bands(curve.steps, across, up),
        censored=tuple(f"M{across.at(step.day)} {round(up.at(step.survival) - 4, 1)}v8" for step in curve.steps
                       if step.censored),
        median=_median(curve, across, up),
        across=ticks,
        counts=_counts(curve, ticks, frame.bottom + 54),
        landmarks=landmarks,
        says=(*_median_in_words(curve), *(mark.words for mark in landmarks), *without),
        ticks=tuple(Tick(up.at(share / 100), str(share)) for share in (0, 25, 50, 75, 100)),
        rows=tuple(_row(step) for step in rows),
        spoken=_spoken(curve, at_months, across, up),
        summary=f"{curve.n} participants, {curve.events} with an event; median {describe(curve)}."
        + (f" Gray where fewer than {FEWEST_AT_RISK} are at risk." if enough < len(curve.steps) else ""),
        frame=frame,
        left_out=len(curve.steps) - len(rows),
    )


def _read(steps: Sequence[Step], at_months: Sequence[int]) -> Sequence[Step]:
    """The steps that the table lists: all, or of very many the one in force at each tick."""
    if len(steps) <= MOST_STEPS:
        return steps
    days = [month * DAYS_PER_MONTH for month in at_months]
    in_force = [[step for step in steps if step.day <= day][-1:] for day in days]
    return list(dict.fromkeys(step for last in in_force for step in last))


def _line(steps: Sequence[Step], across: Axis, up: Axis, after: Step | None = None) -> str:
    """The way of these steps, which begins where the step before them ended; empty without any."""
    if not steps:
        return ""
    path = [f"M{across.at(after.day)} {up.at(after.survival)}" if after else f"M{across.at(0)} {up.at(1)}"]
    path += [f"H{across.at(step.day)}V{up.at(step.survival)}" for step in steps]
    return "".join(path)


def _bands(steps: Sequence[Step], across: Axis, up: Axis) -> tuple[str, ...]:
    """One closed outline per stretch that has an interval; the estimate of a step holds until the next step."""
    upper: list[str] = []
    lower: list[str] = []
    outlines: list[str] = []
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if step.lower is not None and step.upper is not None and following is not None:
            start, end = across.at(step.day), across.at(following.day)
            upper += [f"{start} {up.at(step.upper)}", f"{end} {up.at(step.upper)}"]
            lower += [f"{start} {up.at(step.lower)}", f"{end} {up.at(step.lower)}"]
        elif upper:
            outlines.append(f"M{'L'.join([*upper, *reversed(lower)])}Z")
            upper, lower = [], []
    return tuple(outlines)


def _median(curve: KaplanMeier, across: Axis, up: Axis) -> str:
    """The way from the axis to the curve and down; empty when the median is not reached."""
    if curve.median is None:
        return ""
    return f"M{across.start} {up.at(0.5)}H{across.at(curve.median)}V{up.start}"


def _counts(curve: KaplanMeier, ticks: Sequence[Tick], y: float) -> tuple[Counts, ...]:
    """Who is at risk just before a tick, was censored before it, had the event before it: together everybody."""
    days = [int(tick.label) * DAYS_PER_MONTH for tick in ticks]
    before = [[step for step in curve.steps if step.day < day] for day in days]
    rows = (("At risk", [at_risk(curve, day) for day in days]),
            ("Censored", [sum(step.censored for step in steps) for steps in before]),
            ("Events", [sum(step.events for step in steps) for steps in before]))  # fmt: skip
    return tuple(Counts(name, y + 15 * place, tuple(Tick(tick.at, str(n)) for tick, n in zip(ticks, row, strict=True)))
                 for place, (name, row) in enumerate(rows))  # fmt: skip


def _landmarks(curve: KaplanMeier, across: Axis, up: Axis) -> tuple[tuple[Landmark, ...], tuple[str, ...]]:
    """The shares at the landmarks up to the last observation, and in words those that rest on too few at risk."""
    marks, without = [], []
    for month in LANDMARKS:
        day = month * DAYS_PER_MONTH
        share, few, step = survival_at(curve, day), few_at_risk(curve, day), step_at(curve, day)
        if day > curve.steps[-1].day or share is None:
            continue
        if few is not None:
            without.append(f"{month} months: not estimable ({few} at risk)")
            continue
        interval = _row(step).interval if step else "none"
        words = f"{month} months: {share * 100:.1f}%" + (f", 95% CI {interval}" if interval != "none" else "")
        marks.append(Landmark(across.at(day), up.at(share), words, f"{share * 100:.0f}%"))
    return tuple(marks), tuple(without)


def _median_in_words(curve: KaplanMeier) -> tuple[str, ...]:
    few = few_at_risk(curve, curve.median)
    return (f"Median {describe(curve)}", *([] if few is None else [f"The median rests on {few} at risk"]))


def _row(step: Step) -> Row:
    interval = "none"
    if step.lower is not None and step.upper is not None:
        interval = f"{step.lower * 100:.1f} to {step.upper * 100:.1f}"
    counts = step.at_risk, step.events, step.censored
    return Row(f"{months(step.day):.1f}", *counts, f"{step.survival * 100:.1f}", interval)


def _spoken(curve: KaplanMeier, at_months: Sequence[int], across: Axis, up: Axis) -> tuple[Spoken, ...]:
    """Each step of the curve in words; of a curve with very many, each tick of the time axis."""
    if len(curve.steps) <= MOST_STEPS:
        return tuple(Spoken(across.at(step.day), up.at(step.survival), _said(step)) for step in curve.steps)
    spoken = []
    for month in at_months:
        day = month * DAYS_PER_MONTH
        last = next((step for step in reversed(curve.steps) if step.day <= day), None)
        share = last.survival if last else 1.0
        words = f"{month} months: {share * 100:.1f}% event-free; {at_risk(curve, day)} at risk"
        spoken.append(Spoken(across.at(day), up.at(share), words))
    return tuple(spoken)


def _said(step: Step) -> str:
    row = _row(step)
    counts = [f"{step.events} event{'s' * (step.events != 1)}"] * bool(step.events)
    counts += [f"{step.censored} censored"] * bool(step.censored)
    interval = "" if row.interval == "none" else f", 95% CI {row.interval}"
    return (f"{row.months} months: {' and '.join(counts)} among {step.at_risk} at risk; "
            f"{row.survival}% event-free{interval}")  # fmt: skip
