"""The report as a document: one HTML file that needs nothing beside it, and a PDF on numbered A4 pages."""

from trial.drawing import sections
from trial.drawing.pdf import instant
from trial.drawing.sections import Act, Document, Facts, Section, Table, Words
from trial.operations.validation.operation import Result
from trial.operations.validation.report import HOW_TO_READ, LIMITS, SIGNATURES, Report
from trial.operations.validation.requirements import Requirement

SIGNATURES_MM = 75  # their heading, three rows to sign in, and the limits of the report
MARKS = {True: "as expected", False: "NOT as expected", None: "noted"}


def html(report: Report) -> bytes:
    """Returns the page in UTF-8, with a style for printing."""
    return sections.page(_document(report)).encode()


def pdf(report: Report) -> bytes:
    """Returns the report on paper; each sheet names version and fingerprint, so that a loose one can be identified."""
    return sections.pages(_document(report))


def _document(report: Report) -> Document:
    verdict = Words(f"{report.verdict}.", "framed struck" if report.failures else "framed")
    parts = [("Failures", [Words(words, "struck") for words in report.failures])] if report.failures else []
    parts += [
        ("Run", [Facts((
            ("Machine", report.machine), ("Started", instant(report.began_at)), ("Ended", instant(report.ended_at)),
            ("Version", report.version), ("Commit", report.commit),
            ("Fingerprint of the program files (SHA-256)", report.fingerprint)))]),
        ("Installation qualification (IQ)", [_installation(report)]),
        ("Operational qualification (OQ)", [Words(f"{report.openness}. {HOW_TO_READ}"),
                                            *(_requirement(each, report) for each in report.requirements)]),
        ("Signatures", [Table(("", "Name and function", "Signature", "Date"),
                              tuple((words, "\n\n", "", "") for words in SIGNATURES)), Words(LIMITS, "quiet")]),
    ]  # fmt: skip
    return Document(
        "Validation report", f"Endpoint, set up for {report.study}",
        f"Endpoint {report.version}, {report.fingerprint[:16]}, {instant(report.began_at)}",
        (verdict, *(Words(words, "framed") for words in report.gaps)),
        tuple(Section(title, tuple(blocks), (), title.split()[0].lower(), SIGNATURES_MM if title == "Signatures" else 0)
              for title, blocks in parts),
        f"Validation report: {report.verdict}",
    )  # fmt: skip


def _installation(report: Report) -> Table:
    rows = tuple((check.name, check.expected, check.found, MARKS[check.is_good]) for check in report.checks)
    wrong = frozenset(place for place, check in enumerate(report.checks) if check.is_good is False)
    return Table(("Checked", "Expected", "Found", "Result"), rows, wrong)


def _requirement(requirement: Requirement, report: Report) -> Act:
    """Its words, its sources, what is open, and the result of each of its tests."""
    outcome = report.outcome(requirement)
    tests = [report.results.get(test, Result(test, "not tried")) for test in requirement.tests]
    still_open = (f"Open{' in part' if tests else ''}: {requirement.open}",) if requirement.open else ()
    above = (requirement.words, f"{requirement.area}. {'; '.join(requirement.sources)}.", *still_open)
    return Act(
        f"{requirement.number}   {outcome}",
        (*above, *map(_test, tests)), "struck" if outcome == "failed" else "",
        frozenset(place for place, test in enumerate(tests, len(above)) if test.is_failure),
    )  # fmt: skip


def _test(result: Result) -> str:
    times = f" × {result.variants}" if result.variants > 1 else ""
    return f"{result.outcome}{times}: {result.test}{f' ({result.words})' if result.words else ''}"
