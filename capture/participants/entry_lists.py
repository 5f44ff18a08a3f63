"""The entries of one participant by form, for the casebook: date, one line, status, and where to open them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from capture.casebook.forms.base import Form
from capture.casebook.registry import ENTRY_FORMS
from trial.models import Participant
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record.rows import at_once
from trial.rules.dates import partial_date

COMPLETE, PENDING = "complete", "incomplete"


@dataclass(frozen=True)
class Listed:
    """One entry in its list; `status` is derived: incomplete while a value is pending or a required line is missing.

    lacks: in words, which lines are.
    """

    row: Any
    on: str
    words: str
    status: str
    url: str
    lacks: str = ""


@dataclass(frozen=True)
class EntryList:
    """All standing entries of one form; `new_url` is None when the form is filled once and is there."""

    form: Form
    entries: tuple[Listed, ...]
    new_url: str | None


def entry_lists(participant: Participant) -> list[EntryList]:
    """One list per form of the casebook that is one entry each, in order of the casebook; one query."""
    of_form = [(form, form.entries(participant).standing().order_by(*form.model._meta.ordering))
               for form in ENTRY_FORMS.values()]  # fmt: skip
    lines = [_lines(form, rows) for form, rows in of_form]
    at_once(*(rows for _, rows in of_form), *lines)
    return [_list(form, participant, rows, _keys(there))
            for (form, rows), there in zip(of_form, lines, strict=True)]  # fmt: skip


def _list(form: Form, participant: Participant, rows: Iterable[Any], there: Mapping[int, set[str]]) -> EntryList:
    listed = tuple(_listed(form, participant, row, there[row.pk]) for row in rows)
    may_add = form.repeats or not listed
    return EntryList(form, listed, form.new_url(participant) if may_add else None)


def _lines(form: Form, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """(entry, key) of the lines of these entries, where some are required."""
    if form.lines is None or not form.lines.required:
        return form.model.objects.none()
    lines = form.lines.model.objects.standing().filter(**{f"{form.lines.parent}__in": rows})
    return lines.values_list(form.lines.parent, form.lines.key)


def _keys(lines: Iterable[tuple[int, str]]) -> defaultdict[int, set[str]]:
    """The keys of the lines of each entry."""
    found: dict[int, set[str]] = defaultdict(set)
    for entry, key in lines:
        found[entry].add(key)
    return found


def _listed(form: Form, participant: Participant, row: Any, lines: Collection[str]) -> Listed:
    required = form.lines.required if form.lines is not None else ()
    missing = ", ".join(ANALYTES.get(each, each) for each in required if each not in lines)
    when = getattr(row, form.dated_by)
    shown = partial_date.shown(when) if isinstance(when, date) else str(when or "date not known")
    return Listed(row, shown, str(row), PENDING if missing else status_of(row), form.url(participant, row), missing)


def status_of(row: Any) -> str:
    """Derived, never set: incomplete while an answer, or the reason of a missing value, is “pending”."""
    pending = any(getattr(row, field.name) == "pending" for field in _may_be_pending(type(row)))
    return PENDING if pending else COMPLETE


def _may_be_pending(model: Any) -> list[Any]:
    return [field for field in model._meta.fields if "pending" in dict(field.choices or ())]


def pending_entries(participants: Sequence[Participant]) -> list[tuple[Form, Listed]]:
    """Standing entries with a value that is said to be pending; one query."""
    of_form = []
    for form in ENTRY_FORMS.values():
        pending = Q()
        for field in _may_be_pending(form.model):
            pending |= Q(**{field.name: "pending"})
        if pending:
            rows = form.model.objects.standing().filter(pending, participant__in=participants)
            of_form.append((form, rows.select_related("participant__site"), _lines(form, rows)))
    at_once(*chain.from_iterable(of_one[1:] for of_one in of_form))
    found = []
    for form, rows, lines in of_form:
        there = _keys(lines)
        found += [(form, _listed(form, row.participant, row, there[row.pk])) for row in rows]
    return found
