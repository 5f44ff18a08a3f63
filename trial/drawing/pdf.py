"""A4 paper of what the product prints: lines, headings and tables in a font with every letter of Europe's languages.

A letter that the font lacks is printed as its number (`[U+4E2D]`), never dropped and never as a box; so is a letter of
a script that runs from right to left, which the library would print in reverse order and unjoined.
"""

import logging
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from trial.rules.dates import site_time

# Hebrew, Arabic and their like, with the digits that go with them.
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
INK, RED, GRAY = (27, 39, 51), (155, 28, 28), (74, 90, 106)
THIN = (160, 172, 184)  # lines between rows
WIDTH_MM, HALF_A_PAGE_MM, TALLEST_MM = 182, 120, 240
FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "dejavu"
# Stands for the number of pages until that is known; not the library's own sign, which somebody may have typed.
PAGES = f"{{{secrets.token_hex(8)}}}"
# It tells at length what it leaves out of a font.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


def sheets(title: str, foot: str, pages: str = PAGES) -> Any:
    """An empty document whose every page says `foot` and "page x of y" at its bottom; pages: stands for y meanwhile."""
    from fpdf import FPDF  # slow to load, and few pages need it

    class Paper(FPDF):
        """A4 with a numbered foot."""

        def footer(self) -> None:
            """So that a loose sheet can be told."""
            self.set_y(-13)
            self.set_font(FAMILY, size=7)
            self.set_text_color(*GRAY)
            self.cell(WIDTH_MM, 5, printed(f"{foot}     page {self.page_no()} of {pages}"), align="C")

    paper = Paper(format="A4")
    paper.alias_nb_pages(pages)
    for style, file in _FILES.items():
        paper.add_font(FAMILY, style, FONTS / file)
    paper.set_draw_color(*THIN)
    paper.set_line_width(0.15)
    paper.set_margins(14, 16, 14)
    paper.set_auto_page_break(True, 18)
    paper.set_title(title)
    paper.set_lang("en-US")
    paper.add_page()
    return paper


def heading(paper: Any, words: str, size: float = 13, level: int | None = None) -> None:
    """A heading that stays with what follows it; with a level it stands in the document's outline too."""
    if paper.will_page_break(25 if level else 40):
        paper.add_page()
    paper.ln(size * 0.38)
    if level is not None:
        paper.start_section(printed(words), level)
    line(paper, words, size, "B")
    paper.ln(1)


def line(paper: Any, words: str, size: float, style: str = "", color: tuple[int, int, int] = INK,
         height: float | None = None, border: Any = 0) -> None:  # fmt: skip
    """Words over the whole width, broken where they are too long. style: empty or "B"."""
    paper.set_font(FAMILY, style, size)
    paper.set_text_color(*color)
    wrap, below = "CHAR" if "::" in words else "WORD", {"new_x": "LMARGIN", "new_y": "NEXT"}
    paper.multi_cell(WIDTH_MM, height or size * 0.5, printed(words), border=border, align="L", wrapmode=wrap, **below)


def table(paper: Any, head: Sequence[str] | None, body: Iterable[Sequence[str]], widths: Sequence[int],
          size: float = 8, struck: frozenset[int] = frozenset()) -> None:  # fmt: skip
    """Rows between thin lines; the head is repeated on each page. widths: shares of the whole; struck: rows in red.

    A row that might not fit on a page stands as lines between two tables: none is cut short.
    """
    rows: list[tuple[Sequence[str], bool]] = []
    for place, cells in enumerate(body):
        if not _is_tall(cells, widths, size):
            rows.append((cells, place in struck))
            continue
        _rows(paper, head, rows, widths, size)
        rows = []
        for name, words in zip(head or [""] * len(cells), cells, strict=True):
            line(paper, f"{name}: {words}" if name else words, size, color=RED if place in struck else INK)
    _rows(paper, head, rows, widths, size)


def _is_tall(cells: Sequence[str], widths: Sequence[int], size: float) -> bool:
    """Whether a cell takes more lines than half a page has, counted with wide letters."""
    letters_of = [max(1, int(WIDTH_MM * each / sum(widths) / (size * 0.3))) for each in widths]
    tallest = max(sum(len(part) // letters + 1 for part in words.split("\n"))
                  for words, letters in zip(cells, letters_of, strict=True))  # fmt: skip
    return tallest * size * 0.525 > HALF_A_PAGE_MM


def _rows(paper: Any, head: Sequence[str] | None, rows: Sequence[tuple[Sequence[str], bool]], widths: Sequence[int],
          size: float) -> None:  # fmt: skip
    from fpdf.fonts import FontFace

    if not rows:
        return
    paper.set_font(FAMILY, size=size)
    paper.set_text_color(*INK)
    wrap = "CHAR" if any("::" in words for cells, _ in rows for words in cells) else "WORD"
    bold, red = FontFace(emphasis="BOLD"), FontFace(color=RED)
    with paper.table(col_widths=tuple(widths), text_align="LEFT", first_row_as_headings=head is not None,
                     headings_style=bold, line_height=size * 0.525, padding=(0.8, 1),
                     borders_layout="HORIZONTAL_LINES", wrapmode=wrap) as drawn:  # fmt: skip
        for cells in [head] if head else []:
            drawn.row([printed(words) for words in cells])
        for cells, is_struck in rows:
            drawn.row([printed(words) for words in cells], style=red if is_struck else None)


def printed(words: str) -> str:
    """The words with the number of each letter that cannot be printed as it is written in place of it."""
    return words if words.isascii() else "".join(_letter(each) for each in words)


def _letter(letter: str) -> str:
    as_written = ord(letter) in _letters() and unicodedata.bidirectional(letter) not in RIGHT_TO_LEFT
    return letter if letter in "\n\r\t" or as_written else f"[U+{ord(letter):04X}]"


@cache
def _letters() -> frozenset[int]:
    """What both styles of the font can draw."""
    return frozenset.intersection(*(_drawn(FONTS / file) for file in _FILES.values()))


def _drawn(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def instant(at: datetime) -> str:
    """`24-NOV-2026 09:30:05 UTC`."""
    return site_time.in_utc(at, seconds=True)
