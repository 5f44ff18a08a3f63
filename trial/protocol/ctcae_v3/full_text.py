"""Reads a file with the NCI's full grade texts and holds it against the dictionary. PURE.

One line per reportable row: `term` (its full name, ours or as the NCI prints it, or our code), `select` (its words or
code; empty where the term has none), `grade_1` … `grade_5` (the text; empty where the grade does not exist). Further
columns are left alone.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import lru_cache

from trial.protocol import ctcae_v3
from trial.refused import Refused

COLUMNS = ("term", "select", "grade_1", "grade_2", "grade_3", "grade_4", "grade_5")
Texts = dict[tuple[str, str], dict[int, str]]
MOST_NAMED = 20


class _Wrong(ValueError):
    """What is wrong with one line."""


def read(lines: Iterable[str]) -> Texts:
    """(term code, select code) → grade → text, of the whole file. Raises Refused with every wrong line."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Refused(f"The header lacks: {', '.join(missing)}.")
    found: Texts = {}
    errors: list[str] = []
    for row in reader:
        try:
            key = _key(row)
            if key in found:
                raise _Wrong(f"“{row['term']}” is there twice.")
            found[key] = _grades(key, row)
        except _Wrong as wrong:
            errors.append(f"Line {reader.line_num}: {wrong}")
    if errors or not found:
        more = [f"and {len(errors) - MOST_NAMED} more"] if len(errors) > MOST_NAMED else []
        raise Refused("\n".join([*errors[:MOST_NAMED], *more]) or "The file holds no grade texts.")
    return found


def _text(row: Mapping[str, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


@lru_cache(maxsize=1)
def _by_name() -> dict[str, ctcae_v3.Term]:
    return {name: each for each in ctcae_v3.terms() for name in (each.code, each.name.lower(), each.printed_as.lower())}


def _key(row: Mapping[str, str | None]) -> tuple[str, str]:
    name, select = _text(row, "term"), _text(row, "select")
    term = _by_name().get(name) or _by_name().get(name.lower())
    if term is None:
        raise _Wrong(f"“{name}” is no term of {ctcae_v3.EDITION}.")
    if not term.selects:
        if select:
            raise _Wrong(f"“{name}” has no selects, and “{select}” is given.")
        return term.code, ""
    for each in term.selects:
        if select.lower() in (each.code, each.words.lower()):
            return term.code, each.code
    raise _Wrong(f"“{select}” is no select of “{name}”." if select else f"“{name}” needs its select.")


def _grades(key: tuple[str, str], row: Mapping[str, str | None]) -> dict[int, str]:
    exist = ctcae_v3.grades_of(*key)
    texts = {grade: _text(row, f"grade_{grade}") for grade in range(1, 6)}
    for grade, text in texts.items():
        if text and grade not in exist:
            raise _Wrong(f"“{row['term']}” has no grade {grade}, and a text is given for it.")
        if not text and grade in exist:
            raise _Wrong(f"“{row['term']}” has a grade {grade}, and its text is missing.")
    return {grade: texts[grade] for grade in exist}
