"""The history of an entry in words: who, in which role, when, what changed from what to what, and why.

Read from the versions that the database keeps of every row, joined to their Changes.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from capture.casebook import redaction_words
from capture.casebook.registry import FORMS
from trial import protocol
from trial.audit import holds, redaction
from trial.audit.tables import above, audited, record_models
from trial.models import (
    AdverseEvent,
    EligibilityAnswer,
    ExpeditedReport,
    LaboratoryResult,
    Lesion,
    LesionReading,
    NotDone,
    RecordRow,
    Redaction,
    RegistrationFinding,
    Role,
    ScreenFailure,
    Site,
    SiteTransfer,
    Version,
    Waiver,
)
from trial.models.audit import ACTS
from trial.models.fields import in_a_sentence, label
from trial.protocol import ctcae_v3
from trial.record import versions_in_force
from trial.record.rows import later_columns, note
from trial.rules.dates import partial_date, site_time
from trial.runtime.database.at_once import Answer, Shape, at_once

# What the heading of a row says already.
IN_THE_HEADING = frozenset({(EligibilityAnswer, "edition"), (EligibilityAnswer, "item"), (LaboratoryResult, "analyte")})
# Acts that save a form, by an edition of it.
SAVES_A_FORM = frozenset({"register", "enter", "correct", "import"})
# Columns whose plainest value says nothing at first entry.
PLAIN_AT_FIRST = {"aware_offset": "UTC", "time_zone": "UTC"}
ITEM_WORDS = {item.code: item.words for item in protocol.ELIGIBILITY}


@dataclass(frozen=True)
class Line:
    """One value that changed, in words; `old` is empty at first entry.

    version, column: where it stands; may_go: whether words of it can be blacked out.
    """

    label: str
    old: str
    new: str
    version: int | None = None
    column: str = ""
    may_go: bool = False


@dataclass(frozen=True)
class Entry:
    """One Change as far as it concerns the entry looked at.

    edition: in words, of a Change that saved the form; notes: what was blacked out of it, by whom and why. site: the
    code of the site that the Change was made at.
    """

    number: int
    at: datetime
    act: str
    who: str
    role: str
    reason: str
    lines: tuple[Line, ...]
    edition: str = ""
    notes: tuple[str, ...] = ()
    site: str = ""


def newest_change(*rows: Model) -> int:
    """The number of the newest Change that touched one of the rows, a black-out too; 0 when there is none."""
    if not rows:
        return 0
    newest = Version.objects.filter(_of(rows)).order_by("-change_id").values_list("change_id", "change__seal")[:1]
    since_then = Coalesce(Subquery(newest.values("change_id")), 0)
    at_once(newest, blacked := redaction_words.done_after(since_then))
    number, seal = next(iter(newest), (0, None))
    note(("seal", number), seal)
    return max([number, *(each.decided_in or 0 for each in redaction_words.among(rows, blacked))])


def entries(rows: Sequence[Model]) -> list[Entry]:
    """The history of an entry that consists of these rows, newest Change first."""
    if not rows:
        return []
    names = {(row._meta.db_table, row.pk): _name(row) for row in rows}
    versions = Version.objects.filter(_of(rows)).select_related("change__person", "change__site").order_by(
        "change_id", "id")  # fmt: skip
    before: dict[tuple[str, int], dict[str, Any]] = {}
    lines: dict[int, list[Line]] = {}
    heads: dict[int, Any] = {}
    editions, notes = _editions(rows[0]), redaction_words.notes_of(versions)
    for version in versions:
        key = (version.table_name, version.row_id)
        heads[version.change_id] = version.change
        lines.setdefault(version.change_id, []).extend(lines_of(version, before.get(key, {}), names[key]))
        before[key] = version.row
    found = [_entry(heads[number], lines[number], editions) for number in sorted(heads, reverse=True)]
    return [replace(entry, notes=notes.get(entry.number, ())) for entry in found]


def _editions(head: Model) -> dict[int, str]:
    """Change → the edition by which it saved the entry, in words; empty for a row that is no entry of a form."""
    table, found = head._meta.db_table, {}
    for change, row in Version.objects.filter(table_name=table, row_id=head.pk).order_by("change_id", "id").values_list(
        "change_id", "row"
    ):
        form = holds.form_of(table, row)
        if form:
            found[change] = versions_in_force.of_version(form, row).words
    return found


def since(rows: Sequence[Model], opened_at: int) -> list[Entry]:
    """What others changed or blacked out after Change `opened_at`: shown instead of overwriting it.

    One SQL statement where nothing did.
    """
    if not rows or not _is_touched(rows, opened_at):
        return []
    gone = [
        Entry(each.decided_in, each.decided_at, ACTS["approve"], str(each.decided_by), "", each.decided_because, (),
              notes=(redaction_words.in_words(each),))
        for each in redaction_words.of_rows(rows, opened_at)
    ]  # fmt: skip
    return gone[::-1] + [entry for entry in entries(rows) if entry.number > opened_at]


def _is_touched(rows: Sequence[Model], after: int) -> bool:
    """Whether a Change after this one wrote one of the rows, or blacked anything out."""
    written = Version.objects.filter(_of(rows), change_id__gt=after).order_by().values("pk")
    blacked = Redaction.objects.filter(state=Redaction.State.DONE, decided_in__gt=after).order_by().values("pk")
    return written.union(blacked, all=True).exists()


_TOUCHED: dict[tuple[type[Model], str], Shape] = {}
_BLACKED_OUT = Shape(
    lambda after: Redaction.objects.filter(state=Redaction.State.DONE, decided_in__gt=after).order_by()
    .values_list("pk")[:1]
)  # fmt: skip


def touched(row: RecordRow, after: int) -> tuple[Answer, Answer]:
    """The question whether a Change after this one wrote a row of the entry, or blacked anything out: no rows if not.
    It names no rows below: a line that somebody else added counts too.
    """
    what = (type(row), _kind_of(row))
    if what not in _TOUCHED:
        _TOUCHED[what] = Shape(partial(_written_after, *what))
    return _TOUCHED[what](row.pk, after), _BLACKED_OUT(after)


def _written_after(model: type[RecordRow], kind: str, key: int, after: int) -> QuerySet[Any, Any]:
    found = Q(table_name=model._meta.db_table, row_id=key)
    for below, parent, others in _below(model):
        lines = below._default_manager.filter(**{parent: key})
        found |= Q(table_name=below._meta.db_table, row_id__in=lines.values("pk"))
        for name in _chosen(below, others, kind):
            table = below._meta.get_field(name).related_model._meta.db_table
            found |= Q(table_name=table, row_id__in=lines.values(name))
    return Version.objects.filter(found, change_id__gt=after).order_by().values_list("pk")[:1]


def _kind_of(row: RecordRow) -> str:
    return row.place.form or row.place.forms.get(getattr(row, row.place.by, ""), "")


def _chosen(below: type[RecordRow], others: tuple[str, ...], kind: str) -> list[str]:
    """The keys of a line to rows that are entered with this form."""
    return [name for name in others if below._meta.get_field(name).related_model.place.entered_with == kind]


# What a participant has that is no form of the casebook and has a history of its own, by its kind in the address.
OWN_HISTORY: dict[str, type[RecordRow]] = {
    "waiver": Waiver, "finding": RegistrationFinding, "screen_failure": ScreenFailure,
    "site_transfer": SiteTransfer, "not_done": NotDone, "expedited_report": ExpeditedReport,
}  # fmt: skip


def rows_of(row: RecordRow) -> list[Model]:
    """The rows of the record that an entry consists of, struck-out ones too: itself, what was chosen in it (the lesions
    of a baseline), and the rows below it."""
    lines: list[Model] = []
    chosen: list[Model] = []
    for model, parent, others in _below(type(row)):
        found = list(model._default_manager.filter(**{parent: row}).select_related(*others).order_by("id"))
        lines += found
        chosen += [getattr(line, name) for line in found for name in _chosen(model, others, _kind_of(row))]
    return [row, *chosen, *lines]


@cache
def _below(model: type[RecordRow]) -> tuple[tuple[type[RecordRow], str, tuple[str, ...]], ...]:
    """The models of the rows below those of a model, with the key that leads up, and their other keys."""
    found = []
    for line in record_models():
        key = above(line)
        if key is not None and key.related_model is model and line not in OWN_HISTORY.values():
            keys = [field for field in line._meta.concrete_fields if field.is_relation and field is not key]
            others = tuple(field.name for field in keys if issubclass(field.related_model, RecordRow))
            found.append((line, key.name, others))
    return tuple(found)


def _of(rows: Iterable[Model]) -> Q:
    by_table: dict[str, list[int]] = {}
    for row in rows:
        by_table.setdefault(row._meta.db_table, []).append(row.pk)
    found = Q()
    for table, ids in by_table.items():
        found |= Q(table_name=table, row_id__in=ids)
    return found


def _name(row: Model) -> str:
    if isinstance(row, EligibilityAnswer):
        return ITEM_WORDS.get(row.item, row.item)
    if isinstance(row, LesionReading):
        return str(row.lesion)
    if isinstance(row, LaboratoryResult):
        return row.analyte
    return str(row) if isinstance(row, Lesion) else ""


def _entry(change: Any, lines: list[Line], editions: dict[int, str]) -> Entry:
    who = change.person.full_name if change.person else "The system"
    role = dict(Role.choices).get(change.role, "")
    # A Change that touched only rows below the entry leaves its edition as it was.
    until_then = max((number for number in editions if number <= change.id), default=None)
    edition = editions[until_then] if until_then is not None and change.act in SAVES_A_FORM else ""
    said = tuple(line for line in lines if line.column != "form_edition")
    return Entry(change.id, change.at, ACTS.get(change.act, change.act), who, role, change.reason, said, edition,
                 site=change.site.code if change.site else "")  # fmt: skip


def lines_of(version: Version, before: dict[str, Any], name: str) -> list[Line]:
    """What a version changed, in words; `before` is the row as the version before left it (empty for the first)."""
    model = _model(version.table_name)
    unsaid = later_columns(model) if before else PLAIN_AT_FIRST
    found = []
    for column, value in version.row.items():
        same = before.get(column, unsaid.get(column)) == value or (not before and value in (None, ""))
        if same or _is_silent(version, column):
            continue
        called = _label(model, column)
        words = f"{name}: {in_a_sentence(called)}" if name else called
        may_go = bool(value) and redaction.is_free(version.table_name, column)
        found.append(Line(words, _words(model, column, before), _words(model, column, version.row),
                          version.pk, column, may_go))  # fmt: skip
    return found


def _is_silent(version: Version, column: str) -> bool:
    """Keys of other rows of the record say nothing to a reader, nor does what the heading says already."""
    if column == "aware_offset":
        return not version.row.get("aware_on")
    model = _model(version.table_name)
    field = _field(model, column)
    if model is SiteTransfer and field is not None and field.related_model is Site:
        return False
    is_key = field is not None and (field.primary_key or field.is_relation and field.related_model is not model
                                    and issubclass(field.related_model, RecordRow))  # fmt: skip
    return is_key or (model, column) in IN_THE_HEADING


@cache
def _model(table: str) -> Any:
    return next(model for model in apps.get_app_config("trial").get_models() if model._meta.db_table == table)


@cache
def _field(model: Any, column: str) -> Any:
    """The field of a column of a version; None for one that the table has no more."""
    return next((field for field in model._meta.fields if column in (field.name, field.attname)), None)


def called(table: str, column: str) -> str:
    """What a column of a version of this table is called."""
    return _label(_model(table), column) if table in audited() else column.replace("_", " ").capitalize()


def _label(model: Any, column: str) -> str:
    field = _field(model, column)
    return label(field) if field is not None else column.replace("_", " ").strip().capitalize()


def _words(model: Any, column: str, row: dict[str, Any]) -> str:
    value = row.get(column)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if model is SiteTransfer and column in ("from_site_id", "to_site_id"):
        return Site.objects.get(pk=value).code
    if column.endswith("_on"):
        return _day(str(value))
    if column == "aware_time":
        return f"{str(value)[:5]} {site_time.in_words(site_time.from_stored(row.get('aware_offset') or 'UTC'))}"
    if column.endswith("_at"):
        return site_time.in_utc(datetime.fromisoformat(str(value)))
    said = value if isinstance(value, str) else json.dumps(value)
    if column == "criteria":
        return "; ".join(ITEM_WORDS.get(code, code) for code in said.split("; "))
    if column == "form":
        return FORMS[said].title if said in FORMS else said
    if model is AdverseEvent and column in ("term", "select"):
        return _of_the_dictionary().get(said, said)
    choices = dict(getattr(_field(model, column), "choices", None) or ())
    return str(choices.get(value, said)) if choices else said


@cache
def _of_the_dictionary() -> dict[str, str]:
    """The words of each term and each select of CTCAE by code."""
    terms = ctcae_v3.terms()
    return {each.code: each.name for each in terms} | {
        select.code: select.words for each in terms for select in each.selects
    }


def _day(text: str) -> str:
    return partial_date.shown(date.fromisoformat(text)) if len(text) == 10 else str(partial_date.from_stored(text))
