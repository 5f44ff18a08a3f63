"""Overall and progression-free survival, time to progression, duration of response. PURE.

The registry asks for the median duration of response by simple summary statistics over all durations; the Kaplan–Meier
median stands beside it.
"""

from collections.abc import Sequence
from statistics import median
from typing import Any

from analysis.endpoints.answers import curves
from analysis.endpoints.answers.shapes import ELIGIBLE, Curve, Population
from analysis.outcomes.cohort import Cohort
from analysis.statistics.survival import DAYS_PER_MONTH
from trial.protocol import REGISTRY

# Registration to death of any cause; else censored at the last date known alive [registry].
OVERALL_SURVIVAL = Curve(
    code="overall_survival", title="Overall survival", population=ELIGIBLE, source=REGISTRY, times="os",
    version=2, ended="Deaths", lasting="Censored for overall survival", otherwise_censored=False, card="Median OS",
    small_plot=True, short="OS",
)  # fmt: skip
# Registration to first progression or death of any cause [registry].
PROGRESSION_FREE_SURVIVAL = Curve(
    code="progression_free_survival", title="Progression-free survival", population=ELIGIBLE, source=REGISTRY,
    times="pfs", version=2, ended="Progression or death", lasting="Censored for progression-free survival",
    card="Median PFS", small_plot=True, short="PFS",
)  # fmt: skip
# Registration to first progression; deaths are censored [our reading].
TIME_TO_PROGRESSION = Curve(
    code="time_to_progression", title="Time to progression", population=ELIGIBLE, source=REGISTRY, times="ttp",
    version=2, ended="Progression", lasting="Censored for time to progression",
)  # fmt: skip


def duration(cohort: Cohort) -> dict[str, Any]:
    """First CR or PR of the confirmed pair to progression; else censored at the most recent disease assessment."""
    responders = DURATION_OF_RESPONSE.members(cohort)
    everyone = [outcome["dor"] for outcome in cohort.registered if outcome["dor"] is not None]
    full = curves.full(responders, "dor")
    return {
        **full,
        "method": f"{full['method']}, beside the simple summary",
        "simple": simple(curves.participants(responders, "dor")),
        "events_outside": DURATION_OF_RESPONSE.outside(cohort),
        "sensitivity": [*curves.variants(responders, "dor"), curves.line("All registered responders", everyone)],
    }


def simple(times: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Median and range over all durations, censored or not, with the count of censored ones."""
    days = [time["days"] for time in times]
    censored = sum(1 for time in times if not time["event"])
    middle = median(days) if days else None
    return {
        "denominator": len(days),
        "censored": censored,
        "median_months": curves.in_months(middle),
        "shortest_months": curves.in_months(min(days, default=None)),
        "longest_months": curves.in_months(max(days, default=None)),
        "words": "not estimable: no confirmed responders" if middle is None else
        f"median {middle / DAYS_PER_MONTH:.1f} months over {len(days)} durations, {censored} censored",
        "method": "simple summary over all durations",
    }  # fmt: skip


DURATION_OF_RESPONSE = Curve(
    code="duration_of_response", title="Duration of response", source=REGISTRY, times="dor", answer=duration,
    version=2, starts="first response",
    population=Population("confirmed responders", ("evaluable", "dor"),
                          lambda outcome: bool(outcome["evaluable"]) and outcome["dor"] is not None),
    ended="Responses ended by progression", lasting="Responses that last, censored",
)  # fmt: skip
