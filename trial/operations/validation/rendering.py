"""Renders the report: one HTML file that needs nothing beside it, and a PDF by a library of pure Python."""

from typing import Any

from django.template.loader import render_to_string

from trial.drawing.pdf import GRAY, INK, RED, heading, instant, line, sheets, table
from trial.operations.validation.operation import Result
from trial.operations.validation.report import HOW_TO_READ, LIMITS, SIGNATURES, Report
from trial.runtime.program import ROOT

STYLE = ROOT / "trial" / "static" / "validation_report.css"
MARKS = {True: "as expected", False: "NOT as expected", None: "noted"}


def html(report: Report) -> bytes:
    """Returns the page in UTF-8, with a style for printing."""
    words = {
        "report": report,
        "checks": [(check, MARKS[check.is_good]) for check in report.checks],
        "rows": _rows(report),
        "signatures": SIGNATURES,
        "how_to_read": HOW_TO_READ,
        "limits": LIMITS,
        "style": STYLE.read_text(encoding="utf-8"),
    }
    return render_to_string("trial/operations/validation_report.html", words).encode()


def _rows(report: Report) -> list[dict[str, Any]]:
    """Lists each requirement with its sources, its outcome and the results of its tests."""
    return [
        {
            "requirement": requirement,
            "sources": "; ".join(requirement.sources),
            "outcome": report.outcome(requirement),
            "tests": [report.results.get(test, Result(test, "not tried")) for test in requirement.tests],
        }
        for requirement in report.requirements
    ]


def pdf(report: Report) -> bytes:
    """Returns the report on numbered A4 pages."""
    paper = _paper(report)
    _front(paper, report)
    _installation(paper, report)
    _operation(paper, report)
    _signatures(paper)
    return bytes(paper.output())


def _paper(report: Report) -> Any:
    """Prints version, fingerprint and page number on every sheet, so that a loose one can be identified."""
    foot = f"Endpoint {report.version}, {report.fingerprint[:16]}, {instant(report.began_at)}"
    return sheets(f"Validation report: {report.verdict}", foot)


def _front(paper: Any, report: Report) -> None:
    line(paper, "Validation report", 18, "B")
    line(paper, f"Endpoint, set up for {report.study}", 10)
    paper.ln(3)
    line(paper, f"{report.verdict}.", 13, "B", RED if report.failures else INK, border=1)
    for words in report.gaps:
        paper.ln(1)
        line(paper, words, 10, "B", border=1)
    if report.failures:
        heading(paper, "What failed")
    for words in report.failures:
        line(paper, words, 9, "B", RED)
    heading(paper, "Where and when")
    told = [("Machine", report.machine), ("Began", instant(report.began_at)),
            ("Ended", instant(report.ended_at)), ("Version", report.version), ("Commit", report.commit),
            ("Program files (SHA-256)", report.fingerprint)]  # fmt: skip
    table(paper, None, told, (42, 140))


def _installation(paper: Any, report: Report) -> None:
    heading(paper, "Installation")
    body = [(check.name, check.expected, check.found, MARKS[check.is_good]) for check in report.checks]
    table(paper, ("Checked", "Expected", "Found", "Result"), body, (48, 42, 64, 28))


def _operation(paper: Any, report: Report) -> None:
    heading(paper, "Operation")
    line(paper, f"{report.openness}. {HOW_TO_READ}", 9)
    for row in _rows(report):
        _requirement(paper, row)


def _requirement(paper: Any, row: dict[str, Any]) -> None:
    requirement, failed = row["requirement"], row["outcome"] == "failed"
    if paper.will_page_break(24):  # its words and sources stay beneath its id
        paper.add_page()
    paper.ln(2)
    line(paper, f"{requirement.number}   {row['outcome']}", 9, "B", RED if failed else INK, border="T")
    line(paper, requirement.words, 9)
    line(paper, f"{requirement.area}. {row['sources']}.", 7.5, color=GRAY)
    if requirement.open:
        line(paper, f"Open{' in part' if row['tests'] else ''}: {requirement.open}", 8.5, color=GRAY)
    for test in row["tests"]:
        times = f" x {test.variants}" if test.variants > 1 else ""
        words = f" ({test.words})" if test.words else ""
        bad = test.outcome in ("failed", "not run")
        line(paper, f"{test.outcome}{times}: {test.test}{words}", 7, "B" if bad else "", RED if bad else INK, 3.2)


def _signatures(paper: Any) -> None:
    if paper.will_page_break(70):
        paper.add_page()
    heading(paper, "Signatures")
    table(paper, ("", "Name and function", "Signature", "Date"), [(words, "\n\n", "", "") for words in SIGNATURES],
           (32, 60, 60, 30))  # fmt: skip
    paper.ln(3)
    line(paper, LIMITS, 7.5, color=GRAY)
