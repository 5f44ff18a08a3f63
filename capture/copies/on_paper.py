"""A document as PDF: A4, with an outline to jump by."""

from typing import Any

from capture.copies.document import Act, Block, Document, Facts, Section, Table, Words
from trial import paper
from trial.paper import GREY, INK, RED

FACTS_MM = (58, 124)
LEAST_SHARE, MOST_SHARE = 6, 34  # letters of a column that count for its width


def pages(document: Document, compressed: bool = True) -> bytes:
    """The whole document."""
    sheets = paper.sheets(document.title, document.foot)
    sheets.set_compression(compressed)
    paper.line(sheets, document.title, 20, "B")
    paper.line(sheets, document.subtitle, 11, colour=GREY)
    sheets.ln(4)
    _blocks(sheets, document.cover, 9)
    _contents(sheets, document)
    sheets.add_page()
    for section in document.sections:
        _section(sheets, section, 0)
    return bytes(sheets.output())


def _contents(sheets: Any, document: Document) -> None:
    paper.heading(sheets, "Contents", 11)
    for section in document.sections:
        count = f" ({len(section.parts)})" if section.parts else ""
        paper.line(sheets, f"{section.title}{count}", 8)


def _section(sheets: Any, section: Section, level: int) -> None:
    paper.heading(sheets, section.title, (13, 10, 9)[level], level)
    _blocks(sheets, section.blocks, 8)
    for part in section.parts:
        _section(sheets, part, level + 1)


def _blocks(sheets: Any, blocks: tuple[Block, ...], size: float) -> None:
    for block in blocks:
        if isinstance(block, Facts):
            paper.table(sheets, None, block.pairs, FACTS_MM, size)
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
        paper.table(sheets, table.head, table.rows, shares, 7.5, struck=table.struck)
        sheets.ln(1.5)


def _words(sheets: Any, block: Words, size: float) -> None:
    colour = {"struck": RED, "quiet": GREY}.get(block.mark, INK)
    paper.line(sheets, block.words, size, "B" if block.mark in ("strong", "struck") else "", colour)
    sheets.ln(0.8)


def _act(sheets: Any, act: Act) -> None:
    paper.line(sheets, act.head, 7.5, "B")
    for words in act.lines:
        paper.line(sheets, words, 7)
    sheets.ln(1)
