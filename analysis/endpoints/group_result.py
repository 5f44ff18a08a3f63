"""The endpoints of one group, out of the outcomes of its participants. PURE: plain values in, plain values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints import intervals, survival
from analysis.endpoints.settings import ENGINE, AnalysisSettings
from trial import protocol

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """One question of the protocol: its name, who is counted, where the rule stands, and the rule itself."""

    code: str
    title: str
    population: str
    source: str
    compute: Callable[[Sequence[Outcome], AnalysisSettings], dict[str, Any]]


def registered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Everyone with a study number."""
    return list(outcomes)


def evaluable(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Eligible, consented, at least one dose [our reading]."""
    return [each for each in outcomes if each["evaluable"]]


def eligible(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Registered and eligible."""
    return [each for each in outcomes if each["eligible"]]


def design() -> intervals.Plan:
    """The two-stage plan that each group follows."""
    value = protocol.constant
    return intervals.Plan(
        stages=(
            intervals.Stage(value("stage_1_participants"), value("stage_1_futility"), None),
            intervals.Stage(value("stage_2_participants"), value("stage_2_futility"), None),
        )
    )


def response_rate(outcomes: Sequence[Outcome], settings: AnalysisSettings) -> dict[str, Any]:
    """Confirmed responders over evaluable participants with the interval [registry]."""
    counted = evaluable(outcomes)
    responders = [each["number"] for each in counted if each["confirmed"]]
    limits = intervals.response_interval(len(responders), len(counted), design())
    everyone = registered(outcomes)
    return {
        "numerator": len(responders),
        "denominator": len(counted),
        "estimate": limits.estimate,
        "lower": limits.lower,
        "upper": limits.upper,
        "method": limits.method,
        "note": limits.note,
        "responders": responders,
        "evaluable": [each["number"] for each in counted],
        "excluded": [
            {"number": each["number"], "because": each["exclusion"]} for each in outcomes if not each["evaluable"]
        ],
        "all_registered": {
            "numerator": sum(1 for each in everyone if each["confirmed"]),
            "denominator": len(everyone),
        },
    }


def best_response(outcomes: Sequence[Outcome], settings: AnalysisSettings) -> dict[str, Any]:
    """How many evaluable participants have each best overall response, confirmation taken into account."""
    counted = evaluable(outcomes)
    categories: dict[str, list[str]] = {}
    for each in counted:
        categories.setdefault(each["best"]["category"], []).append(each["number"])
    return {"denominator": len(counted), "categories": dict(sorted(categories.items()))}


def progression_free_survival(outcomes: Sequence[Outcome], settings: AnalysisSettings) -> dict[str, Any]:
    """Kaplan–Meier from registration to first progression or death of any cause [registry]."""
    counted = [each for each in eligible(outcomes) if each["pfs"]["days"] is not None]
    curve = survival.kaplan_meier([each["pfs"]["days"] for each in counted], [each["pfs"]["event"] for each in counted])
    return {
        "denominator": len(counted),
        "events": curve.events,
        "median_months": _months(curve.median),
        "lower_months": _months(curve.median_lower),
        "upper_months": _months(curve.median_upper),
        "method": f"Kaplan–Meier, {curve.method} interval",
        "words": survival.describe(curve),
        "curve": survival.stored(curve),
        "not_counted": [
            {"number": each["number"], "because": each["pfs"]["because"]}
            for each in eligible(outcomes)
            if each["pfs"]["days"] is None
        ],
        "participants": [
            {"number": each["number"], **each["pfs"]} for each in sorted(counted, key=lambda each: each["pfs"]["days"])
        ],
    }


def _months(days: float | None) -> float | None:
    return None if days is None else round(survival.months(days), 4)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("response_rate", "Confirmed response rate", "evaluable", protocol.REGISTRY, response_rate),
    Endpoint("best_response", "Best overall response", "evaluable", protocol.RECIST, best_response),
    Endpoint(
        "progression_free_survival",
        "Progression-free survival",
        "registered, eligible",
        protocol.REGISTRY,
        progression_free_survival,
    ),
)


def compute(group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings) -> dict[str, Any]:
    """All endpoints of one group; `outcomes` in order of study number."""
    return {
        "group": group,
        "registered": len(outcomes),
        "ceiling": protocol.constant(f"accrual_ceiling_{group}"),
        "settings": settings.as_dict(),
        "engine": ENGINE,
        "waterfall": [
            {
                "number": each["number"],
                "change_percent": each["best_change_percent"],
                "response": each["confirmed"]["response"] if each["confirmed"] else each["best"]["category"],
            }
            for each in evaluable(outcomes)
            if each["best_change_percent"] is not None
        ],
        "endpoints": {endpoint.code: endpoint.compute(outcomes, settings) for endpoint in ENDPOINTS},
    }
