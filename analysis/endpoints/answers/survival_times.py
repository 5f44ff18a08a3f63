"""Overall survival, progression-free survival and time to progression of the registered, eligible. PURE."""

from collections.abc import Sequence
from typing import Any

from analysis.endpoints.answers import curve
from analysis.endpoints.cohort import Cohort, Outcome

VARIANTS = (
    ("new_therapy", "Censored at new anticancer therapy"),
    ("missed_assessments", "Censored when the event follows two missed assessments"),
)


def overall_survival(cohort: Cohort) -> dict[str, Any]:
    """Registration to death of any cause; else censored at the last date known alive [registry]."""
    lines = [_everyone(cohort, "os")]
    return {**curve.full(cohort.eligible, "os"), "sensitivity": lines}


def progression_free_survival(cohort: Cohort) -> dict[str, Any]:
    """Registration to first progression or death of any cause [registry]."""
    return _with_variants(cohort, "pfs")


def time_to_progression(cohort: Cohort) -> dict[str, Any]:
    """Registration to first progression; deaths are censored [our reading]."""
    return _with_variants(cohort, "ttp")


def _with_variants(cohort: Cohort, key: str) -> dict[str, Any]:
    lines = [*variants(cohort.eligible, key), _everyone(cohort, key)]
    return {**curve.full(cohort.eligible, key), "sensitivity": lines}


def variants(counted: Sequence[Outcome], key: str) -> list[dict[str, Any]]:
    """The lines that censor where the endpoint does not [our reading, registry silent]."""
    return [curve.line(name, [_varied(each, variant, key) for each in counted]) for variant, name in VARIANTS]


def _varied(each: Outcome, variant: str, key: str) -> dict[str, Any]:
    other: dict[str, Any] | None = (each["variants"][variant] or {}).get(key)
    time: dict[str, Any] = other or each[key]
    return time


def _everyone(cohort: Cohort, key: str) -> dict[str, Any]:
    return curve.line("All registered participants", [each[key] for each in cohort.registered])
