"""The confirmed response rate in subgroups: exploratory, without any test. PURE."""

from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.answers import enrollment
from analysis.endpoints.answers.shapes import EVALUABLE, NOT_KNOWN, Number, Table, percent, proportion
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from trial.protocol import OUR_READING

EVERYBODY = "All evaluable"
LIVER = "liver"
# What subgroups are made of: variables of the first table, and whether the liver has a lesion chosen at baseline.
VARIABLES = (
    *(each for each in enrollment.VARIABLES if each[0] in {"Age", "Sex", "ECOG", "Tumor type", "Somatostatin analog"}),
    ("Liver lesion", ((True, "yes"), (False, "no"), (None, NOT_KNOWN)),
     lambda of: [None if None in (found := enrollment.organs(of)) else LIVER in found]),
)  # fmt: skip


def answer(cohort: Cohort) -> dict[str, Any]:
    """rows: everybody, then each value that somebody has → responders, with numerator, denominator and exact limits."""
    made = [_row(EVERYBODY, [-1, 0], cohort.evaluable)]
    for place, (variable, values, of) in enumerate(VARIABLES):
        for number, (code, words) in enumerate(values):
            those = [each for each in cohort.evaluable if code in of(each)]
            if those:
                made.append(_row(f"{variable}: {words}", [place, number], those))
    return {"denominator": len(cohort.evaluable), "rows": made}


def _row(label: str, place: list[int], among: list[Outcome]) -> dict[str, Any]:
    responders = [outcome for outcome in among if outcome["confirmed"]]
    return {"label": label, "place": place, "participants": numbers(responders),
            **proportion(len(responders), len(among))}  # fmt: skip


def rows(stored: dict[str, Any]) -> list[Number]:
    """Responders of each subgroup, with the rate and its limits."""
    return [Number(row["label"], f"{row['numerator']} of {row['denominator']}", f"row-subgroups:{row['label']}",
                   in_words(row)) for row in stored["rows"]]  # fmt: skip


def in_words(row: dict[str, Any]) -> str:
    """`13.0% (4.9% to 26.3%)`; not estimable among nobody."""
    if row["estimate"] is None:
        return percent(None)
    return f"{percent(row['estimate'])}, 95% CI {percent(row['lower'])} to {percent(row['upper'])}"


SUBGROUPS = Table(
    code="subgroups", title="Response in subgroups", population=EVALUABLE, source=OUR_READING, answer=answer, rows=rows,
    looks_at=("characteristics", "baseline_on", "confirmed"), version=2, template="watch/subgroups",
    explains=evidence.of_response,
    headline=lambda stored: "exploratory",
)  # fmt: skip
