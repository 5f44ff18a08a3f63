"""Best overall response, each evaluable participant in exactly one category [RECIST 1.0]. PURE."""

from collections import defaultdict
from typing import Any

from analysis.endpoints.cohort import Cohort

ORDER = ("CR", "PR", "SD", "PD", "early death", "unknown")


def answer(cohort: Cohort) -> dict[str, Any]:
    """Category → study numbers, in the order of RECIST; early deaths again by cause."""
    categories: dict[str, list[str]] = defaultdict(list)
    causes: dict[str, list[str]] = defaultdict(list)
    for each in cohort.evaluable:
        categories[each["best"]["category"]].append(each["number"])
        if each["best"]["subcategory"]:
            causes[each["best"]["subcategory"]].append(each["number"])
    return {
        "denominator": len(cohort.evaluable),
        "categories": {name: categories[name] for name in ORDER if name in categories},
        "early_deaths": dict(sorted(causes.items())),
    }
