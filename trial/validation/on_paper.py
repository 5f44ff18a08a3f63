"""The report as PDF, by a library of pure Python: nothing but what requirements.txt names is needed."""

from datetime import datetime
from typing import Any

from trial.validation.on_screen import MARKS, rows
from trial.validation.report import HOW_TO_READ, LIMITS, SIGNATURES, Report

INK, RED, GREY = (27, 39, 51), (155, 28, 28), (74, 90, 106)
WIDTH_MM = 182


def pages(report: Report) -> bytes:
    """The whole report on A4, numbered pages. A sign outside Latin-1 in a machine's name is printed as "?"."""
    paper = _paper(report)
    _front(paper, report)
    _installation(paper, report)
    _operation(paper, report)
    _signatures(paper)
    return bytes(paper.output())


def _paper(report: Report) -> Any:
    from fpdf import FPDF  # slow to load, and only this command needs it

    class Paper(FPDF):
        """A4 with a numbered foot."""

        def footer(self) -> None:
            """Version, fingerprint and page, so that a loose sheet can be told."""
            self.set_y(-13)
            self.set_font("helvetica", size=7)
            self.set_text_color(*GREY)
            words = f"Endpoint {report.version}, {report.fingerprint[:16]}, {_instant(report.began_at)}"
            self.cell(WIDTH_MM, 5, _latin(f"{words}     page {self.page_no()} of {{nb}}"), align="C")

    paper = Paper(format="A4")
    paper.set_margins(14, 16, 14)
    paper.set_auto_page_break(True, 18)
    paper.set_title(f"Validation report: {report.verdict}")
    paper.set_lang("en-GB")
    paper.add_page()
    return paper


def _front(paper: Any, report: Report) -> None:
    _line(paper, "Validation report", 18, "B")
    _line(paper, f"Endpoint, set up for {report.study}", 10)
    paper.ln(3)
    _line(paper, f"{report.verdict}.", 13, "B", RED if report.failures else INK, border=1)
    for words in report.gaps:
        paper.ln(1)
        _line(paper, words, 10, "B", border=1)
    if report.failures:
        _heading(paper, "What failed")
    for words in report.failures:
        _line(paper, words, 9, "B", RED)
    _heading(paper, "Where and when")
    told = [("Machine", report.machine), ("Began", _instant(report.began_at)),
            ("Ended", _instant(report.ended_at)), ("Version", report.version), ("Commit", report.commit),
            ("Program files (SHA-256)", report.fingerprint)]  # fmt: skip
    _table(paper, None, told, (42, 140))


def _installation(paper: Any, report: Report) -> None:
    _heading(paper, "Installation")
    body = [(each.name, each.expected, each.found, MARKS[each.is_good]) for each in report.checks]
    _table(paper, ("Checked", "Expected", "Found", "Result"), body, (48, 42, 64, 28))


def _operation(paper: Any, report: Report) -> None:
    _heading(paper, "Operation")
    _line(paper, f"{report.openness}. {HOW_TO_READ}", 9)
    for row in rows(report):
        _requirement(paper, row)


def _requirement(paper: Any, row: dict[str, Any]) -> None:
    each, failed = row["requirement"], row["outcome"] == "failed"
    if paper.will_page_break(24):  # its words and sources stay beneath its id
        paper.add_page()
    paper.ln(2)
    _line(paper, f"{each.id}   {row['outcome']}", 9, "B", RED if failed else INK, border="T")
    _line(paper, each.words, 9)
    _line(paper, f"{each.area}. {row['sources']}.", 7.5, colour=GREY)
    if each.open:
        _line(paper, f"Open{' in part' if row['tests'] else ''}: {each.open}", 8.5, "I")
    for test in row["tests"]:
        times = f" x {test.variants}" if test.variants > 1 else ""
        words = f" ({test.words})" if test.words else ""
        bad = test.outcome in ("failed", "not run")
        _line(paper, f"{test.outcome}{times}: {test.test}{words}", 7, "B" if bad else "", RED if bad else INK, 3.2)


def _signatures(paper: Any) -> None:
    if paper.will_page_break(70):
        paper.add_page()
    _heading(paper, "Signatures")
    _table(paper, ("", "Name and function", "Signature", "Date"), [(words, "\n\n", "", "") for words in SIGNATURES],
           (32, 60, 60, 30))  # fmt: skip
    paper.ln(3)
    _line(paper, LIMITS, 7.5, colour=GREY)


def _heading(paper: Any, words: str) -> None:
    if paper.will_page_break(25):
        paper.add_page()
    paper.ln(5)
    _line(paper, words, 13, "B")
    paper.ln(1)


def _line(paper: Any, words: str, size: float, style: str = "", colour: tuple[int, int, int] = INK,
          height: float | None = None, border: Any = 0) -> None:  # fmt: skip
    paper.set_font("helvetica", style, size)
    paper.set_text_color(*colour)
    wrap, below = "CHAR" if "::" in words else "WORD", {"new_x": "LMARGIN", "new_y": "NEXT"}
    paper.multi_cell(WIDTH_MM, height or size * 0.5, _latin(words), border=border, align="L", wrapmode=wrap, **below)


def _table(paper: Any, head: tuple[str, ...] | None, body: list[tuple[str, ...]], widths: tuple[int, ...]) -> None:
    paper.set_font("helvetica", size=8)
    paper.set_text_color(*INK)
    with paper.table(col_widths=widths, text_align="LEFT", first_row_as_headings=head is not None, line_height=4.2,
                     padding=(0.8, 1), borders_layout="HORIZONTAL_LINES", wrapmode="CHAR") as table:  # fmt: skip
        for cells in ([head] if head else []) + body:
            row = table.row()
            for words in cells:
                row.cell(_latin(words))


def _instant(at: datetime) -> str:
    return f"{at:%d-%b-%Y %H:%M:%S} UTC".replace(f"{at:%b}", f"{at:%b}".upper())


def _latin(words: str) -> str:
    return words.encode("latin-1", "replace").decode("latin-1")
