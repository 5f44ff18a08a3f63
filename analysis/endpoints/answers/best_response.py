"""Best overall response, each evaluable participant in exactly one category [RECIST 1.0]. PURE."""

from collections import defaultdict
from typing import Any

from analysis.endpoints.answers.shapes import EVALUABLE, Number, Table, percent, proportion
from analysis.outcomes.cohort import Cohort
from trial.protocol import RECIST

EARLY_DEATH = "early death"
ORDER = ("CR", "PR", "SD", "PD", EARLY_DEATH, "unknown")
# Title of a rate over the evaluable → the categories that it sums.
RATES = {"objective_response": ("CR", "PR"), "disease_control": ("CR", "PR", "SD")}


def answer(cohort: Cohort) -> dict[str, Any]:
    """Category → study numbers, in the order of RECIST; early deaths again by cause.

    without_confirmation: the same categories as if one assessment were enough for a response. The rates have the
    interval of a single sample; that of the primary endpoint follows the stages of the plan.
    """
    causes: dict[str, list[str]] = defaultdict(list)
    for outcome in cohort.evaluable:
        if outcome["best"]["subcategory"]:
            causes[outcome["best"]["subcategory"]].append(outcome["number"])
    categories = _by_category(cohort, "best")
    return arrange({
        "denominator": len(cohort.evaluable),
        "categories": categories,
        **{name: _rate(categories, summed, len(cohort.evaluable)) for name, summed in RATES.items()},
        "without_confirmation": _by_category(cohort, "best_unconfirmed"),
        "early_deaths": dict(causes),
    })  # fmt: skip


def _by_category(cohort: Cohort, key: str) -> dict[str, list[str]]:
    categories: dict[str, list[str]] = defaultdict(list)
    for outcome in cohort.evaluable:
        categories[outcome[key]["category"]].append(outcome["number"])
    return dict(categories)


def _rate(categories: dict[str, list[str]], summed: tuple[str, ...], among: int) -> dict[str, Any]:
    return proportion(sum(len(categories.get(name, [])) for name in summed), among)


def arrange(stored: dict[str, Any]) -> dict[str, Any]:
    """The answer with its categories in the order of RECIST, causes of early death by the alphabet."""
    in_order: dict[str, Any] = {key: {name: stored[key][name] for name in ORDER if name in stored[key]}
                                for key in ("categories", "without_confirmation") if key in stored}  # fmt: skip
    return {**stored, **in_order, "early_deaths": dict(sorted(stored["early_deaths"].items()))}


def rows(stored: dict[str, Any]) -> list[Number]:
    """Every category, which sum to the evaluable; beneath early death its causes."""
    found = []
    for name in ORDER:
        found.append(_number(stored, name, stored["categories"].get(name, []), f"best-{name}"))
        if name == EARLY_DEATH:
            found += [_number(stored, f"{name}: {cause}", who, f"early-{cause}")
                      for cause, who in stored["early_deaths"].items()]  # fmt: skip
    return found


def _number(stored: dict[str, Any], words: str, who: list[str], figure: str) -> Number:
    share = percent(len(who) / stored["denominator"]) if stored["denominator"] else ""
    return Number(words, str(len(who)), figure, share)


def headline(stored: dict[str, Any]) -> str:
    """The objective response rate, which an answer of an earlier version does not have."""
    rate = stored.get("objective_response")
    return f"ORR {percent(rate['estimate'])}" if rate else ""


BEST_RESPONSE = Table(
    code="best_response", title="Best overall response", population=EVALUABLE, source=RECIST, answer=answer,
    looks_at=("best", "best_unconfirmed"), rows=rows, arrange=arrange, template="best_response",
    headline=headline,
)  # fmt: skip
