"""A4 paper of what the product prints: lines, headings and tables in a font with every letter of Europe's languages.

A letter that the font lacks is printed as its number (`[U+4E2D]`), never dropped and never as a box.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

INK, RED, GREY = (27, 39, 51), (155, 28, 28), (74, 90, 106)
WIDTH_MM = 182
FONTS = Path(__file__).resolve().parent / "fonts"
FAMILY = "dejavu"
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


def sheets(title: str, foot: str) -> Any:
    """An empty document whose every page says `foot` and "page x of y" at its bottom."""
    from fpdf import FPDF  # slow to load, and few pages need it

    class Paper(FPDF):
        """A4 with a numbered foot."""

        def footer(self) -> None:
            """So that a loose sheet can be told."""
            self.set_y(-13)
            self.set_font(FAMILY, size=7)
            self.set_text_color(*GREY)
            self.cell(WIDTH_MM, 5, printed(f"{foot}     page {self.page_no()} of {{nb}}"), align="C")

    paper = Paper(format="A4")
    for style, file in _FILES.items():
        paper.add_font(FAMILY, style, FONTS / file)
    paper.set_margins(14, 16, 14)
    paper.set_auto_page_break(True, 18)
    paper.set_title(title)
    paper.set_lang("en-GB")
    paper.add_page()
    return paper


def heading(paper: Any, words: str, size: float = 13) -> None:
    """A heading that stays with what follows it."""
    if paper.will_page_break(25):
        paper.add_page()
    paper.ln(size * 0.38)
    line(paper, words, size, "B")
    paper.ln(1)


def line(paper: Any, words: str, size: float, style: str = "", colour: tuple[int, int, int] = INK,
         height: float | None = None, border: Any = 0) -> None:  # fmt: skip
    """Words over the whole width, broken where they are too long. style: empty or "B"."""
    paper.set_font(FAMILY, style, size)
    paper.set_text_color(*colour)
    wrap, below = "CHAR" if "::" in words else "WORD", {"new_x": "LMARGIN", "new_y": "NEXT"}
    paper.multi_cell(WIDTH_MM, height or size * 0.5, printed(words), border=border, align="L", wrapmode=wrap, **below)


def table(paper: Any, head: Sequence[str] | None, body: Iterable[Sequence[str]], widths: Sequence[int],
          size: float = 8) -> None:  # fmt: skip
    """Rows between thin lines; the head is repeated on each page."""
    paper.set_font(FAMILY, size=size)
    paper.set_text_color(*INK)
    with paper.table(col_widths=tuple(widths), text_align="LEFT", first_row_as_headings=head is not None,
                     line_height=size * 0.525, padding=(0.8, 1), borders_layout="HORIZONTAL_LINES",
                     wrapmode="CHAR") as drawn:  # fmt: skip
        for cells in ([head] if head else []) + list(body):
            row = drawn.row()
            for words in cells:
                row.cell(printed(words))


def printed(words: str) -> str:
    """The words with the number of each letter that the font lacks in place of it."""
    return words if words.isascii() else "".join(_letter(each) for each in words)


def _letter(letter: str) -> str:
    return letter if letter in "\n\r\t" or ord(letter) in _letters() else f"[U+{ord(letter):04X}]"


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
    return f"{at.astimezone(UTC):%d-%b-%Y %H:%M:%S} UTC".upper()
