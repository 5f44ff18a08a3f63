"""Numbers as they are typed and pasted: what is read is exactly what is seen, and the rest is refused in words."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.refused import Refused
from trial.rules import typed_text
from trial.rules.typed_text import decimal_number, whole_number

ALMOST = st.text(alphabet="0123456789.,+-−eE_ '\u200b\u2060\ufeff\u202e\xa0１２٣½²x%", max_size=10)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("42.5", "42.5"), (" 42.5 ", "42.5"), ("\t42.50\n", "42.5"), ("+5", "5"), ("-0.5", "-0.5"), (".5", "0.5"),
     ("5.", "5"), ("0", "0"), ("-0", "0"), ("007", "7"), ("\xa042", "42")],
)  # fmt: skip
def test_a_number_is_read_as_it_is_seen(typed: str, number: str) -> None:
    assert decimal_number(typed) == Decimal(number)
    assert str(decimal_number("-0")) == "0"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("42,5", "Use a point: 42.5"), (",5", "Use a point: 0.5"), ("-1,25", "Use a point: -1.25"),
        ("1,500", "can be read in two ways. Type 1500, or use a point: 1.500"), ("0,500", "Use a point: 0.500"),
        ("1,234.5", "Type 1234.5"), ("1,234,567", "Type 1234567"), ("1.234,5", "Type 1234.5"),
        ("１２", "Type them: 12."), ("٤٢", "Type them: 42."), ("4２．５", "Type them: 42.5."), ("−5", "Type them: -5."),
        ("1_20", "is not a number"), ("1 2", "is not a number"), ("1'000", "not a number"), ("1.2.3", "not a number"),
        ("1e5", "holds an exponent"), ("4,2E+02", "holds an exponent"), ("inf", "not a number"),
        ("NaN", "not a number"),
        ("4²", "is not a number"), ("½", "is not a number"), ("--1", "is not a number"), ("0x10", "is not a number"),
        ("4\u200b2", "cannot be seen (U+200B)"), ("42\u200e", "cannot be seen (U+200E)"), ("\ufeff42", "(U+FEFF)"),
        ("4\u20602", "(U+2060)"), ("\u202e24", "(U+202E)"), ("4\x002", "(U+0000)"), ("", "is not a number"),
        ("9" * 5000, "is not a number"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_words_that_name_the_mend(typed: str, words: str) -> None:
    with pytest.raises(Refused, match=re.escape(words)):
        decimal_number(typed)


@pytest.mark.parametrize(("typed", "number"), [("42", 42), (" 42 ", 42), ("-3", -3), ("120.0", 120), ("120.", 120)])
def test_a_whole_number_is_read(typed: str, number: int) -> None:
    assert whole_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [("42.5", "is not a whole number"), ("42,5", "holds a comma. Type a whole number"), ("1_20", "is not a number"),
     ("１２", "Type them: 12."), ("1,500", "holds a comma"), ("1e2", "holds an exponent"), ("4\u200d2", "(U+200D)"),
     ("9" * 5000, "is not a number"), ("", "is not a number")],
)  # fmt: skip
def test_what_is_no_whole_number_is_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(Refused, match=re.escape(words)):
        whole_number(typed)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-10**9, max_value=10**9))
def test_every_number_that_the_record_shows_is_read_back(number: Decimal) -> None:
    assert decimal_number(format(number, "f")) == number


@given(ALMOST | st.text(max_size=12))
def test_only_ascii_digits_one_sign_and_one_point_are_ever_read(typed: str) -> None:
    try:
        number = decimal_number(typed)
    except Refused as refusal:
        assert str(refusal).endswith(".") and len(str(refusal)) < 200
        return
    seen = typed.strip()
    assert seen.isascii() and set(seen) <= set("0123456789.+-") and seen.count(".") <= 1
    assert sum(map(seen.count, "+-")) <= 1 and seen.lstrip("+-")[:1] in set("0123456789.")
    assert number == Decimal(seen)


@given(ALMOST)
def test_a_whole_number_is_the_same_number_without_a_fraction(typed: str) -> None:
    try:
        whole = whole_number(typed)
    except Refused:
        return
    assert decimal_number(typed) == whole


UNSEEN = "\u200b\u200f\u2060\ufeff\u202a\u202e\u2066\u2069\x00\x1b\x7f\xad\u061c\u2028\u3164\ufffe\uffff"


@pytest.mark.parametrize("letter", UNSEEN)
def test_a_character_that_cannot_be_seen_is_named_wherever_it_stands(letter: str) -> None:
    for text in (f"a{letter}b", f"{letter}ab", f"ab{letter}"):
        assert f"(U+{ord(letter):04X})" in typed_text.unseen(text)


@pytest.mark.parametrize("text", ["", "two\nlines\tand a tab", "naïve, Ωmega", "日本語", "العربية", "🙂", "5 °C ± 1"])
def test_words_of_any_language_are_words(text: str) -> None:
    assert typed_text.unseen(text) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("²", None), ("１２", None), ("-1", None), ("", None), ("9" * 18, None), ("1 ", None)],
)
def test_the_number_of_a_row_is_plain_digits(text: str, number: int | None) -> None:
    assert typed_text.key(text) == number
