"""Deviations from the protocol among all registered: by kind, by site, and one line each. PURE."""

from typing import Any

from analysis.endpoints.answers.shapes import REGISTERED, Number, Table
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from trial.protocol import OUR_READING, code_lists


def answer(cohort: Cohort) -> dict[str, Any]:
    """rows: any deviation, then each kind and each site that has one → participants; count: of a row's deviations.

    listed: one line each, in order of study number and day. The words of a deviation are not in results.
    """
    lines = [{"number": outcome["number"], "site": outcome["site"], **each} for outcome in cohort.registered
             for each in outcome["deviations"]]  # fmt: skip
    sites = sorted({line["site"] for line in lines})
    return {
        "denominator": len(cohort.registered),
        "rows": [
            _row("any deviation", cohort.registered, {}),
            *(row for code, words in code_lists.DEVIATION_KINDS
              if (row := _row(words.lower(), cohort.registered, {"kind": code}))["count"]),
            *(_row(f"at site {site}", [each for each in cohort.registered if each["site"] == site], {})
              for site in sites),
        ],
        "listed": lines,
    }  # fmt: skip


def _row(label: str, among: list[Outcome], wanted: dict[str, str]) -> dict[str, Any]:
    found = [(outcome, each) for outcome in among for each in outcome["deviations"]
             if all(each[name] == value for name, value in wanted.items())]  # fmt: skip
    return {"label": label, "participants": list(dict.fromkeys(numbers([outcome for outcome, _ in found]))),
            "count": len(found)}  # fmt: skip


def rows(stored: dict[str, Any]) -> list[Number]:
    """Participants with each, and how many deviations."""
    return [Number(row["label"], str(len(row["participants"])), f"row-deviations:{row['label']}",
                   f"{row['count']} in all") for row in stored["rows"]]  # fmt: skip


DEVIATIONS = Table(
    code="deviations", title="Protocol deviations", population=REGISTERED, source=OUR_READING, answer=answer, rows=rows,
    looks_at=("deviations", "site"), template="watch/deviations",
    headline=lambda stored: str(stored["rows"][0]["count"]),
)  # fmt: skip
