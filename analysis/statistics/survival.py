"""Kaplan–Meier curves, with the median and its interval as R's `survfit(conf.type = "log-log")` gives them. PURE.

Durations are whole days. lifelines supplies the product-limit estimate and the log(−log) limits; three readings follow
R instead, because lifelines differs from it on small groups:
the median of a curve that is flat at exactly 0.5 is the midpoint of that plateau; there is no interval where the
estimate is 0 or 1; so an upper limit stays open when the curve drops to 0 before the limit has crossed 0.5.
A fit by lifelines costs some 8 ms. The many curves beside the principal ones (reverse Kaplan–Meier, sensitivity lines)
are drawn by `product_limit`, the same estimate in plain arithmetic; a test holds the two equal.
Nothing here is ever infinite or NaN: what cannot be given is None, and `describe` says why in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import groupby
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

from trial.protocol import constant, exact_constant

METHOD = "log(-log)"
DAYS_PER_MONTH = float(exact_constant("days_per_month"))
# With fewer at risk a curve is drawn gray and gives no rate; a median that rests on fewer says so.
FEWEST_AT_RISK = constant("fewest_at_risk")
# The months of the shares without event, and which of them the large plot marks [our reading].
RATE_MONTHS = (6, 12, 18, 24)
LANDMARKS = RATE_MONTHS[1::2]
# R's tolerance for "equal to one half": the square root of the smallest relative step of a double.
TOLERANCE = 1.5e-8
NORMAL_975 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Step:
    """One day on which something was observed: the estimate just after it, its limits as proportions or None."""

    day: int
    at_risk: int
    events: int
    censored: int
    survival: float
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Quantile:
    """The day by which a share of the participants had the event, with its limits; None where not reached."""

    share: float
    days: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class KaplanMeier:
    """A curve in order of day; the median and its limits in days, None where not reached or not estimable."""

    steps: tuple[Step, ...]
    median: float | None
    median_lower: float | None
    median_upper: float | None
    n: int
    events: int
    method: str = METHOD


def kaplan_meier(durations_days: Sequence[int], events: Sequence[bool]) -> KaplanMeier:
    """The curve of these participants; an empty group gives n = 0 and no numbers.

    Raises ValueError for a negative duration or lists of unequal length, TypeError for a duration that is not a whole
    number of days or an event that is not True or False (codes 1 and 2 would all pass as events unnoticed).
    """
    _refuse_wrong_input(durations_days, events)
    return _curve(_fit(tuple(durations_days), tuple(events)), len(durations_days), sum(events))


def product_limit(durations_days: Sequence[int], events: Sequence[bool]) -> KaplanMeier:
    """The same curve without lifelines; raises what `kaplan_meier` raises."""
    _refuse_wrong_input(durations_days, events)
    return _curve(_product_limit(durations_days, events), len(durations_days), sum(events))


def _curve(steps: tuple[Step, ...], n: int, events: int) -> KaplanMeier:
    middle = _quantile(steps, 0.5)
    return KaplanMeier(steps, middle.days, middle.lower, middle.upper, n, events)


def quantile(km: KaplanMeier, share: float) -> Quantile:
    """When the curve has fallen by `share` (0.25, 0.5, 0.75), as R's `quantile(survfit)`."""
    if not 0 < share < 1:
        raise ValueError(f"A share lies between 0 and 1, not {share}.")
    return _quantile(km.steps, share)


def _quantile(steps: Sequence[Step], share: float) -> Quantile:
    return Quantile(
        share,
        _crossing([(step.day, step.survival) for step in steps], 1 - share),
        _crossing([(step.day, step.lower) for step in steps if step.lower is not None], 1 - share),
        _crossing([(step.day, step.upper) for step in steps if step.upper is not None], 1 - share),
    )


def _refuse_wrong_input(durations_days: Sequence[int], events: Sequence[bool]) -> None:
    if len(durations_days) != len(events):
        raise ValueError(f"{len(durations_days)} durations but {len(events)} events: each participant needs both.")
    for days in durations_days:
        if isinstance(days, bool) or not isinstance(days, int):
            raise TypeError(f"A duration is a whole number of days, not {days!r}.")
        if days < 0:
            raise ValueError(f"A duration cannot be negative: {days} days.")
    for event in events:
        if not isinstance(event, bool):
            raise TypeError(f"An event is True or False, not {event!r}.")


# The same times come back with every save that moves another endpoint.
@lru_cache(maxsize=64)
def _fit(durations_days: tuple[int, ...], events: tuple[bool, ...]) -> tuple[Step, ...]:
    if not durations_days:
        return ()
    # Here and nowhere else: the import costs a second or two and much memory, which the web process must not pay.
    from lifelines import KaplanMeierFitter  # type: ignore[import-untyped, unused-ignore]

    fitted = KaplanMeierFitter(alpha=0.05).fit(list(durations_days), event_observed=list(events))
    table = fitted.event_table[["removed", "at_risk", "observed", "censored"]].to_numpy().tolist()
    heights = fitted.survival_function_.iloc[:, 0].tolist()
    limits = fitted.confidence_interval_.to_numpy().tolist()
    days = fitted.event_table.index.tolist()
    return tuple(
        _step(int(day), int(at_risk), int(observed), int(censored), height, lower, upper)
        for day, (removed, at_risk, observed, censored), height, (lower, upper) in zip(
            days, table, heights, limits, strict=True
        )
        if removed  # lifelines adds a day 0 on which everyone enters and nobody leaves
    )


def _step(day: int, at_risk: int, events: int, censored: int, survival: float, lower: float, upper: float) -> Step:
    estimate = _settled(survival)
    inside = 0 < estimate < 1
    return Step(day, at_risk, events, censored, estimate, lower if inside else None, upper if inside else None)


def _product_limit(durations_days: Sequence[int], events: Sequence[bool]) -> tuple[Step, ...]:
    """Greenwood's variance, limits on the scale log(−log)."""
    steps, at_risk, height, variance = [], len(durations_days), 1.0, 0.0
    for day, leaving in groupby(sorted(zip(durations_days, events, strict=True)), key=lambda leaving: leaving[0]):
        flags = [event for _, event in leaving]
        died = sum(flags)
        height *= 1 - died / at_risk
        variance += died / (at_risk * (at_risk - died)) if died < at_risk else 0.0
        lower, upper = _log_log(height, variance)
        steps.append(_step(day, at_risk, died, len(flags) - died, height, lower, upper))
        at_risk -= len(flags)
    return tuple(steps)


def _log_log(height: float, variance: float) -> tuple[float, float]:
    """Limits as proportions; (height, height) at the ends, where `_step` leaves them out."""
    if not TOLERANCE <= height <= 1 - TOLERANCE:
        return height, height
    width = NORMAL_975 * sqrt(variance) / log(height)
    return height ** exp(-width), height ** exp(width)


def _settled(estimate: float) -> float:
    """The estimate without float noise at 0 and 1, where the interval must vanish."""
    if estimate < TOLERANCE:
        return 0.0
    return 1.0 if estimate > 1 - TOLERANCE else estimate


def _crossing(curve: Sequence[tuple[int, float]], level: float) -> float | None:
    """The day on which a step curve falls below a level; the middle of the plateau if it rests exactly on it."""
    plateau: int | None = None
    for day, height in curve:
        if height < level - TOLERANCE:
            return float(day) if plateau is None else (plateau + day) / 2
        if plateau is None and height <= level + TOLERANCE:
            plateau = day
    # Flat at the level to the end of observation: the plateau ends with the last day observed.
    return None if plateau is None else (plateau + curve[-1][0]) / 2


def months(days: float) -> float:
    """Days as months of 365.25 / 12 = 30.4375 days [our reading]."""
    return days / DAYS_PER_MONTH


def at_risk(km: KaplanMeier, days: float) -> int:
    """How many were still under observation just before this day."""
    return next((step.at_risk for step in km.steps if step.day >= days), 0)


def survival_at(km: KaplanMeier, days: float) -> float | None:
    """The estimate at a day; None past the last observation, where nothing is known unless the curve is at 0."""
    step = step_at(km, days)
    if step is None:
        return 1.0 if km.steps and days <= km.steps[-1].day else None
    return None if days > km.steps[-1].day and step.survival > 0 else step.survival


def step_at(km: KaplanMeier, days: float) -> Step | None:
    """The last step up to a day; None before the first."""
    return next((step for step in reversed(km.steps) if step.day <= days), None)


def describe(km: KaplanMeier) -> str:
    """The median in months with its interval, in words where there is no number."""
    if km.n == 0:
        return "not estimable: no participants"
    if km.events == 0:
        return f"not reached: no events among {km.n}"
    median = missing(km) if km.median is None else f"{months(km.median):.1f} months"
    return f"{median} (95% CI {limits(km)}, {km.method})"


def missing(km: KaplanMeier) -> str:
    """Why a median or limit has no number: the curve has not come so far, or has ended without giving it."""
    return "not estimable" if km.n == 0 or km.steps[-1].survival == 0 else "not reached"


def limits(km: KaplanMeier) -> str:
    """The limits of the median in months: `7.6 to 19.2`, `from 7.6, upper limit not reached`, or one word for both."""
    lower, upper = (None if day is None else f"{months(day):.1f}" for day in (km.median_lower, km.median_upper))
    if lower is None or upper is None:
        one = f"from {lower}, upper" if lower else f"up to {upper}, lower" if upper else ""
        return f"{one} limit {missing(km)}" if one else missing(km)
    return f"{lower} to {upper}"


def few_at_risk(km: KaplanMeier, days: float | None) -> int | None:
    """How many were at risk at a day, where they are too few for an estimate to rest on; None where they are not."""
    count = None if days is None else at_risk(km, days)
    return count if count is not None and count < FEWEST_AT_RISK else None


def stored(km: KaplanMeier) -> dict[str, Any]:
    """The curve as plain values that JSON can hold."""
    return {**asdict(km), "steps": [asdict(step) for step in km.steps]}


def from_stored(value: Mapping[str, Any]) -> KaplanMeier:
    """The curve back from `stored`; KeyError or TypeError if the value is none."""
    return KaplanMeier(**{**value, "steps": tuple(Step(**step) for step in value["steps"])})
