"""The endpoints of one group, out of the outcomes of its participants. PURE: plain values in, plain values out.

Adding an endpoint = a file in `answers` and one line in `ENDPOINTS`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints.answers import (
    best_response,
    curve,
    duration_of_response,
    hormones,
    monitoring,
    plots,
    response_rate,
    survival_times,
    toxicity,
    treatment,
)
from analysis.endpoints.cohort import Cohort, Outcome
from trial import protocol
from trial.evaluation.settings import ENGINE, AnalysisSettings
from trial.evaluation.stage import gate_of
from trial.protocol import OUR_READING, RECIST, REGISTRY
from trial.rules.accrual import Reopened
from trial.rules.interim_stage import Standing


@dataclass(frozen=True)
class Endpoint:
    """One question of the protocol: its name, who is counted, where the rule stands, and the rule itself."""

    code: str
    title: str
    population: str
    source: str
    compute: Callable[[Cohort], dict[str, Any]]


ELIGIBLE = "registered, eligible"
TREATED = "at least one dose"
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("response_rate", "Confirmed response rate", "evaluable", REGISTRY, response_rate.answer),
    Endpoint("monitoring", "Two-stage monitoring", "evaluable", OUR_READING, monitoring.answer),
    Endpoint("best_response", "Best overall response", "evaluable", RECIST, best_response.answer),
    Endpoint("toxicity", "Grade ≥ 3 related toxicity", TREATED, REGISTRY, toxicity.severe_related),
    Endpoint("overall_survival", "Overall survival", ELIGIBLE, REGISTRY, survival_times.overall_survival),
    Endpoint("progression_free_survival", "Progression-free survival", ELIGIBLE, REGISTRY,
             survival_times.progression_free_survival),
    Endpoint("time_to_progression", "Time to progression", ELIGIBLE, REGISTRY, survival_times.time_to_progression),
    Endpoint("duration_of_response", "Duration of response", "confirmed responders", REGISTRY,
             duration_of_response.answer),
    Endpoint("hormone_improvement", "Hormone improvement", "baseline above normal", OUR_READING, hormones.answer),
    Endpoint("adverse_events", "Adverse-event rates", TREATED, REGISTRY, toxicity.adverse_events),
    Endpoint("treatment", "Treatment", TREATED, OUR_READING, treatment.answer),
)  # fmt: skip


def compute(
    group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings, reopened: Sequence[Reopened] = ()
) -> dict[str, Any]:
    """All endpoints of one group and its gate; `outcomes` by order of registration."""
    cohort = Cohort(group, outcomes, settings)
    answers = {endpoint.code: endpoint.compute(cohort) for endpoint in ENDPOINTS}
    return {
        "group": group,
        "registered": len(outcomes),
        "ceiling": protocol.constant(f"accrual_ceiling_{group}"),
        "settings": settings.as_dict(),
        "engine": ENGINE,
        "gate": gate_of(group, len(outcomes), _standings(outcomes), settings, reopened).as_dict(),
        "populations": _populations(cohort),
        "queries": dict(sorted(Counter(each["code"] for row in outcomes for each in row["queries"]).items())),
        "flags": [{"number": row["number"], "words": words} for row in outcomes for words in row["flags"]],
        "waterfall": plots.waterfall(cohort),
        "toxicity_terms": plots.toxicity_terms(answers["adverse_events"]),
        "endpoints": answers,
    }


def listings(group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings) -> dict[str, Any]:
    """What grows with every participant and is made when a page or a file asks for it: who is in each figure, plots."""
    cohort = Cohort(group, outcomes, settings)
    return {
        "overall_survival": curve.participants(cohort.eligible, "os"),
        "progression_free_survival": curve.participants(cohort.eligible, "pfs"),
        "time_to_progression": curve.participants(cohort.eligible, "ttp"),
        "duration_of_response": curve.participants(duration_of_response.counted(cohort), "dor"),
        "treatment": treatment.participants(cohort),
        "hormone_improvement": hormones.participants(cohort),
        "spider": plots.spider(cohort),
        "swimmer": plots.swimmer(cohort),
        "hormone_courses": plots.hormone_courses(cohort),
        "stage_path": monitoring.path(cohort),
    }


def _standings(outcomes: Sequence[Outcome]) -> list[Standing]:
    return [Standing(**each["stage"]) for each in outcomes]


def _populations(cohort: Cohort) -> dict[str, Any]:
    """How many are in each population, and who is not eligible and why."""
    return {
        "registered": len(cohort.registered),
        "eligible": len(cohort.eligible),
        "treated": len(cohort.treated),
        "evaluable": len(cohort.evaluable),
        "not_eligible": [
            {"number": each["number"], "because": each["ineligible_because"]}
            for each in cohort.outcomes
            if not each["eligible"]
        ],
    }
