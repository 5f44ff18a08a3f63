"""Confirmed response rate, the primary endpoint [registry], with its sensitivity lines. PURE."""

from collections.abc import Sequence
from typing import Any

from analysis.endpoints import after_stopping, intervals
from analysis.endpoints.answers.proportion import proportion
from analysis.endpoints.cohort import Cohort, Outcome, numbers
from analysis.endpoints.plan_followed import Followed, follow


def answer(cohort: Cohort) -> dict[str, Any]:
    """Confirmed responders over evaluable participants with the exact multistage interval of the plan followed.

    beside: what else is usual after a two-stage trial (None while interim). beyond_the_stop: None without a stop.
    """
    followed = follow(cohort)
    responders = _confirmed(followed.counted)
    rule = cohort.settings.interval_rule
    return {
        **_with_limits(len(responders), followed, rule),
        "responders": numbers(responders),
        "evaluable": numbers(followed.counted),
        "excluded": [{"number": each["number"], "because": each["exclusion"]} for each in cohort.where(_not_evaluable)],
        "beside": _beside(len(responders), followed, cohort.settings.plan(cohort.group).p0),
        "beyond_the_stop": _share(followed.beyond) if followed.beyond else None,
        "all_registered": {
            "numerator": len(_confirmed(cohort.registered)),
            "denominator": len(cohort.registered),
        },
        "sensitivity": sensitivity(cohort, followed),
    }


def _not_evaluable(each: Outcome) -> bool:
    return not each["evaluable"]


def _confirmed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each["confirmed"]]


def _share(counted: Sequence[Outcome]) -> dict[str, Any]:
    return proportion(len(_confirmed(counted)), len(counted))


def _with_limits(responders: int, followed: Followed, rule: str) -> dict[str, Any]:
    """The rate with the limits of the plan followed; Clopper–Pearson where the count is interim or no stopping point.

    Above the largest plan that a table is computed for the equal-tail interval of the same stages stands in, named.
    """
    found = {**proportion(responders, len(followed.counted)), "note": followed.words}
    plan, stop = followed.plan, (followed.stage, responders)
    if plan is None or not followed.counted:
        return found
    if len(followed.counted) > intervals.MOST_PARTICIPANTS:
        lower, upper = after_stopping.jennison_turnbull(plan, *stop)
        return {**found, "lower": lower, "upper": upper, "method": "exact equal-tail interval, Jennison–Turnbull"}
    table = intervals.interval_table(plan, 0.05, rule)
    if stop not in table:
        return {**found, "note": "Clopper–Pearson, since this count is no stopping point of the plan followed."}
    lower, upper = table[stop]
    method = f"exact multistage interval, Duffy–Santner type ({rule})"
    return {**found, "lower": lower, "upper": upper, "method": method}


def _beside(responders: int, followed: Followed, null_rate: float) -> dict[str, Any] | None:
    """Unbiased estimate, equal-tail interval and stage-wise p-value of the same plan; None while interim."""
    plan, size = followed.plan, len(followed.counted)
    if plan is None or not size:
        return None
    stop = (followed.stage, responders)
    lower, upper = after_stopping.jennison_turnbull(plan, *stop)
    alone_lower, alone_upper = intervals.clopper_pearson(responders, size)
    has_table = size <= intervals.MOST_PARTICIPANTS
    return {
        "unbiased": float(after_stopping.unbiased_estimates(plan)[stop]) if has_table else None,
        "equal_tail": {"lower": lower, "upper": upper},
        "single_sample": {"lower": alone_lower, "upper": alone_upper},
        "p_value": after_stopping.at_least(plan, *stop, null_rate),
        "null_rate": null_rate,
    }


def sensitivity(cohort: Cohort, followed: Followed) -> list[dict[str, Any]]:
    """The rate under other readings of who counts and what confirms; other populations have no two-stage interval."""
    strict = [each for each in followed.counted if each["confirmed_strictly"]]
    mature = [each for each in cohort.evaluable if each["stage"]["mature"]]
    lines = [
        ("All registered participants", cohort.registered),
        ("All evaluable, as one sample without stages", cohort.evaluable),
        ("Evaluable, with those waived or found ineligible later", cohort.evaluable_with_ineligible),
        ("Evaluable whose outcome is mature", mature),
    ]
    return [
        *({"name": name, **_share(counted), "note": ""} for name, counted in lines),
        {
            "name": "Strict: a PR after a CR does not confirm",
            **_with_limits(len(strict), followed, cohort.settings.interval_rule),
        },
    ]
