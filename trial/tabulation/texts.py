"""What text must be in a SAS transport file: ASCII, at most 200 bytes, one line. PURE."""

import re
import unicodedata

from trial.refused import Refused

MOST_BYTES = 200
ENDS_OF_LINES = re.compile("[\r\n\t\v\f\x85\u2028\u2029]")
# What has no decomposition of its own into ASCII; the rest loses its accents by NFKD.
REPLACED = {
    "≥": ">=", "≤": "<=", "–": "-", "—": "-", "‑": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"',
    "µ": "u", "μ": "u", "×": "x", "·": ".", "•": "-", "±": "+/-", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe",
    "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ı": "i", "α": "alpha",
    "β": "beta", "γ": "gamma", "δ": "delta", "°": " deg ", "→": "->",
}  # fmt: skip


def one_line(text: str) -> str:
    """Ends of lines and tabs as a blank."""
    return " ".join(text.split()) if ENDS_OF_LINES.search(text) else text


def in_ascii(text: str) -> str:
    """The text in ASCII by declared replacements. Raises Refused for a letter that has none."""
    if text.isascii():
        return text
    made = without_accents(text)
    for letter in made:
        if not letter.isascii():
            raise Refused(f"“{letter}” in “{text[:60]}” cannot be written in ASCII.")
    return made


def without_accents(text: str) -> str:
    """The text in ASCII as far as its letters have a replacement; the others stay as they are."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", "".join(REPLACED.get(letter, letter) for letter in text))
    made = (letter for letter in decomposed if not unicodedata.combining(letter))
    return "".join(REPLACED.get(letter, letter) for letter in made)


def split(text: str, most: int = MOST_BYTES) -> list[str]:
    """Parts of at most so many bytes, in UTF-8 and in ASCII, cut between words; a longer word between letters."""
    parts, left = [], text
    while (end := _fits(left, most)) < len(left):
        at = end if left[end] == " " else left.rfind(" ", 0, end)
        parts.append(left[: at if at > 0 else end])
        left = left[len(parts[-1]) :].removeprefix(" ")
    return [*parts, left]


def _fits(text: str, most: int) -> int:
    """How many letters from the beginning take at most so many bytes."""
    size = 0
    for place, letter in enumerate(text):
        size += max(len(letter.encode()), len(without_accents(letter).encode()))
        if size > most:
            return place
    return len(text)
