"""Values of the record ↔ the text of a cell. Dates are `2006-01-12`, partial ones `2006-01` or `2006`; yes or no.

A spreadsheet takes words that begin with = + - @ for a formula. On the way out such words get an apostrophe before
them, and so do words that begin with one; on the way in one apostrophe before such a sign is taken off again.
"""

import json
import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from trial.rules.dates.partial_date import MONTHS, PartialDate
from trial.rules.typed_text import key

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_BY_PROGRAM = re.compile(r"-?[1-9](?:\.[0-9]+)?[eE][+-][0-9]{2}")
_GUARDED = (*FORMULA_SIGNS, "'")


def text(value: Any) -> str:
    """The value as text; None is empty, numbers are exact and without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, PartialDate):
        return value.stored()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return str(value)


def guarded(words: str) -> str:
    """Words that no spreadsheet runs as a formula."""
    return f"'{words}" if words.startswith(_GUARDED) else words


def unguarded(cell: str) -> str:
    """The inverse of `guarded`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def csv_cell(value: Any) -> str:
    """A value as a cell of a CSV file; only words can be a formula, numbers and dates never are."""
    return guarded(value) if isinstance(value, str) else text(value)


def typed_date(cell: str) -> str:
    """A date of a file as the pages read it: `2006-01` becomes `UNK-JAN-2006`; everything else stays as it is."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", cell)
    if found and 1 <= int(found[2]) <= 12:
        return f"UNK-{MONTHS[int(found[2]) - 1]}-{found[1]}"
    return cell


def typed_number(cell: str) -> str:
    """A number of a file as the pages read it: R and spreadsheets write `1e+05`; everything else stays as it is."""
    return format(Decimal(cell), "f") if _BY_PROGRAM.fullmatch(cell) else cell


def screening_number(text: str) -> int:
    """`4` or `S-0004` → 4; 0 when it is neither."""
    number = key(text.upper().removeprefix("S-"))
    return number if number is not None and number < 10**8 else 0
