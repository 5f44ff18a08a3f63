"""A document as PDF: A4, with an outline to jump by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from capture.copies.document import Act, Block, Document, Facts, Section, Table, Words
from trial.drawing import pdf
from trial.drawing.pdf import GRAY, INK, RED

FACTS_MM = (58, 124)
LEAST_SHARE, MOST_SHARE = 6, 34  # letters of a column that count for its width


def pages(document: Document, compressed: bool = True) -> bytes:
    """The whole document."""
    sheets = pdf.sheets(document.title, document.foot)
    sheets.set_compression(compressed)
    pdf.line(sheets, document.title, 20, "B")
    pdf.line(sheets, document.subtitle, 11, color=GRAY)
    sheets.ln(4)
    _blocks(sheets, document.cover, 9)
    _contents(sheets, document)
    sheets.add_page()
    for section in document.sections:
        _section(sheets, section, 0)
    return bytes(sheets.output())


def _contents(sheets: Any, document: Document) -> None:
    pdf.heading(sheets, "Contents", 11)
    for section in document.sections:
        count = f" ({len(section.parts)})" if section.parts else ""
        pdf.line(sheets, f"{section.title}{count}", 8)


def _section(sheets: Any, section: Section, level: int) -> None:
    pdf.heading(sheets, section.title, (13, 10, 9)[level], level)
    _blocks(sheets, section.blocks, 8)
    for part in section.parts:
        _section(sheets, part, level + 1)


def _blocks(sheets: Any, blocks: tuple[Block, ...], size: float) -> None:
    for block in blocks:
        if isinstance(block, Facts):
            pdf.table(sheets, None, block.pairs, FACTS_MM, size)
            sheets.ln(1.5)
        elif isinstance(block, Table):
            _table(sheets, block)
        elif isinstance(block, Words):
            _words(sheets, block, size)
        else:
            _act(sheets, block)


def _table(sheets: Any, table: Table) -> None:
    if table.head:
        lengths = [max(len(row[place]) for row in (table.head, *table.rows)) for place in range(len(table.head))]
        shares = [min(max(length, LEAST_SHARE), MOST_SHARE) for length in lengths]
        pdf.table(sheets, table.head, table.rows, shares, 7.5, struck=table.struck)
        sheets.ln(1.5)


def _words(sheets: Any, block: Words, size: float) -> None:
    color = {"struck": RED, "quiet": GRAY}.get(block.mark, INK)
    pdf.line(sheets, block.words, size, "B" if block.mark in ("strong", "struck") else "", color)
    sheets.ln(0.8)


def _act(sheets: Any, act: Act) -> None:
    pdf.line(sheets, act.head, 7.5, "B")
    for words in act.lines:
        pdf.line(sheets, words, 7)
    sheets.ln(1)


STYLE = Path(__file__).with_name("archive.css")


def page(document: Document, up: str = "", pdf: str = "") -> str:
    """up: the way to the folder of the index ("../"); pdf: the name of the same on paper, if there is one."""
    return render_to_string("capture/copies/document.html", {"document": document, "up": up, "pdf": pdf})


def index(shown: Mapping[str, Any]) -> str:
    """The page that an archive opens with."""
    return render_to_string("capture/copies/index.html", dict(shown))
