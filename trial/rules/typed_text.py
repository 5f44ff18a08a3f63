"""Reads numbers as people type or paste them, and refuses in words what cannot be read. PURE.

One rule for forms, lesion grids, settings and files: ASCII digits, one sign, one point. Nothing is guessed: a decimal
comma is refused with the number that was probably meant, never dropped.
"""

import re
import unicodedata
from decimal import Decimal

from trial.refused import Refused

# Zero-width and format characters, controls but for tab and line breaks, directions of writing, fillers, tags;
# U+FFFE and U+FFFF, which are no characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_UNREADABLE = re.compile("[\x00\ud800-\udfff\ufffd]")
LONGEST = 40
_TWINS = {"．": ".", "－": "-", "−": "-", "＋": "+"}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
_QUALIFIED = re.compile(r"\s*([<>])(.*)", re.DOTALL)
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_THOUSANDS_BY_POINT = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]*")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")


def unseen(text: str) -> str:
    """Refusal in words of text that holds a character nobody can see; empty where there is none."""
    found = INVISIBLE.search(text)
    if found is None:
        return ""
    return f"There is a character here that cannot be seen (U+{ord(found[0]):04X}): clear this and type it again."


def unreadable(text: str) -> str:
    """Refusal in words of text that no database keeps and no keyboard writes; empty for everything else.

    NUL, half a surrogate pair, and U+FFFD, which is what is left of bytes that are not UTF-8.
    """
    found = _UNREADABLE.search(text)
    return f"There is a character here that cannot be read (U+{ord(found[0]):04X})." if found else ""


def decimal_number(text: str) -> Decimal:
    """`42.5`, `-3`, `+.5` → the exact number; raises Refused."""
    typed = text.strip()
    if len(typed) > LONGEST or not _NUMBER.fullmatch(typed):
        raise Refused(_why_not(typed, "42.5"))
    return Decimal(typed) + 0  # -0 is 0


def whole_number(text: str) -> int:
    """`42` → 42, and `42.0` too, as spreadsheets write it; raises Refused."""
    typed = text.strip()
    whole = _WHOLE.fullmatch(typed) if len(typed) <= LONGEST else None
    if whole is not None:
        return int(whole[1])
    if len(typed) <= LONGEST and _NUMBER.fullmatch(typed):
        raise Refused(f"“{_short(typed)}” is not a whole number, such as 42.")
    if _COMMA.fullmatch(typed):
        raise Refused(f"“{_short(typed)}” holds a comma. Type a whole number, such as 42.")
    raise Refused(_why_not(typed, "42"))


def plain(value: Decimal) -> str:
    """The number as it is read: `42.5`, `100`; no zeros behind the point, no exponent."""
    return format(value.normalize(), "f")


def qualified(text: str) -> tuple[str, str]:
    """`<5` → ("<", "5"), a value below or above a limit, and `5` → ("", "5"); the rest is read as any number."""
    found = _QUALIFIED.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def key(text: str) -> int | None:
    """The number of a row as an address or a hidden field names it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _why_not(typed: str, such_as: str) -> str:
    shown = _short(typed)
    if refused := unseen(typed):
        return refused
    plain = _in_plain_digits(typed)
    if plain != typed and _NUMBER.fullmatch(plain):
        return f"“{shown}” is not typed in the digits 0 to 9. Type them: {plain}."
    if _THOUSANDS.fullmatch(typed):
        together = typed.replace(",", "")
        if typed.count(",") == 1 and "." not in typed:
            return f"“{shown}” can be read in two ways. Type {together}, or use a point: {typed.replace(',', '.')}."
        return f"“{shown}” has a thousands separator. Type {together}."
    if _COMMA.fullmatch(typed):
        return f"Use a point: {_with_a_point(typed)}. “{shown}” holds a comma."
    if _THOUSANDS_BY_POINT.fullmatch(typed):
        return f"“{shown}” parts its thousands. Type {typed.replace('.', '').replace(',', '.')}."
    if _EXPONENT.fullmatch(typed):
        return f"“{shown}” holds an exponent. Write the number out, such as {such_as}."
    return f"“{shown}” is not a number. Type digits 0 to 9, such as {such_as}."


def _with_a_point(typed: str) -> str:
    before, _, after = typed.partition(",")
    return f"{before}.{after}" if before.strip("+-") else f"{before}0.{after}"


def _in_plain_digits(typed: str) -> str:
    """Full-width and other Unicode digits, points and signs as their ASCII twins."""
    return "".join(str(unicodedata.decimal(letter, _TWINS.get(letter, letter))) for letter in typed)


def _short(typed: str) -> str:
    return typed if len(typed) <= LONGEST else f"{typed[:LONGEST]}…"
