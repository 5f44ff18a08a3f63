"""Where in the casebook a query, verification or freeze belongs: what the place is called and where it opens."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst

from capture.casebook import history
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from trial import protocol
from trial.audit.tables import above, record_models, table_of
from trial.models import (
    Assessment,
    Cycle,
    ExpeditedReport,
    Lesion,
    NotDone,
    Participant,
    Person,
    RegistrationFinding,
    Waiver,
)
from trial.models.fields import label
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import partial_date
from trial.rules.typed_text import key

# Entries that are no form of the casebook and have a history of their own, by its kind in the address.
OWN_HISTORY: dict[str, Any] = {"waiver": Waiver, "finding": RegistrationFinding, "not_done": NotDone,
                               "expedited_report": ExpeditedReport}  # fmt: skip


@cache
def titles() -> dict[str, str]:
    """Table → what it is called, of every table of the audit trail."""
    return {table_of(model): capfirst(str(model._meta.verbose_name)) for model in (*record_models(), Person)}


def title(table: str) -> str:
    """What the table is called; its own name for one that is not known here."""
    return titles().get(table, table)


@cache
def history_of(table: str) -> tuple[str, str]:
    """(kind in the address of the history, column of a version that holds the entry's id); empty: it has none."""
    model = next((model for model in record_models() if table_of(model) == table), None)
    if model is None or model.place.entered_with:
        return "", ""
    kind = next((kind for kind, own in OWN_HISTORY.items() if own is model), model.place.form)
    if kind or model.place.by:
        return kind or model._meta.model_name or "", "id"
    key = above(model)
    return (history_of(table_of(key.related_model))[0], key.column) if key is not None else ("", "")


TITLES = {form.kind: form.title for form in CASEBOOK}
_MODELS: dict[str, Any] = {
    "registration": Participant, "cycle": Cycle, "baseline": Assessment, "follow_up_scan": Assessment,
    **{kind: book.model for kind, book in ENTRY_FORMS.items()},
}  # fmt: skip
_ITEMS = {item.code: item.words for item in protocol.ELIGIBILITY}
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Place:
    """An entry of the casebook in words, and its page."""

    title: str
    url: str


def field_label(kind: str, field: str) -> str:
    """What a field of a form is called on its page; empty for the form as a whole."""
    if field.startswith("lab-"):
        return ANALYTES.get(field.removeprefix("lab-"), field)
    if field.startswith("lesion"):
        found = Lesion.objects.filter(pk=key(field[6:])).first()
        return str(found or field)
    if field.partition("_")[2] in _ITEMS:
        return _ITEMS[field.partition("_")[2]]
    fields = _MODELS[kind]._meta.fields if kind in _MODELS else ()
    return next((label(each) for each in fields if each.name == field), capfirst(field.replace("_", " ")))


def places(items: Iterable[Any]) -> dict[Key, Place]:
    """(form, row id) → place, of things with participant, form and row_id; one query per form, however many."""
    by_form: dict[str, dict[int | None, Participant]] = defaultdict(dict)
    for item in items:
        by_form[item.form][item.row_id] = item.participant
    found: dict[Key, Place] = {}
    for kind, owners in by_form.items():
        rows = _rows(kind, [key for key in owners if key is not None])
        for row_id, participant in owners.items():
            found[(kind, row_id)] = place(participant, kind, rows.get(row_id or 0))
    return found


def place(participant: Participant, kind: str, row: Any) -> Place:
    """The place of one entry; row None: the form as a whole."""
    title = TITLES.get(kind, kind)
    if kind == "registration":
        return Place(title, reverse("capture:correct", args=[participant.reference]))
    if row is None:
        return Place(title, reverse("capture:participant", args=[participant.reference]))
    if kind == "cycle":
        return Place(f"Cycle {row.number}", reverse("capture:cycle", args=[participant.reference, row.number]))
    if kind in ENTRY_FORMS:
        url = reverse("capture:entry", args=[participant.reference, kind, row.pk])
        return Place(f"{title} {_day(getattr(row, ENTRY_FORMS[kind].dated_by))}".strip(), url)
    url = reverse("capture:assessment", args=[participant.reference, row.pk])
    return Place(f"{title} {_day(row.assessed_on)}", url)


def row_of(participant: Participant, kind: str, row_id: int | None) -> Any:
    """The entry itself; None when this participant has no such entry."""
    if kind == "registration":
        return participant
    found = _rows(kind, [row_id]).get(row_id) if row_id is not None else None
    return found if found is not None and found.participant_id == participant.pk else None


def rows_of(participant: Participant, kind: str, row: Any) -> list[Model]:
    """Every row of the record that the entry consists of."""
    if kind == "registration":
        return history.rows_of_registration(participant)
    if kind == "cycle":
        return history.rows_of_cycle(row)
    if kind in ENTRY_FORMS:
        return history.rows_of_entry(ENTRY_FORMS[kind], row)
    return history.rows_of_assessment(row)


def _rows(kind: str, ids: list[int]) -> dict[int, Any]:
    return _MODELS[kind].objects.in_bulk(ids) if kind in _MODELS else {}


def _day(when: Any) -> str:
    return partial_date.shown(when) if isinstance(when, date) else str(when or "no date")
