"""The endpoints of one group, out of the outcomes of its participants. PURE: plain values in, plain values out.

Adding an endpoint = its declaration in `answers` and one line in `ENDPOINTS`; every page, command, comparison and plot
walks this tuple, in its order.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from analysis.endpoints.answers import plot_series
from analysis.endpoints.answers.best_response import BEST_RESPONSE
from analysis.endpoints.answers.enrollment import ACCRUAL, BASELINE, FLOW
from analysis.endpoints.answers.hormones import HORMONE_IMPROVEMENT
from analysis.endpoints.answers.monitoring import MONITORING
from analysis.endpoints.answers.response_rate import RESPONSE_RATE
from analysis.endpoints.answers.safety import DEATHS_AND_SERIOUS
from analysis.endpoints.answers.shapes import Curve, Endpoint
from analysis.endpoints.answers.survival import (
    DURATION_OF_RESPONSE,
    OVERALL_SURVIVAL,
    PROGRESSION_FREE_SURVIVAL,
    TIME_TO_PROGRESSION,
)
from analysis.endpoints.answers.toxicity import ADVERSE_EVENTS, TOXICITY
from analysis.endpoints.answers.treatment import TREATMENT
from analysis.endpoints.watch.conduct import DEVIATIONS
from analysis.endpoints.watch.design import OPERATING_CHARACTERISTICS
from analysis.endpoints.watch.laboratory_shift import LABORATORY_SHIFT
from analysis.endpoints.watch.subgroups import SUBGROUPS
from analysis.endpoints.watch.toxicity_boundary import TOXICITY_BOUNDARY
from analysis.outcomes.cohort import Cohort, Outcome, counted, left_out_because
from analysis.outcomes.event_tally import EventTally
from trial.protocol import AnalysisSettings
from trial.rules.accrual import Reopened, Standing
from trial.rules.evaluation.accrual_stage import gate_of

ENDPOINTS: tuple[Endpoint, ...] = (
    RESPONSE_RATE,
    MONITORING,
    OPERATING_CHARACTERISTICS,
    ACCRUAL,
    FLOW,
    BASELINE,
    BEST_RESPONSE,
    PROGRESSION_FREE_SURVIVAL,
    OVERALL_SURVIVAL,
    TIME_TO_PROGRESSION,
    DURATION_OF_RESPONSE,
    DEATHS_AND_SERIOUS,
    TOXICITY,
    TOXICITY_BOUNDARY,
    ADVERSE_EVENTS,
    LABORATORY_SHIFT,
    HORMONE_IMPROVEMENT,
    TREATMENT,
    DEVIATIONS,
    SUBGROUPS,
)


PRIMARY: Endpoint = RESPONSE_RATE


@dataclass(frozen=True)
class Part:
    """What a result holds beside its endpoints; reads and version as of an endpoint."""

    code: str
    compute: Callable[[Cohort], Any]
    reads: frozenset[str]
    version: int = 1


def _populations(cohort: Cohort) -> dict[str, Any]:
    """How many are in each population, and who is not eligible and why."""
    return {
        "registered": len(cohort.registered),
        "eligible": len(cohort.eligible),
        "treated": len(cohort.treated),
        "evaluable": len(cohort.evaluable),
        "not_eligible": [
            {"number": outcome["number"], "because": left_out_because(outcome)}
            for outcome in cohort.outcomes
            if not outcome["eligible"]
        ],
    }


def _queries(cohort: Cohort) -> dict[str, int]:
    """Code → how many inconsistencies."""
    codes = (query["code"] for outcome in cohort.outcomes for query in outcome["queries"])
    return dict(sorted(Counter(codes).items()))


def _flags(cohort: Cohort) -> list[dict[str, str]]:
    """How each partial date was imputed."""
    return [{"number": outcome["number"], "words": words} for outcome in cohort.outcomes for words in outcome["flags"]]


def _reads(*names: str) -> frozenset[str]:
    return frozenset({"number", *names})


PARTS: tuple[Part, ...] = (
    Part("populations", _populations, _reads("eligible", "treated", "evaluable", "exclusion")),
    Part("queries", _queries, _reads("queries")),
    Part("flags", _flags, _reads("flags")),
    Part("waterfall", plot_series.waterfall, _reads("evaluable", "best_change_percent", "confirmed", "best")),
)
EVERYTHING: tuple[Endpoint | Part, ...] = (*ENDPOINTS, *PARTS)
READS: dict[str, frozenset[str]] = {declared.code: declared.reads for declared in EVERYTHING}
# All that a result is computed from: what a worker need not hold of an outcome is the rest of it.
COMPUTED_FROM: frozenset[str] = frozenset({"in_error", "exclusion", "stage"}).union(*READS.values())
BY_CODE: dict[str, Endpoint] = {endpoint.code: endpoint for endpoint in ENDPOINTS}
CURVES: tuple[Curve, ...] = tuple(endpoint for endpoint in ENDPOINTS if isinstance(endpoint, Curve))

# Raise it when outcomes are derived differently, or a result holds something else beside its endpoints.
OUTCOME_VERSION = 29


def engine_of(declared: Iterable[Endpoint | Part]) -> str:
    """The version that stored results are keyed by: another one as soon as a declaration is added, gone or raised."""
    versions = sorted([one.code, one.version, sorted(one.reads)] for one in declared)
    return sha256(json.dumps([OUTCOME_VERSION, versions]).encode()).hexdigest()[:12]


ENGINE = engine_of(EVERYTHING)


def compute(
    group: str, outcomes: Sequence[Outcome], settings: AnalysisSettings, reopened: Sequence[Reopened] = (),
    known: Mapping[str, Any] | None = None, tally: EventTally | None = None,
) -> dict[str, Any]:  # fmt: skip
    """All endpoints of one group and its gate; `outcomes` by order of registration.

    Whoever is registered in error is in none of them, and listed apart.

    known: answers and parts of an earlier computation that are still valid, since nothing that they read has changed.
    tally: the adverse events of these outcomes, where they are counted already.
    """
    cohort = Cohort(group, counted(outcomes), settings, tally)
    earlier = known or {}
    answers = {declared.code: earlier[declared.code] if declared.code in earlier else declared.compute(cohort)
               for declared in EVERYTHING}  # fmt: skip
    standings = [Standing(**outcome["stage"]) for outcome in cohort.outcomes]
    return {
        "group": group,
        "registered": len(cohort.outcomes),
        "in_error": [{"number": outcome["number"], "because": left_out_because(outcome)} for outcome in outcomes
                     if outcome["in_error"]],
        "ceiling": settings.accrual_ceiling,
        "settings": settings.as_dict(),
        "engine": ENGINE,
        "gate": gate_of(group, len(standings), standings, settings, reopened).as_dict(),
        **{part.code: answers[part.code] for part in PARTS},
        "toxicity_terms": plot_series.toxicity_terms(answers["adverse_events"]),
        "endpoints": {endpoint.code: answers[endpoint.code] for endpoint in ENDPOINTS},
    }


def arranged(stored: dict[str, Any]) -> dict[str, Any]:
    """A result as it was stored, in the declared order: the database keeps none of its own keys.

    Endpoints that an earlier version did not compute are absent; those that this one no longer declares are left out.
    """
    answers = stored["endpoints"]
    in_order = {endpoint.code: endpoint.arrange(answers[endpoint.code]) for endpoint in ENDPOINTS
                if endpoint.code in answers}  # fmt: skip
    return {**stored, "endpoints": in_order}


# No plot of a page reads these parts of an outcome.
UNDRAWN = ("toxicity", "laboratory", "characteristics", "deviations", "variants", "queries", "flags", "pfs", "ttp")
