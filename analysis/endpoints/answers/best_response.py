"""Best overall response, each evaluable participant in exactly one category [RECIST 1.0]. PURE."""

from collections import defaultdict
from typing import Any

from analysis.outcomes.cohort import Cohort

ORDER = ("CR", "PR", "SD", "PD", "early death", "unknown")


def answer(cohort: Cohort) -> dict[str, Any]:
    """Category → study numbers, in the order of RECIST; early deaths again by cause.

    without_confirmation: the same categories as if one assessment were enough for a response.
    """
    causes: dict[str, list[str]] = defaultdict(list)
    for each in cohort.evaluable:
        if each["best"]["subcategory"]:
            causes[each["best"]["subcategory"]].append(each["number"])
    return {
        "denominator": len(cohort.evaluable),
        "categories": _by_category(cohort, "best"),
        "without_confirmation": _by_category(cohort, "best_unconfirmed"),
        "early_deaths": dict(sorted(causes.items())),
    }


def _by_category(cohort: Cohort, key: str) -> dict[str, list[str]]:
    categories: dict[str, list[str]] = defaultdict(list)
    for each in cohort.evaluable:
        categories[each[key]["category"]].append(each["number"])
    return {name: categories[name] for name in ORDER if name in categories}
