"""Kaplan–Meier curves, with the median and its interval as R's `survfit(conf.type = "log-log")` gives them. PURE.

Durations are whole days. lifelines supplies the product-limit estimate and the log(−log) limits; three readings follow
R instead, because lifelines differs from it on small groups:
the median of a curve that is flat at exactly 0.5 is the midpoint of that plateau; there is no interval where the
estimate is 0 or 1; so an upper limit stays open when the curve drops to 0 before the limit has crossed 0.5.
Nothing here is ever infinite or NaN: what cannot be given is None, and `describe` says why in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

METHOD = "log(-log)"
DAYS_PER_MONTH = 30.4375
# R's tolerance for "equal to one half": the square root of the smallest relative step of a double.
TOLERANCE = 1.5e-8


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
    if not durations_days:
        return KaplanMeier((), None, None, None, 0, 0)
    steps = _fit(durations_days, events)
    return KaplanMeier(
        steps=steps,
        median=_crossing([(step.day, step.survival) for step in steps]),
        median_lower=_crossing([(step.day, step.lower) for step in steps if step.lower is not None]),
        median_upper=_crossing([(step.day, step.upper) for step in steps if step.upper is not None]),
        n=len(durations_days),
        events=sum(events),
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


def _fit(durations_days: Sequence[int], events: Sequence[bool]) -> tuple[Step, ...]:
    # Here and nowhere else: the import costs a second or two and much memory, which the web process must not pay.
    from lifelines import KaplanMeierFitter  # type: ignore[import-untyped, unused-ignore]

    fitted = KaplanMeierFitter(alpha=0.05).fit(list(durations_days), event_observed=list(events))
    survival = fitted.survival_function_.iloc[:, 0]
    limits = fitted.confidence_interval_
    steps = []
    for day, row in fitted.event_table.iterrows():
        if row["removed"] == 0:
            continue  # lifelines adds a day 0 on which everyone enters and nobody leaves
        estimate = _settled(float(survival.loc[day]))
        inside = 0 < estimate < 1
        lower, upper = (float(limits.loc[day].iloc[0]), float(limits.loc[day].iloc[1])) if inside else (None, None)
        counts = int(row["at_risk"]), int(row["observed"]), int(row["censored"])
        steps.append(Step(int(day), *counts, estimate, lower, upper))
    return tuple(steps)


def _settled(estimate: float) -> float:
    """The estimate without float noise at 0 and 1, where the interval must vanish."""
    if estimate < TOLERANCE:
        return 0.0
    return 1.0 if estimate > 1 - TOLERANCE else estimate


def _crossing(curve: Sequence[tuple[int, float]]) -> float | None:
    """The day on which a step curve falls below one half; the middle of the plateau if it rests at exactly one half."""
    plateau: int | None = None
    for day, height in curve:
        if height < 0.5 - TOLERANCE:
            return float(day) if plateau is None else (plateau + day) / 2
        if plateau is None and height <= 0.5 + TOLERANCE:
            plateau = day
    # Flat at one half to the end of observation: the plateau ends with the last day observed.
    return None if plateau is None else (plateau + curve[-1][0]) / 2


def months(days: float) -> float:
    """Days as months of 365.25 / 12 = 30.4375 days [our reading]."""
    return days / DAYS_PER_MONTH


def at_risk(km: KaplanMeier, days: float) -> int:
    """How many were still under observation just before this day."""
    return next((step.at_risk for step in km.steps if step.day >= days), 0)


def survival_at(km: KaplanMeier, days: float) -> float | None:
    """The estimate at a day; None past the last observation, where nothing is known."""
    if not km.steps or days > km.steps[-1].day:
        return None
    return next((step.survival for step in reversed(km.steps) if step.day <= days), 1.0)


def describe(km: KaplanMeier) -> str:
    """The median in months with its interval, in words where there is no number."""
    if km.n == 0:
        return "not estimable: no participants"
    if km.events == 0:
        return f"not reached: no events among {km.n}"
    missing = "not estimable" if km.steps[-1].survival == 0 else "not reached"
    median, lower, upper = (
        missing if days is None else f"{months(days):.1f}" for days in (km.median, km.median_lower, km.median_upper)
    )
    unit = "" if km.median is None else " months"
    return f"{median}{unit} (95 % CI {lower} to {upper}, {km.method})"


def stored(km: KaplanMeier) -> dict[str, Any]:
    """The curve as plain values that JSON can hold."""
    return {**asdict(km), "steps": [asdict(step) for step in km.steps]}


def from_stored(value: Mapping[str, Any]) -> KaplanMeier:
    """The curve back from `stored`; KeyError or TypeError if the value is none."""
    return KaplanMeier(**{**value, "steps": tuple(Step(**step) for step in value["steps"])})
