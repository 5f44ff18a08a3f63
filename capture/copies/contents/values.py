"""Every field of a row of the record in words: its label, its value with unit, or why there is none. Never a code."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from capture.casebook import history
from capture.casebook import labels as places
from trial import protocol
from trial.drawing.pdf import instant
from trial.drawing.sections import Facts, Table
from trial.models import AdverseEvent, EligibilityAnswer, Person
from trial.models.fields import in_a_sentence, label
from trial.protocol import ctcae_v3, form_versions
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record import versions_in_force
from trial.rules.dates import partial_date
from trial.rules.safety.expedited_reports import aware_at
from trial.rules.typed_text import plain

STRUCK_OUT, EMPTY = "struck_out_reason", "—"
SILENT = frozenset({"id", "participant", STRUCK_OUT})


def facts(row: Any, kind: str = "", leave_out: Iterable[str] = ()) -> Facts:
    """Every field of a row; kind: the form of the casebook whose labels it has, by the edition that it was saved by."""
    if not hasattr(row, "form_edition"):
        return Facts(tuple((label(each), value(row, each)) for each in fields(type(row), leave_out)))
    edition = versions_in_force.saved_by(kind, row)
    labels = form_versions.labels(kind, edition.number)
    asked_later = form_versions.asked_after(kind, edition.number)
    pairs = [
        (labels.get(each.name) or label(each),
         "not part of this form version" if each.name in asked_later and getattr(row, each.name) in (None, "") else
         value(row, each))
        for each in fields(type(row), {"form_edition", *leave_out})
    ]  # fmt: skip
    return Facts((*pairs, ("Saved", edition.words)))


def table(rows: Sequence[Any], leave_out: Iterable[str] = ()) -> Table:
    """The same of several rows, one each. A column that is empty in all of them is left out."""
    if not rows:
        return Table((), ())
    columns = [(label(each), [value(row, each) for row in rows]) for each in fields(type(rows[0]), leave_out)]
    struck = [row.struck_out_reason or EMPTY for row in rows]
    columns = [each for each in [*columns, ("Reason for striking out", struck)] if set(each[1]) != {EMPTY}]
    places_struck = frozenset(place for place, row in enumerate(rows) if row.is_struck_out)
    cells = tuple(zip(*(told for _, told in columns), strict=True))
    return Table(tuple(head for head, _ in columns), cells, places_struck)


def fields(model: Any, leave_out: Iterable[str] = ()) -> list[Any]:
    """The fields that are told; a reason why a value is missing is told in place of the value."""
    names = {each.name for each in model._meta.concrete_fields}
    left = SILENT | set(leave_out)
    return [each for each in model._meta.concrete_fields if each.name not in left and not (
        each.name.endswith("_missing") and each.name.removesuffix("_missing") in names)]  # fmt: skip


def value(row: Any, field: Any) -> str:
    """The value in words; "missing: unknown" where a reason stands in its place, a dash where nothing was entered."""
    found = getattr(row, field.name)
    if found is None or found == "":
        reason = getattr(row, f"{field.name}_missing", "")
        return f"missing: {in_a_sentence(getattr(row, f'get_{field.name}_missing_display')())}" if reason else EMPTY
    special = _SPECIAL.get(field.name)
    if special is not None:
        return special(row, found)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    return in_words(found)


def in_words(found: Any) -> str:
    """A value of the record by its type."""
    if isinstance(found, bool):
        return "Yes" if found else "No"
    if isinstance(found, datetime):
        return instant(found)
    if isinstance(found, date):
        return partial_date.shown(found)
    if isinstance(found, Decimal):
        return plain(found)
    return found.full_name if isinstance(found, Person) else str(found)


def _event(row: Any, event: Any) -> str:
    return f"{event.name}, onset {event.onset_on or 'unknown'}"


def _select(row: Any, code: str) -> str:
    if not isinstance(row, AdverseEvent):
        return code
    return next((each.words for each in ctcae_v3.term(row.term).selects if each.code == code), code)


def _term(row: Any, code: str) -> str:
    try:
        return ctcae_v3.term(code).name
    except KeyError:
        return code


def _amount(row: Any, found: Decimal) -> str:
    unit = _UNITS.get(row.item, "") if isinstance(row, EligibilityAnswer) else ""
    return f"{getattr(row, 'value_qualifier', '')}{in_words(found)} {unit}".strip()


def _group(row: Any, letter: str) -> str:
    return f"{letter}, {protocol.group_named(letter).name}"


def _aware_time(row: Any, at: time) -> str:
    """By the clock of the site, and the instant."""
    instant_at = aware_at(row.aware_on, at, row.aware_offset)
    return f"{at:%H:%M} {row.aware_offset}" + ("" if row.aware_offset == "UTC" else f" ({instant_at:%H:%M} UTC)")


def _aware_offset(row: Any, offset: str) -> str:
    return offset if row.aware_on else EMPTY


_UNITS = {item.code: item.unit for item in protocol.ELIGIBILITY}
_SPECIAL: dict[str, Any] = {
    "value": _amount, "group": _group, "term": _term, "select": _select, "continues": _event, "event": _event,
    "analyte": lambda row, code: ANALYTES.get(code, code), "item": lambda row, code: history.ITEM_WORDS.get(code, code),
    "criteria": lambda row, _: "; ".join(row.named), "aware_time": _aware_time, "aware_offset": _aware_offset,
    "form": lambda row, kind: places.TITLES.get(kind, kind),
}  # fmt: skip
