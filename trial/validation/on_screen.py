"""The report as one HTML file that needs nothing beside it, with a style for printing."""

from typing import Any

from django.template.loader import render_to_string

from trial.validation.installation import ROOT
from trial.validation.operation import Result
from trial.validation.report import HOW_TO_READ, LIMITS, SIGNATURES, Report

STYLE = ROOT / "trial" / "static" / "validation_report.css"
MARKS = {True: "as expected", False: "NOT as expected", None: "noted"}


def page(report: Report) -> bytes:
    """The whole page in UTF-8."""
    words = {
        "report": report,
        "checks": [(each, MARKS[each.is_good]) for each in report.checks],
        "rows": rows(report),
        "signatures": SIGNATURES,
        "how_to_read": HOW_TO_READ,
        "limits": LIMITS,
        "style": STYLE.read_text(encoding="utf-8"),
    }
    return render_to_string("trial/validation_report.html", words).encode()


def rows(report: Report) -> list[dict[str, Any]]:
    """Each requirement with its outcome in words and its tests with theirs."""
    return [
        {
            "requirement": each,
            "sources": "; ".join(source.words for source in each.sources),
            "outcome": report.outcome(each),
            "tests": [report.results.get(test, Result(test, "not tried")) for test in each.tests],
        }
        for each in report.requirements
    ]
