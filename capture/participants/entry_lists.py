"""The entries of one participant by form, for the casebook: date, one line, status, and where to open them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from capture.casebook.forms.base import CasebookForm
from capture.casebook.labels import one_line
from capture.casebook.registry import ENTRY_FORMS
from trial.models import Participant
from trial.rules.dates import partial_date

COMPLETE, PENDING = "complete", "incomplete"


@dataclass(frozen=True)
class Listed:
    """One entry in its list; `status` is derived: incomplete while a value is pending."""

    row: Any
    on: str
    words: str
    status: str
    url: str


@dataclass(frozen=True)
class EntryList:
    """All standing entries of one form; `new_url` is None when the form is filled once and is there."""

    form: CasebookForm
    entries: tuple[Listed, ...]
    new_url: str | None


def entry_lists(participant: Participant) -> list[EntryList]:
    """One list per form of the casebook that is one entry each, in order of the casebook; one query each."""
    return [_list(form, participant) for form in ENTRY_FORMS.values()]


def _list(form: CasebookForm, participant: Participant) -> EntryList:
    rows = form.model.objects.filter(participant=participant, struck_out_reason="")
    listed = tuple(_listed(form, participant, row) for row in rows)
    may_add = form.repeats or not listed
    new_url = reverse("capture:entry_new", args=[participant.reference, form.kind]) if may_add else None
    return EntryList(form, listed, new_url)


def _listed(form: CasebookForm, participant: Participant, row: Any) -> Listed:
    when = getattr(row, form.dated_by)
    shown = partial_date.shown(when) if isinstance(when, date) else str(when or "date not known")
    url = reverse("capture:entry", args=[participant.reference, form.kind, row.pk])
    return Listed(row, shown, one_line(form.kind, row), status_of(row), url)


def status_of(row: Any) -> str:
    """Derived, never set: incomplete while the reason of a missing value is “pending”."""
    pending = any(
        getattr(row, field.name) == "pending" for field in row._meta.fields if field.name.endswith("_missing")
    )
    return PENDING if pending else COMPLETE


def pending_entries(participants: Sequence[Participant]) -> list[tuple[CasebookForm, Listed]]:
    """Standing entries with a value that is said to be pending; one query per form."""
    found = []
    for form in ENTRY_FORMS.values():
        pending = Q()
        for field in form.model._meta.fields:
            if field.name.endswith("_missing"):
                pending |= Q(**{field.name: "pending"})
        if pending:
            rows = form.model.objects.filter(pending, participant__in=participants, struck_out_reason="")
            found += [(form, _listed(form, row.participant, row)) for row in rows.select_related("participant")]
    return found
