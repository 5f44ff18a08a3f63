"""What a copy or a report says, as sections of facts, tables, words and acts; and how they are drawn as PDF and page.

A file that is read from disk, with no server. A report of headings and lines that becomes a Word document too:
`trial.drawing.document`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from trial.drawing import pdf as paper
from trial.drawing.pdf import GRAY, INK, RED

STYLE = Path(__file__).with_name("sections.css")
FACTS_MM = (58, 124)
LEAST_SHARE, MOST_SHARE = 6, 34  # letters of a column that count for its width
ACT_MM = 24  # so much of an act stays beneath its head


@dataclass(frozen=True)
class Facts:
    """Names with their values, in words."""

    pairs: tuple[tuple[str, str], ...]
    kind = "facts"


@dataclass(frozen=True)
class Table:
    """A head and rows of words; a row whose place is in `struck` was struck out, or is not as it should be."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    struck: frozenset[int] = frozenset()
    kind = "table"


@dataclass(frozen=True)
class Words:
    """A paragraph; mark: empty, or of "strong", "struck" (in red), "quiet" and "framed" those that hold."""

    words: str
    mark: str = ""
    kind = "words"


@dataclass(frozen=True)
class Act:
    """Something that somebody did at some moment, and what it did, line by line.

    mark: as of words, of the head. struck: the places of the lines that are not as they should be.
    """

    head: str
    lines: tuple[str, ...] = ()
    mark: str = ""
    struck: frozenset[int] = frozenset()
    kind = "act"


Block = Facts | Table | Words | Act


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it, and the sections below that; `anchor` names it within its document.

    together_mm: what it takes on paper, of one that may not be broken over two pages; 0 of any other.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()
    anchor: str = ""
    together_mm: int = 0


@dataclass(frozen=True)
class Document:
    """A whole copy or report. foot: what each sheet of paper says of itself; name: of the file, unless its title."""

    title: str
    subtitle: str
    foot: str
    cover: tuple[Block, ...]
    sections: tuple[Section, ...] = field(default=())
    name: str = ""


def page(document: Document, **more: Any) -> str:
    """The document as HTML. more, of an archive: up, the way to the folder of its index; pdf, the same on paper.

    Without `up` the style is in the page, which then needs nothing beside it.
    """
    style = "" if "up" in more else STYLE.read_text(encoding="utf-8")
    return render_to_string("trial/drawing/document.html", {"document": document, "style": style, **more})


def pages(document: Document, compressed: bool = True) -> bytes:
    """The document as PDF: A4, with an outline to jump by."""
    sheets = paper.sheets(document.name or document.title, document.foot)
    sheets.set_compression(compressed)
    paper.line(sheets, document.title, 20, "B")
    paper.line(sheets, document.subtitle, 11, color=GRAY)
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
    if section.together_mm and sheets.will_page_break(section.together_mm):
        sheets.add_page()
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
    marks = set(block.mark.split())
    color = RED if "struck" in marks else GRAY if "quiet" in marks else INK
    paper.line(sheets, block.words, size, "B" if marks - {"quiet"} else "", color, border=int("framed" in marks))
    sheets.ln(0.8)


def _act(sheets: Any, act: Act) -> None:
    if sheets.will_page_break(ACT_MM):
        sheets.add_page()
    paper.line(sheets, act.head, 7.5, "B", RED if act.mark == "struck" else INK)
    for place, words in enumerate(act.lines):
        paper.line(sheets, words, 7, *(("B", RED) if place in act.struck else ()))
    sheets.ln(1)
