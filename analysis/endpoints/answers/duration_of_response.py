"""Duration of response of the confirmed responders [registry]. PURE.

The registry asks for the median by simple summary statistics over all durations; the Kaplan–Meier median stands beside.
"""

from statistics import median
from typing import Any

from analysis.endpoints.answers import curve, survival_times
from analysis.endpoints.cohort import Cohort, Outcome
from analysis.endpoints.survival import DAYS_PER_MONTH


def answer(cohort: Cohort) -> dict[str, Any]:
    """First CR or PR of the confirmed pair to progression; else censored at the most recent disease assessment."""
    responders = counted(cohort)
    everyone = [each["dor"] for each in cohort.registered if each["dor"] is not None]
    found = curve.full(responders, "dor")
    lines = [*survival_times.variants(responders, "dor"), curve.line("All registered responders", everyone)]
    return {
        **found,
        "method": f"{found['method']}, beside the simple summary",
        "simple": simple(curve.participants(responders, "dor")),
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
        "median_months": curve.in_months(middle),
        "shortest_months": curve.in_months(min(days, default=None)),
        "longest_months": curve.in_months(max(days, default=None)),
        "words": "not estimable: no confirmed responders" if middle is None else
        f"median {middle / DAYS_PER_MONTH:.1f} months over {len(days)} durations, {censored} censored",
        "method": "simple summary over all durations",
    }  # fmt: skip
