"""The entries of one participant by form, for the casebook: date, one line, status, and where to open them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from capture.casebook.forms.base import Form
from capture.casebook.registry import ENTRY_FORMS
from trial.models import Participant
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import partial_date
from trial.runtime.database.at_once import at_once

KEYS = {"adverse_event": "e", "visit": "v", "blood_pressure": "b", "hormone": "h"}
COMPLETE, PENDING = "complete", "incomplete"


@dataclass(frozen=True)
class Listed:
    """One entry in its list; `status` is derived: incomplete while a value is pending or a required line is missing.

    lacks: in words, which lines are missing or pending.
    """

    row: Any
    on: str
    words: str
    status: str
    url: str
    lacks: str = ""

    def asked(self, form: Form) -> str:
        """What waits of an incomplete entry, in one line."""
        return f"{form.title}: {self.words}{f'; {self.lacks}' if self.lacks else ''}"


@dataclass(frozen=True)
class EntryList:
    """All standing entries of one form; `new_url` is None when it is filled once and is there, or comes later."""

    form: Form
    entries: tuple[Listed, ...]
    new_url: str | None

    @property
    def key(self) -> str:
        """The letter that adds an entry on the participant's page; empty for most forms."""
        return KEYS.get(self.form.kind, "")


def entry_lists(participant: Participant) -> list[EntryList]:
    """One list per form of the casebook that is one entry each, in order of the casebook; one query."""
    of_form = [(form, form.entries(participant).standing().order_by(*form.model._meta.ordering))
               for form in ENTRY_FORMS.values()]  # fmt: skip
    lines = [_lines(form, rows) for form, rows in of_form]
    at_once(*(rows for _, rows in of_form), *lines)
    return [_list(form, participant, rows, _keys(there)) for (form, rows), there in zip(of_form, lines, strict=True)]


def _list(form: Form, participant: Participant, rows: Iterable[Any], there: Mapping[int, set[str]]) -> EntryList:
    listed = tuple(_listed(form, participant, row, there[row.pk]) for row in rows)
    may_add = (form.repeats or not listed) and (participant.is_registered or form.before_registration)
    return EntryList(form, listed, form.new_url(participant) if may_add else None)


def _lines(form: Form, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """(entry, key, whether it is pending) of the lines of these entries, where some are required."""
    if form.lines is None or not form.lines.required:
        return form.model.objects.none()
    lines = form.lines.model.objects.standing().filter(**{f"{form.lines.parent}__in": rows})
    return lines.values_list(form.lines.parent, form.lines.key, _is_pending(form.lines.model))


def _keys(lines: Iterable[tuple[int, str, bool]]) -> defaultdict[int, dict[str, bool]]:
    """Of each entry the keys of its lines, each with whether it is pending."""
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    for entry, key, is_pending in lines:
        found[entry][key] = is_pending
    return found


def _listed(form: Form, participant: Participant, row: Any, lines: Mapping[str, bool]) -> Listed:
    required = form.lines.required if form.lines is not None else ()
    said = [f"{ANALYTES.get(each, each)} missing" for each in required if each not in lines]
    said += [f"{ANALYTES.get(each, each)} pending" for each, is_pending in lines.items() if is_pending]
    when = getattr(row, form.dated_by)
    shown = partial_date.shown(when) if isinstance(when, date) else str(when or "date not known")
    status = PENDING if said else status_of(row)
    return Listed(row, shown, str(row), status, form.url(participant, row), ", ".join(said))


def status_of(row: Any) -> str:
    """Derived, never set: incomplete while an answer, or the reason of a missing value, is “pending”."""
    pending = any(getattr(row, field.name) == "pending" for field in _may_be_pending(type(row)))
    return PENDING if pending else COMPLETE


def _may_be_pending(model: Any) -> list[Any]:
    return [field for field in model._meta.fields if "pending" in dict(field.choices or ())]


def _is_pending(model: Any) -> Q:
    return Q(*((field.name, "pending") for field in _may_be_pending(model)), _connector=Q.OR)


def incomplete_entries(participants: Sequence[Participant]) -> list[tuple[Form, Listed]]:
    """Standing entries with a value that is said to be pending, or without a line that is required; one query."""
    every = [(form, _incomplete(form, participants)) for form in ENTRY_FORMS.values()]
    of_form = [(form, rows, _lines(form, rows)) for form, rows in every if rows is not None]
    at_once(*chain.from_iterable(of_one[1:] for of_one in of_form))
    found = []
    for form, rows, lines in of_form:
        there = _keys(lines)
        found += [(form, _listed(form, row.participant, row, there[row.pk])) for row in rows]
    return found


def _incomplete(form: Form, participants: Sequence[Participant]) -> QuerySet[Any, Any] | None:
    """The standing entries of these participants with a pending value or without a required line; None: no such."""
    rows, asked = form.model.objects.standing().filter(participant__in=participants), _is_pending(form.model)
    if form.lines is not None and form.lines.required:
        parent, required = form.lines.parent, form.lines.required
        lines = form.lines.model.objects.standing().filter(**{parent: OuterRef("pk")})
        there = lines.filter(**{f"{form.lines.key}__in": required}).order_by().values(parent)
        rows = rows.alias(there=Coalesce(Subquery(there.annotate(count=Count("pk")).values("count")), 0))
        asked |= Q(there__lt=len(required)) | Q(Exists(lines.filter(_is_pending(form.lines.model))))
    return rows.filter(asked).select_related("participant__site") if asked else None
