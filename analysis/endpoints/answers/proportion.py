"""A share of participants with its exact interval. PURE."""

from typing import Any

from analysis.endpoints.intervals import clopper_pearson


def proportion(numerator: int, denominator: int) -> dict[str, Any]:
    """numerator, denominator, estimate and Clopper–Pearson limits as proportions; None among nobody."""
    counts: dict[str, Any] = {"numerator": numerator, "denominator": denominator}
    if denominator == 0:
        return {**counts, "estimate": None, "lower": None, "upper": None, "method": "not estimable: no participants"}
    lower, upper = clopper_pearson(numerator, denominator)
    return {**counts, "estimate": numerator / denominator, "lower": lower, "upper": upper,
            "method": "Clopper–Pearson"}  # fmt: skip
