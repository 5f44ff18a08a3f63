"""Confirmed response rate, the primary endpoint [registry], with its sensitivity lines. PURE."""

from collections.abc import Sequence
from typing import Any

from analysis.endpoints import intervals
from analysis.endpoints.answers.proportion import proportion
from analysis.endpoints.cohort import Cohort, Outcome, numbers


def plan_of(cohort: Cohort) -> intervals.Plan:
    """The group's two-stage plan as the intervals read it."""
    plan = cohort.settings.plan(cohort.group)
    looks = zip(plan.participants, plan.futility, plan.efficacy, strict=True)
    return intervals.Plan(tuple(intervals.Stage(*look) for look in looks))


def answer(cohort: Cohort) -> dict[str, Any]:
    """Confirmed responders over evaluable participants with the exact multistage interval."""
    counted = cohort.evaluable
    responders = [each for each in counted if each["confirmed"]]
    return {
        **_with_limits(len(responders), len(counted), cohort),
        "responders": numbers(responders),
        "evaluable": numbers(counted),
        "excluded": [{"number": each["number"], "because": each["exclusion"]} for each in cohort.where(_not_evaluable)],
        "all_registered": {
            "numerator": len(_confirmed(cohort.registered)),
            "denominator": len(cohort.registered),
        },
        "sensitivity": sensitivity(cohort),
    }


def _not_evaluable(each: Outcome) -> bool:
    return not each["evaluable"]


def _confirmed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each["confirmed"]]


def _with_limits(responders: int, evaluable: int, cohort: Cohort) -> dict[str, Any]:
    limits = intervals.response_interval(responders, evaluable, plan_of(cohort), cohort.settings.interval_rule)
    return {
        "numerator": responders,
        "denominator": evaluable,
        "estimate": limits.estimate,
        "lower": limits.lower,
        "upper": limits.upper,
        "method": limits.method,
        "note": limits.note,
    }


def sensitivity(cohort: Cohort) -> list[dict[str, Any]]:
    """The rate under other readings of who counts and what confirms; other populations have no two-stage interval."""
    strict = [each for each in cohort.evaluable if each["confirmed_strictly"]]
    lines = [
        ("All registered participants", cohort.registered),
        ("Evaluable, with those waived or found ineligible later", cohort.evaluable_with_ineligible),
    ]
    return [
        *({"name": name, **proportion(len(_confirmed(counted)), len(counted)), "note": ""} for name, counted in lines),
        {
            "name": "Strict: a PR after a CR does not confirm",
            **_with_limits(len(strict), len(cohort.evaluable), cohort),
        },
    ]
