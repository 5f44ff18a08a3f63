"""Best overall response, each evaluable participant in exactly one category [RECIST 1.0]. PURE."""

from collections import defaultdict
from typing import Any

from analysis.endpoints.answers.shapes import EVALUABLE, Number, Table
from analysis.outcomes.cohort import Cohort
from trial.protocol import RECIST

ORDER = ("CR", "PR", "SD", "PD", "early death", "unknown")


def answer(cohort: Cohort) -> dict[str, Any]:
    """Category → study numbers, in the order of RECIST; early deaths again by cause.

    without_confirmation: the same categories as if one assessment were enough for a response.
    """
    causes: dict[str, list[str]] = defaultdict(list)
    for outcome in cohort.evaluable:
        if outcome["best"]["subcategory"]:
            causes[outcome["best"]["subcategory"]].append(outcome["number"])
    return arrange({
        "denominator": len(cohort.evaluable),
        "categories": _by_category(cohort, "best"),
        "without_confirmation": _by_category(cohort, "best_unconfirmed"),
        "early_deaths": dict(causes),
    })  # fmt: skip


def _by_category(cohort: Cohort, key: str) -> dict[str, list[str]]:
    categories: dict[str, list[str]] = defaultdict(list)
    for outcome in cohort.evaluable:
        categories[outcome[key]["category"]].append(outcome["number"])
    return dict(categories)


def arrange(stored: dict[str, Any]) -> dict[str, Any]:
    """The answer with its categories in the order of RECIST, causes of early death by the alphabet."""
    in_order: dict[str, Any] = {key: {name: stored[key][name] for name in ORDER if name in stored[key]}
                                for key in ("categories", "without_confirmation") if key in stored}  # fmt: skip
    return {**stored, **in_order, "early_deaths": dict(sorted(stored["early_deaths"].items()))}


def rows(stored: dict[str, Any]) -> list[Number]:
    """Every category that occurs, then early deaths by cause, with how many are in it."""
    return [
        *(Number(name, str(len(who)), f"best-{name}") for name, who in stored["categories"].items()),
        *(Number(f"early death: {cause}", str(len(who)), f"early-{cause}")
          for cause, who in stored["early_deaths"].items()),
    ]  # fmt: skip


BEST_RESPONSE = Table(
    code="best_response", title="Best overall response", population=EVALUABLE, source=RECIST, answer=answer,
    looks_at=("best", "best_unconfirmed"), rows=rows, arrange=arrange, template="best_response",
)  # fmt: skip
