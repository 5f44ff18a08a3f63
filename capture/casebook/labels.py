"""Where in the casebook a query, verification or freeze belongs: what the place is called and where it opens."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst

from capture.casebook import history
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS, FORMS
from trial import protocol
from trial.audit.tables import above, record_models, table_of
from trial.models import EligibilityAnswer, LaboratoryResult, Lesion, LesionReading, Participant, Person
from trial.models.fields import label
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import partial_date
from trial.rules.typed_text import key


@cache
def titles() -> dict[str, str]:
    """Table → what it is called, of every table of the audit trail."""
    return {table_of(model): capfirst(str(model._meta.verbose_name)) for model in (*record_models(), Person)}


def title(table: str) -> str:
    """What the table is called; its own name for one that is not known here."""
    return titles().get(table, table)


@cache
def of_history(kind: str) -> Any:
    """The model whose rows a kind in the address of a history names; None: there is no such kind."""
    return next((model for model in record_models() if history_of(table_of(model)) == (kind, "id")), None)


@cache
def history_of(table: str) -> tuple[str, str]:
    """(kind in the address of the history, column of a version that holds the entry's id); empty: it has none."""
    model = next((model for model in record_models() if table_of(model) == table), None)
    if model is None or model.place.entered_with:
        return "", ""
    kind = next((kind for kind, own in history.OWN_HISTORY.items() if own is model), model.place.form)
    if kind or model.place.by:
        return kind or model._meta.model_name or "", "id"
    key = above(model)
    return (history_of(table_of(key.related_model))[0], key.column) if key is not None else ("", "")


TITLES = {form.kind: form.title for form in CASEBOOK}
_ITEMS = {item.code: item.words for item in protocol.ELIGIBILITY}
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Place:
    """An entry of the casebook in words, and its page; entry: the one line of an entry (term and grade of an event)."""

    title: str
    url: str
    entry: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry by its key; row_id None: the form as a whole."""

    participant: Participant
    form: str
    row_id: int | None


def field_label(kind: str, field: str) -> str:
    """What a field of a form is called on its page; empty for the form as a whole."""
    if field.startswith("lab-"):
        return ANALYTES.get(field.removeprefix("lab-"), field)
    if field.startswith("lesion"):
        found = Lesion.objects.filter(pk=key(field[6:])).first()
        return str(found or field)
    if field.partition("_")[2] in _ITEMS:
        return _ITEMS[field.partition("_")[2]]
    form = FORMS.get(kind)
    models = [form.model, *([form.lines.model] if form.lines else [])] if form else []
    fields = [each for model in models for each in model._meta.fields]
    return next((label(each) for each in fields if each.name == field), capfirst(field.replace("_", " ")))


def has_field(participant: Participant, kind: str, field: str) -> bool:
    """Whether a form or its lines have the field, as its page names it: `grade`, `lab-HGB`, `lesion7`, `met_AGE`."""
    form = FORMS[kind]
    models = [form.model, *([form.lines.model] if form.lines else [])]
    named = {*form.form.base_fields, *(each.name for model in models for each in model._meta.concrete_fields)}
    rows: list[str] = []
    if LaboratoryResult in models:
        rows = [f"lab-{analyte}" for analyte in ANALYTES]
    elif LesionReading in models:
        rows = [f"lesion{lesion}" for lesion in participant.lesions.values_list("pk", flat=True)]
    elif EligibilityAnswer in models:
        rows = [f"{part}_{item}" for part in ("met", "value", "date", "measured", "limit") for item in _ITEMS]
    return field in named or any(field == row or field.removeprefix(f"{row}-") in named for row in rows)


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
    form = FORMS.get(kind)
    if form is None or (row is None and form.model is not Participant):
        return Place(form.title if form else kind, reverse("capture:participant", args=[participant.reference]))
    named_by = form.dated_by if form.page is None or form.page.named_by == "" else form.page.named_by
    when = "" if named_by is None else _day(getattr(row, named_by))
    return Place(f"{form.title} {when}".strip(), form.url(participant, row), str(row) if kind in ENTRY_FORMS else "")


def row_of(participant: Participant, kind: str, row_id: int | None) -> Any:
    """The entry itself; None when this participant has no such entry."""
    if kind == "registration":
        return participant
    found = _rows(kind, [row_id]).get(row_id) if row_id is not None else None
    return found if found is not None and found.participant_id == participant.pk else None


def _rows(kind: str, ids: list[int]) -> dict[int, Any]:
    return FORMS[kind].model.objects.in_bulk(ids) if kind in FORMS else {}


def _day(when: Any) -> str:
    return partial_date.shown(when) if isinstance(when, date) else str(when or "date not known")
