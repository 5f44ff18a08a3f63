"""What is printed is all there: long words, tall rows, and letters of any language."""

import pytest

from tests.capture.copies.pdf import text_of
from trial.drawing import pdf


def sheet(head: tuple[str, ...] | None, *rows: tuple[str, ...]) -> bytes:
    """A table on paper."""
    made = pdf.sheets("Table", "foot")
    pdf.table(made, head, rows, (30, 60, 10)[: len(rows[0])])
    return bytes(made.output())


@pytest.mark.requirement("R60")
@pytest.mark.parametrize("words", ["word " * 1500, "x" * 7000, "\n".join(f"line {n}" for n in range(300))],
                         ids=["many words", "one long word", "many lines"])  # fmt: skip
def test_a_row_that_is_taller_than_a_page_is_printed_whole(words: str) -> None:
    text = text_of(sheet(("What", "Why"), ("Dose", "rash"), ("Struck out", words), ("Last", "row")))
    squeezed = "".join(text.split())
    for part in ("".join(words[:40].split()), "".join(words[-40:].split())):
        assert part in squeezed
    assert squeezed.count("x" if words.startswith("x") else "word" if "word" in words else "line") >= 300
    assert squeezed.index("Dose") < squeezed.index("Struckout") < squeezed.index("Last")


@pytest.mark.requirement("R60")
def test_letters_that_the_font_lacks_are_printed_by_their_number() -> None:
    text = text_of(sheet(None, ("Name", "Łukasz Ωμέγα Привет ½ µ ≤ 中 \U0001f9ea שלום")))
    for part in ("Łukasz Ωμέγα Привет ½ µ ≤", "[U+4E2D]", "[U+1F9EA]"):
        assert "".join(part.split()) in "".join(text.split()), part


@pytest.mark.requirement("R60")
def test_letters_of_scripts_from_right_to_left_are_printed_by_their_numbers_in_the_order_of_writing() -> None:
    text = "".join(text_of(sheet(None, ("Name", "ألم 5 mg שלום"))).split())
    assert "[U+0623][U+0644][U+0645]5mg[U+05E9][U+05DC][U+05D5][U+05DD]" in text


def test_what_looks_like_marks_of_a_page_is_printed_as_it_was_typed() -> None:
    text = text_of(sheet(None, ("**bold** __under__", "<b>7</b> (paren\\thesis) {nb}")))
    assert "**bold** __under__" in text and "<b>7</b> (paren\\thesis) {nb}" in text
    assert "page 1 of  1" in text
