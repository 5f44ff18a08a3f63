"""Overall survival, progression-free survival and time to progression of the registered, eligible. PURE."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from analysis.endpoints.answers import shapes
from analysis.outcomes.cohort import Cohort, Outcome
from analysis.statistics.survival import DAYS_PER_MONTH

VARIANTS = (
    ("new_therapy", "Censored at new anticancer therapy"),
    ("missed_assessments", "Censored when the event follows two missed assessments"),
)


def overall_survival(cohort: Cohort) -> dict[str, Any]:
    """Registration to death of any cause; else censored at the last date known alive [registry]."""
    lines = [_everyone(cohort, "os")]
    return {**shapes.full(cohort.eligible, "os"), "sensitivity": lines}


def progression_free_survival(cohort: Cohort) -> dict[str, Any]:
    """Registration to first progression or death of any cause [registry]."""
    return _with_variants(cohort, "pfs")


def time_to_progression(cohort: Cohort) -> dict[str, Any]:
    """Registration to first progression; deaths are censored [our reading]."""
    return _with_variants(cohort, "ttp")


def _with_variants(cohort: Cohort, key: str) -> dict[str, Any]:
    lines = [*variants(cohort.eligible, key), _everyone(cohort, key)]
    return {**shapes.full(cohort.eligible, key), "sensitivity": lines}


def variants(counted: Sequence[Outcome], key: str) -> list[dict[str, Any]]:
    """The lines that censor where the endpoint does not [our reading, registry silent]."""
    return [shapes.line(name, [_varied(each, variant, key) for each in counted]) for variant, name in VARIANTS]


def _varied(each: Outcome, variant: str, key: str) -> dict[str, Any]:
    other: dict[str, Any] | None = (each["variants"][variant] or {}).get(key)
    time: dict[str, Any] = other or each[key]
    return time


def _everyone(cohort: Cohort, key: str) -> dict[str, Any]:
    return shapes.line("All registered participants", [each[key] for each in cohort.registered])


def answer(cohort: Cohort) -> dict[str, Any]:
    """First CR or PR of the confirmed pair to progression; else censored at the most recent disease assessment."""
    responders = counted(cohort)
    everyone = [each["dor"] for each in cohort.registered if each["dor"] is not None]
    found = shapes.full(responders, "dor")
    lines = [*variants(responders, "dor"), shapes.line("All registered responders", everyone)]
    return {
        **found,
        "method": f"{found['method']}, beside the simple summary",
        "simple": simple(shapes.participants(responders, "dor")),
        "sensitivity": lines,
    }


def counted(cohort: Cohort) -> list[Outcome]:
    """The confirmed responders among the evaluable."""
    return [each for each in cohort.evaluable if each["dor"] is not None]


def simple(times: list[dict[str, Any]]) -> dict[str, Any]:
    """Median and range over all durations, censored or not, with the count of censored ones."""
    days = [each["days"] for each in times]
    censored = sum(1 for each in times if not each["event"])
    middle = median(days) if days else None
    return {
        "denominator": len(days),
        "censored": censored,
        "median_months": shapes.in_months(middle),
        "shortest_months": shapes.in_months(min(days, default=None)),
        "longest_months": shapes.in_months(max(days, default=None)),
        "words": "not estimable: no confirmed responders" if middle is None else
        f"median {middle / DAYS_PER_MONTH:.1f} months over {len(days)} durations, {censored} censored",
        "method": "simple summary over all durations",
    }  # fmt: skip
