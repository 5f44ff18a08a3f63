"""The endpoints of one group, out of the outcomes of its participants. PURE: plain values in, plain values out.

Adding an endpoint = a file in `answers` and one line in `ENDPOINTS`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints.answers import (
    best_response,
    hormones,
    monitoring,
    plot_series,
    response_rate,
    shapes,
    survival,
    toxicity,
    treatment,
)
from analysis.outcomes.cohort import Cohort, Outcome
from trial.protocol import ENGINE, OUR_READING, RECIST, REGISTRY, AnalysisSettings
from trial.rules.accrual import Reopened, Standing
from trial.rules.evaluation.accrual_stage import gate_of


@dataclass(frozen=True)
class Endpoint:
    """One question of the protocol: its name, who is counted, where the rule stands, and the rule itself.

    reads: what of an outcome the rule looks at; while that stays the same in everybody, so does the answer.
    """

    code: str
    title: str
    population: str
    source: str
    compute: Callable[[Cohort], dict[str, Any]]
    reads: frozenset[str]


@dataclass(frozen=True)
class Part:
    """What a result says beside its endpoints."""

    code: str
    compute: Callable[[Cohort], Any]
    reads: frozenset[str]


def _reads(*names: str) -> frozenset[str]:
    return frozenset({"number", *names})


ELIGIBLE = "registered, eligible"
TREATED = "at least one dose"
RESPONSE = ("evaluable", "exclusion", "evaluable_but_for_eligibility", "confirmed", "confirmed_strictly", "stage")
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("response_rate", "Confirmed response rate", "evaluable", REGISTRY, response_rate.answer,
             _reads(*RESPONSE)),
    Endpoint("monitoring", "Two-stage monitoring", "evaluable", OUR_READING, monitoring.answer, _reads(*RESPONSE)),
    Endpoint("best_response", "Best overall response", "evaluable", RECIST, best_response.answer,
             _reads("evaluable", "best", "best_unconfirmed")),
    Endpoint("toxicity", "Grade ≥ 3 related toxicity", TREATED, REGISTRY, toxicity.severe_related,
             _reads("treated", "toxicity")),
    Endpoint("overall_survival", "Overall survival", ELIGIBLE, REGISTRY, survival.overall_survival,
             _reads("eligible", "os")),
    Endpoint("progression_free_survival", "Progression-free survival", ELIGIBLE, REGISTRY,
             survival.progression_free_survival, _reads("eligible", "pfs", "variants")),
    Endpoint("time_to_progression", "Time to progression", ELIGIBLE, REGISTRY, survival.time_to_progression,
             _reads("eligible", "ttp", "variants")),
    Endpoint("duration_of_response", "Duration of response", "confirmed responders", REGISTRY,
             survival.answer, _reads("evaluable", "dor", "variants")),
    Endpoint("hormone_improvement", "Hormone improvement", "baseline above normal", OUR_READING, hormones.answer,
             _reads("hormones")),
    Endpoint("adverse_events", "Adverse-event rates", TREATED, REGISTRY, toxicity.adverse_events,
             _reads("treated", "toxicity", "dates")),
    Endpoint("treatment", "Treatment", TREATED, OUR_READING, treatment.answer, _reads("treated", "treatment")),
)  # fmt: skip
PARTS: tuple[Part, ...] = (
    Part("populations", lambda cohort: _populations(cohort),
         _reads("eligible", "treated", "evaluable", "ineligible_because")),
    Part("queries", lambda cohort: _queries(cohort), _reads("queries")),
    Part("flags", lambda cohort: _flags(cohort), _reads("flags")),
    Part("waterfall", plot_series.waterfall, _reads("evaluable", "best_change_percent", "confirmed", "best")),
)  # fmt: skip
EVERYTHING: tuple[Endpoint | Part, ...] = (*ENDPOINTS, *PARTS)
READS: dict[str, frozenset[str]] = {each.code: each.reads for each in EVERYTHING}


def compute(
    group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings, reopened: Sequence[Reopened] = (),
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """All endpoints of one group and its gate; `outcomes` by order of registration.

    known: answers and parts of an earlier computation that still hold, since nothing that they read has moved.
    """
    cohort = Cohort(group, outcomes, settings)
    there = known or {}
    found = {each.code: there[each.code] if each.code in there else each.compute(cohort) for each in EVERYTHING}
    return {
        "group": group,
        "registered": len(outcomes),
        "ceiling": settings.ceiling(group),
        "settings": settings.as_dict(),
        "engine": ENGINE,
        "gate": gate_of(group, len(outcomes), _standings(outcomes), settings, reopened).as_dict(),
        **{part.code: found[part.code] for part in PARTS},
        "toxicity_terms": plot_series.toxicity_terms(found["adverse_events"]),
        "endpoints": {endpoint.code: found[endpoint.code] for endpoint in ENDPOINTS},
    }


LISTINGS: dict[str, Callable[[Cohort], Any]] = {
    "overall_survival": lambda cohort: shapes.participants(cohort.eligible, "os"),
    "progression_free_survival": lambda cohort: shapes.participants(cohort.eligible, "pfs"),
    "time_to_progression": lambda cohort: shapes.participants(cohort.eligible, "ttp"),
    "duration_of_response": lambda cohort: shapes.participants(survival.counted(cohort), "dor"),
    "treatment": treatment.participants,
    "hormone_improvement": hormones.participants,
    "spider": plot_series.spider,
    "swimmer": plot_series.swimmer,
    "hormone_courses": plot_series.hormone_courses,
    "stage_path": monitoring.path,
    "stage_numbers": lambda cohort: [each.number for each in monitoring.counted(cohort)],
}


# No plot of a page reads these parts of an outcome.
UNDRAWN = ("toxicity", "variants", "queries", "flags", "pfs", "ttp", "best_unconfirmed")


class Listings(Mapping[str, Any]):
    """What grows with every participant: who is in each figure, plots. Each is made when a page or file asks for it."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort

    def __getitem__(self, name: str) -> Any:
        return LISTINGS[name](self.cohort)

    def __iter__(self) -> Iterator[str]:
        return iter(LISTINGS)

    def __len__(self) -> int:
        return len(LISTINGS)


def listings(group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings) -> Listings:
    """Of one group; `outcomes` by order of registration."""
    return Listings(Cohort(group, outcomes, settings))


def _queries(cohort: Cohort) -> dict[str, int]:
    """Code → how many contradictions."""
    return dict(sorted(Counter(each["code"] for row in cohort.outcomes for each in row["queries"]).items()))


def _flags(cohort: Cohort) -> list[dict[str, str]]:
    """How each partial date was read."""
    return [{"number": row["number"], "words": words} for row in cohort.outcomes for words in row["flags"]]


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
