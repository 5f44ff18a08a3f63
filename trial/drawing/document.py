"""A report as its parts in order, drawn as a PDF here and as a Word document by `word`: two files of one content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO
from typing import Any

from trial.drawing import pdf, pictures

PICTURE_DPI, PICTURE_MM = 200, 150


@dataclass(frozen=True)
class Heading:
    """size in points. level: 0 for a part, 1 for a chapter of it; None: the title, which the contents leave out."""

    words: str
    size: float
    level: int | None = None


@dataclass(frozen=True)
class Line:
    """Words over the whole width; size in points."""

    words: str
    size: float = 9
    is_bold: bool = False
    is_gray: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a head that each page repeats; widths: shares of the whole; size in points."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    size: float = 8


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG); its caption is read out in place of it."""

    caption: str
    svg: str

    @property
    def width_mm(self) -> float:
        """As wide as the text, or less where it would be taller than a page."""
        return min(PICTURE_MM, pdf.TALLEST_MM / pictures.tallness(self.svg))

    @cached_property
    def png(self) -> bytes:
        """The drawing in dots, drawn once for all files that it is in."""
        return pictures.as_png(self.svg, PICTURE_DPI, self.caption, "")


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Contents:
    """Every heading with a level, and where it is."""


Block = Heading | Line | Table | Picture | NewPage | Contents


@dataclass(frozen=True)
class Document:
    """foot: at the bottom of each page, before its number. at: when it counts as made. sign: stands for the number of
    pages until that is known; its letters stay in the font of the PDF."""

    title: str
    foot: str
    at: datetime
    sign: str
    blocks: Sequence[Block]


def as_pdf(document: Document) -> bytes:
    """The same document gives the same bytes."""
    paper = pdf.sheets(document.title, document.foot, pages=document.sign)
    paper.set_creation_date(document.at)
    for block in document.blocks:
        match block:
            case Heading():
                pdf.heading(paper, block.words, block.size, block.level)
            case Line():
                pdf.line(paper, block.words, block.size, "B" if block.is_bold else "",
                         pdf.GRAY if block.is_gray else pdf.INK)  # fmt: skip
            case Table():
                pdf.table(paper, block.head, block.rows, block.widths, block.size)
            case Picture():
                _picture(paper, block)
            case NewPage():
                paper.add_page()
            case Contents():
                paper.insert_toc_placeholder(_contents, pages=1)
    return bytes(paper.output())


def _picture(paper: Any, picture: Picture) -> None:
    if paper.will_page_break(min(picture.width_mm * pictures.tallness(picture.svg), pdf.TALLEST_MM)):
        paper.add_page()
    paper.image(BytesIO(picture.png), w=picture.width_mm, alt_text=pdf.printed(picture.caption))
    paper.ln(2)


def _contents(paper: Any, outline: Sequence[Any]) -> None:
    """The page of contents: every heading of the outline with its page, and a link to it."""
    paper.set_x(paper.l_margin)
    pdf.line(paper, "Contents", 13, "B")
    for entry in outline:
        paper.set_font(pdf.FAMILY, "" if entry.level else "B", 8)
        paper.set_text_color(*pdf.INK)
        link = paper.add_link(page=entry.page_number)
        paper.cell(pdf.WIDTH_MM - 14, 4.6, f"{'    ' * entry.level}{pdf.printed(entry.name)}", link=link)
        paper.cell(14, 4.6, str(entry.page_number), align="R", link=link, new_x="LMARGIN", new_y="NEXT")
