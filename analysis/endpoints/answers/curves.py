"""The numbers of a Kaplan–Meier curve: median, quartiles, rates, numbers at risk, follow-up, sensitivity lines. PURE.

Times are whole days; months are days / 30.4375.
"""

from collections.abc import Sequence
from typing import Any

from analysis.outcomes.cohort import Outcome
from analysis.statistics import survival

Answer = dict[str, Any]
Time = dict[str, Any]


def in_months(days: float | None) -> float | None:
    """Days as months to four decimals; None stays None."""
    return None if days is None else round(survival.months(days), 4)


def full(counted: Sequence[Outcome], key: str) -> Answer:
    """Everything about the times under `key`; participants whose dates contradict each other are listed apart."""
    timed = participants(counted, key)
    days, events = _observed(timed)
    km = survival.kaplan_meier(days, events)
    return {
        **_medians(km),
        "quartiles": [_quantile(survival.quantile(km, share)) for share in (0.25, 0.5, 0.75)],
        "rates": [_rate(km, months) for months in survival.RATE_MONTHS],
        "at_risk": {str(months): survival.at_risk(km, months * survival.DAYS_PER_MONTH)
                    for months in (0, *survival.RATE_MONTHS)},
        "follow_up": _follow_up(days, events),
        "method": f"Kaplan–Meier, {km.method} interval",
        "curve": survival.stored(km),
        "not_counted": [
            {"number": outcome["number"], "because": outcome[key]["because"]} for outcome in counted
            if outcome[key]["days"] is None
        ],
    }  # fmt: skip


def participants(counted: Sequence[Outcome], key: str) -> list[Time]:
    """Who is in the curve, in the order of the outcomes; too long a list to be kept with every result."""
    return [{"number": outcome["number"], **outcome[key]} for outcome in counted if outcome[key]["days"] is not None]


def line(name: str, times: Sequence[Time]) -> Answer:
    """A sensitivity line: the same numbers, without the curve."""
    days, events = _observed([time for time in times if time["days"] is not None])
    return {"name": name, **_medians(survival.product_limit(days, events))}


VARIANTS = (
    ("new_therapy", "Censored at new anticancer therapy"),
    ("missed_assessments", "Censored when the event follows two missed assessments"),
)


def variants(counted: Sequence[Outcome], key: str) -> list[Answer]:
    """The lines that censor where the endpoint does not [our reading, registry silent]."""
    return [line(name, [_varied(outcome, variant, key) for outcome in counted]) for variant, name in VARIANTS]


def _varied(outcome: Outcome, variant: str, key: str) -> Time:
    other: Time | None = (outcome["variants"][variant] or {}).get(key)
    time: Time = other or outcome[key]
    return time


def _observed(times: Sequence[Time]) -> tuple[list[int], list[bool]]:
    return [time["days"] for time in times], [time["event"] for time in times]


def _medians(km: survival.KaplanMeier) -> Answer:
    """few_at_risk: how many the median rests on, where they are too few; `missing` says why a number is None."""
    few = survival.few_at_risk(km, km.median)
    return {
        "denominator": km.n,
        "events": km.events,
        "median_months": in_months(km.median),
        "lower_months": in_months(km.median_lower),
        "upper_months": in_months(km.median_upper),
        "limits": survival.limits(km),
        "missing": survival.missing(km),
        "few_at_risk": few,
        "words": survival.describe(km) + ("" if few is None else f"; rests on {few} at risk"),
    }


def _quantile(quantile: survival.Quantile) -> Answer:
    return {
        "share": quantile.share,
        "months": in_months(quantile.days),
        "lower_months": in_months(quantile.lower),
        "upper_months": in_months(quantile.upper),
    }


def _rate(km: survival.KaplanMeier, months: int) -> Answer:
    """The share without event at a number of months; None past the last observation.

    few_at_risk: how many, where they are too few: the pages then give no rate; who computes with it finds it here.
    """
    days = months * survival.DAYS_PER_MONTH
    estimate, step = survival.survival_at(km, days), survival.step_at(km, days)
    known = step is not None and estimate is not None
    return {
        "months": months,
        "estimate": estimate,
        "lower": step.lower if known and step else None,
        "upper": step.upper if known and step else None,
        "at_risk": survival.at_risk(km, days),
        "few_at_risk": survival.few_at_risk(km, days),
        "words": "" if estimate is not None else "not estimable: past the last observation",
    }


def _follow_up(days: Sequence[int], events: Sequence[bool]) -> Answer:
    """Median follow-up by reverse Kaplan–Meier: censoring is the event."""
    km = survival.product_limit(days, [not event for event in events])
    all_ended = km.n and not km.events
    return {
        "median_months": in_months(km.median),
        "lower_months": in_months(km.median_lower),
        "upper_months": in_months(km.median_upper),
        "words": f"not reached: all {km.n} had the event" if all_ended else survival.describe(km),
        "method": "reverse Kaplan–Meier",
    }
