"""One time-to-event answer: Kaplan–Meier curve, median, quartiles, rates, numbers at risk, follow-up.

PURE. Times are whole days; months are days / 30.4375.
"""

from collections.abc import Sequence
from typing import Any

from analysis.outcomes.cohort import Outcome
from analysis.statistics import survival
from analysis.statistics.intervals import clopper_pearson


def proportion(numerator: int, denominator: int) -> dict[str, Any]:
    """numerator, denominator, estimate and Clopper–Pearson limits as proportions; None among nobody."""
    counts: dict[str, Any] = {"numerator": numerator, "denominator": denominator}
    if denominator == 0:
        return {**counts, "estimate": None, "lower": None, "upper": None, "method": "not estimable: no participants"}
    lower, upper = clopper_pearson(numerator, denominator)
    return {**counts, "estimate": numerator / denominator, "lower": lower, "upper": upper,
            "method": "Clopper–Pearson"}  # fmt: skip


Time = dict[str, Any]
RATE_MONTHS = (6, 12, 18, 24)


def in_months(days: float | None) -> float | None:
    """Days as months to four decimals; None stays None."""
    return None if days is None else round(survival.months(days), 4)


def full(counted: Sequence[Outcome], key: str) -> dict[str, Any]:
    """Everything about the times under `key`; participants whose dates contradict each other are listed apart."""
    timed = [each for each in counted if each[key]["days"] is not None]
    days, events = _observed([each[key] for each in timed])
    km = survival.kaplan_meier(days, events)
    return {
        **_medians(km),
        "quartiles": [_quantile(survival.quantile(km, share)) for share in (0.25, 0.5, 0.75)],
        "rates": [_rate(km, months) for months in RATE_MONTHS],
        "at_risk": {str(months): survival.at_risk(km, months * survival.DAYS_PER_MONTH)
                    for months in (0, *RATE_MONTHS)},
        "follow_up": _follow_up(days, events),
        "method": f"Kaplan–Meier, {km.method} interval",
        "curve": survival.stored(km),
        "not_counted": [
            {"number": each["number"], "because": each[key]["because"]} for each in counted
            if each[key]["days"] is None
        ],
    }  # fmt: skip


def participants(counted: Sequence[Outcome], key: str) -> list[Time]:
    """Who is in the curve, the shortest time first; too long a list to be kept with every result."""
    timed = [each for each in counted if each[key]["days"] is not None]
    return [{"number": each["number"], **each[key]} for each in sorted(timed, key=lambda each: each[key]["days"])]


def line(name: str, times: Sequence[Time]) -> dict[str, Any]:
    """A sensitivity line: the same numbers, without the curve."""
    days, events = _observed([each for each in times if each["days"] is not None])
    return {"name": name, **_medians(survival.product_limit(days, events))}


def _observed(times: Sequence[Time]) -> tuple[list[int], list[bool]]:
    return [each["days"] for each in times], [each["event"] for each in times]


def _medians(km: survival.KaplanMeier) -> dict[str, Any]:
    return {
        "denominator": km.n,
        "events": km.events,
        "median_months": in_months(km.median),
        "lower_months": in_months(km.median_lower),
        "upper_months": in_months(km.median_upper),
        "words": survival.describe(km),
    }


def _quantile(found: survival.Quantile) -> dict[str, Any]:
    return {
        "share": found.share,
        "months": in_months(found.days),
        "lower_months": in_months(found.lower),
        "upper_months": in_months(found.upper),
    }


def _rate(km: survival.KaplanMeier, months: int) -> dict[str, Any]:
    """The share without event at a number of months; None past the last observation."""
    days = months * survival.DAYS_PER_MONTH
    estimate, step = survival.survival_at(km, days), survival.step_at(km, days)
    known = step is not None and estimate is not None
    return {
        "months": months,
        "estimate": estimate,
        "lower": step.lower if known and step else None,
        "upper": step.upper if known and step else None,
        "at_risk": survival.at_risk(km, days),
        "words": "" if estimate is not None else "not estimable: past the last observation",
    }


def _follow_up(days: Sequence[int], events: Sequence[bool]) -> dict[str, Any]:
    """Median follow-up by reverse Kaplan–Meier: censoring is the event."""
    km = survival.product_limit(days, [not event for event in events])
    return {
        "median_months": in_months(km.median),
        "lower_months": in_months(km.median_lower),
        "upper_months": in_months(km.median_upper),
        "words": _follow_up_words(km),
        "method": "reverse Kaplan–Meier",
    }


def _follow_up_words(km: survival.KaplanMeier) -> str:
    if km.n and not km.events:
        return f"not reached: all {km.n} had the event"
    return survival.describe(km)
