"""Which entries a bulk query is about: those in which a field has a value, such as a grade of 3 to 5, or has none."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from capture.casebook import labels
from capture.casebook.registry import FORMS
from trial.rules.dates import partial_date

# A number alone is the span from itself to itself.
SPAN = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?")


def fields_of(kind: str) -> list[tuple[str, str]]:
    """(name, label) of the fields of a form that its entries have themselves; none for an unknown form."""
    if kind not in FORMS:
        return []
    own = {field.name for field in FORMS[kind].model._meta.concrete_fields}
    asked = getattr(FORMS[kind].form, "base_fields", {})
    return [(name, labels.field_label(kind, name)) for name in asked if name in own and not name.endswith("_missing")]


def _shown(there: Any) -> str:
    if isinstance(there, bool):
        return "yes" if there else "no"
    if isinstance(there, time):
        return f"{there:%H:%M}"
    return partial_date.shown(there) if isinstance(there, date) else str(there)


def meets(row: Any, field: str, value: str) -> bool:
    """Whether a field of an entry has this value, by its code or its words; lies in a span; or, for empty, has none."""
    there, wanted = getattr(row, field), value.strip().casefold()
    if there is None:
        return not wanted
    span = SPAN.fullmatch(wanted)
    if span and isinstance(there, int | Decimal) and not isinstance(there, bool):
        return Decimal(span[1]) <= there <= Decimal(span[2] or span[1])
    shown = _shown(there)
    words = getattr(row, f"get_{field}_display", lambda: shown)()
    return wanted in {shown.casefold(), str(words).casefold()}
