"""Registrations added up by month, of a group against its plan and of each of its sites beside the others. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.charts.axis import MONTH_STEPS, WIDTH, Chart, Frame, Spoken, unique_key, whole_ticks
from trial.drawing.axes import Axis, Tick, round_step

FRAME = Frame(WIDTH, 250, 36, 560, 22, 204)
MOST_TICKS = 8


@dataclass(frozen=True)
class Projected:
    """The first, the middle and the last day on which the plan may be reached."""

    low: date
    middle: date
    high: date


@dataclass(frozen=True, kw_only=True)
class Accrual(Chart):
    """Everything that the template draws; of a projection its band and the line to its middle."""

    path: str
    plan: Tick
    band: str
    line: str
    spoken: tuple[Spoken, ...]


def accrual(months: Sequence[tuple[str, int]], plan: int, projected: Projected | None, summary: str) -> Accrual:
    """The drawing. months: (`2026-04`, registered in it) in order, those without any left out."""
    if not months:
        return Accrual(summary=summary, frame=FRAME, is_empty=True, path="", plan=Tick(0, ""), band="", line="",
                       spoken=())  # fmt: skip
    first, last = _number(months[0][0]), _number(months[-1][0]) + 1
    end = max(last, _place(projected.high) if projected else 0.0)
    total = sum(count for _, count in months)
    across = Axis(first, max(end, first + 1), FRAME.left, FRAME.right)
    upwards = Axis(0, max(plan, total) * 1.06, FRAME.bottom, FRAME.top)
    path, spoken = _path(months, across, upwards)
    band = line = ""
    if projected:
        start = f"M{across.at(last)} {upwards.at(total)}"
        at = {name: across.at(_place(day)) for name, day in vars(projected).items()}
        line = f"{start}L{at['middle']} {upwards.at(plan)}"
        band = f"{start}L{at['low']} {upwards.at(plan)}H{at['high']}Z"
    return Accrual(
        key=unique_key("accrual", [month for month, _ in months]), summary=summary, frame=FRAME, path=path,
        ticks=whole_ticks(upwards, MOST_TICKS), across=_month_ticks(across),
        plan=Tick(upwards.at(plan), f"plan {plan}"), band=band, line=line, spoken=tuple(spoken),
    )  # fmt: skip


# A drawing for each site, so many side by side, each so high with its name.
COLUMNS, SITE_HEIGHT, NAME_HEIGHT, GAP = 3, 104, 22, 34


@dataclass(frozen=True)
class SiteCurve:
    """One site: its name with its count where it stands, its curve, and the ground that the curve stands on."""

    label: Tick
    left: float
    right: float
    bottom: float
    path: str
    top: Tick


@dataclass(frozen=True, kw_only=True)
class BySite(Chart):
    """A curve for each site, all on one scale; first and last: the months that every one of them spans."""

    sites: tuple[SiteCurve, ...]
    first: str
    last: str
    spoken: tuple[Spoken, ...]


def by_site(sites: Sequence[tuple[str, Sequence[tuple[str, int]]]], summary: str) -> BySite:
    """The drawing. sites: (site, its months as of `accrual`), in order."""
    height = SITE_HEIGHT * -(-len(sites) // COLUMNS) + 8
    frame = Frame(WIDTH, height, 24, WIDTH - 16, 0, height)
    if not sites:
        return BySite(summary=summary, frame=frame, is_empty=True, sites=(), first="", last="", spoken=())
    months = sorted(month for _, of in sites for month, _ in of)
    most = max(sum(count for _, count in of) for _, of in sites)
    width = (frame.right - frame.left - GAP * (COLUMNS - 1)) / COLUMNS
    drawn, spoken = [], []
    for place, (site, of) in enumerate(sites):
        left = frame.left + place % COLUMNS * (width + GAP)
        top = place // COLUMNS * SITE_HEIGHT + NAME_HEIGHT
        bottom = top + SITE_HEIGHT - NAME_HEIGHT - 20
        across = Axis(_number(months[0]), _number(months[-1]) + 1, left, left + width)
        upwards = Axis(0, most, bottom, top)
        path, said = _path(of, across, upwards)
        total = sum(count for _, count in of)
        drawn.append(SiteCurve(Tick(top - 8, f"{site}: {total}"), round(left, 1), round(left + width, 1), bottom,
                               f"{path}H{round(left + width, 1)}", Tick(top, str(most))))  # fmt: skip
        spoken += [Spoken(mark.x, mark.y, f"{site}, {mark.words}") for mark in said]
    return BySite(key=unique_key("accrual-sites", [site for site, _ in sites]), summary=summary, frame=frame,
                  sites=tuple(drawn), first=months[0], last=months[-1], spoken=tuple(spoken))  # fmt: skip


def _number(month: str) -> int:
    """`2026-04` → months since year 0."""
    year, _, within = month.partition("-")
    return int(year) * 12 + int(within) - 1


def _place(day: date) -> float:
    return day.year * 12 + day.month - 1 + day.day / 31


def _path(months: Sequence[tuple[str, int]], across: Axis, upwards: Axis) -> tuple[str, list[Spoken]]:
    total, steps, spoken = 0, [f"M{across.at(_number(months[0][0]))} {upwards.at(0)}"], []
    for month, count in months:
        total += count
        steps.append(f"H{across.at(_number(month))}L{across.at(_number(month) + 1)} {upwards.at(total)}")
        spoken.append(Spoken(across.at(_number(month) + 1), upwards.at(total),
                             f"{month}: {count} registered, {total} in all"))  # fmt: skip
    return "".join(steps), spoken


def _month_ticks(axis: Axis) -> tuple[Tick, ...]:
    step = round_step(axis.high - axis.low, MONTH_STEPS, MOST_TICKS)
    first = -int(-axis.low // step) * step
    return tuple(Tick(axis.at(month), f"{month // 12}-{month % 12 + 1:02d}")
                 for month in range(first, int(axis.high) + 1, step))  # fmt: skip
