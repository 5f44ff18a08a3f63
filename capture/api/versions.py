"""Entries of a data set as they stood after a change, each with the names and columns of its export.

Present and past are read alike: the newest version of each row up to the change. Who may see a row is asked now.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db import models as django_models

from capture.exchange.data_sets import DATA_SETS, WRITTEN_AS, Column, DataSet
from trial.api.paging import Page
from trial.audit import tables
from trial.models import Change, Participant, Site, Version
from trial.record.rows import EXACT, later_columns

# Data sets of participants that have a resource of their own, or are no part of a casebook.
ELSEWHERE = {"queries", "query_messages", "holds", "black_outs"}
ENTRIES: dict[str, DataSet] = {each.name: each for each in DATA_SETS
                               if each.to_participant and each.name not in ELSEWHERE}  # fmt: skip
PARTICIPANTS = next(each for each in ENTRIES.values() if each.model is Participant)


# SQL: of the version `v` of a row and of `above`, the entry whose line it is.
STRUCK_OUT_ABOVE = "coalesce(above.row->>'struck_out_reason', '') <> ''"
STRUCK_OUT = f"(coalesce(v.row->>'struck_out_reason', '') <> '' OR {STRUCK_OUT_ABOVE})"


@dataclass(frozen=True)
class Asked:
    """Which entries. sites: ids of those that the person sees; participant, entry: only this; changed_after: a change.

    struck_out: those that do not stand as well. where: column → its value.
    """

    sites: Sequence[int]
    participant: int | None = None
    entry: int | None = None
    changed_after: int = 0
    struck_out: bool = False
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One row as a change left it; site_at_entry: of the change that entered it.

    is_struck_out: it, or the entry whose line it is.
    """

    number: int
    change: int
    participant: int
    row: dict[str, Any]
    site_at_entry: int | None
    is_struck_out: bool


def of_participant(model: Any, alias: str = "t") -> str:
    """SQL: the id of the participant that row `alias` is of."""
    if model is Participant:
        return f"{alias}.id"
    if any(each.column == "participant_id" for each in model._meta.concrete_fields):
        return f"{alias}.participant_id"
    key = tables.above(model)
    assert key is not None, model
    above = of_participant(key.related_model, f"{alias}a")
    table = tables.table_of(key.related_model)
    return f"(SELECT {above} FROM {table} {alias}a WHERE {alias}a.id = {alias}.{key.column})"


def entries(data_set: DataSet, page: Page, asked: Asked) -> list[Entry]:
    """One more than the page holds where there are more, in order of their numbers."""
    table, participant = tables.table_of(data_set.model), of_participant(data_set.model)
    over, key = _above(data_set)
    conditions, more = ["t.id > %s", f"{participant} IN (SELECT id FROM trial_participant WHERE site_id = ANY(%s))"], []
    for condition, value in ((f"{participant} = %s", asked.participant), ("t.id = %s", asked.entry)):
        if value is not None:
            conditions.append(condition)
            more.append(value)
    if asked.changed_after:  # said twice, so that few rows are looked at
        written = "SELECT row_id FROM trial_version WHERE table_name = %s AND change_id > %s"
        conditions.append(f"(v.change_id > %s OR {STRUCK_OUT_ABOVE} AND above.change_id > %s) "
                          f"AND (t.id IN ({written}) OR {f't.{key}' if key else 'NULL'} IN ({written}))")  # fmt: skip
        more += [asked.changed_after, asked.changed_after, table, asked.changed_after, over, asked.changed_after]
    for column, text in asked.where.items():
        conditions.append("v.row->>%s = %s")
        more += [column, text]
    if not asked.struck_out:
        conditions.append(f"NOT {STRUCK_OUT}")
    newest = """SELECT change_id, row FROM trial_version WHERE table_name = %s AND row_id = {} AND change_id <= %s
        ORDER BY change_id DESC, id DESC LIMIT 1"""
    sql = f"""SELECT t.id, v.change_id, {participant}, v.row::text, (SELECT c.site_id FROM trial_version f
            JOIN trial_change c ON c.id = f.change_id WHERE f.table_name = %s AND f.row_id = t.id
            ORDER BY f.change_id, f.id LIMIT 1), {STRUCK_OUT}
        FROM {table} t CROSS JOIN LATERAL ({newest.format("t.id")}) v
        LEFT JOIN LATERAL ({newest.format("(v.row->>%s)::bigint")}) above ON true
        WHERE {" AND ".join(conditions)} ORDER BY t.id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [table, table, page.change, over, key, page.change, page.after, list(asked.sites), *more,
                             page.limit + 1])  # fmt: skip
        return [Entry(number, change, participant, EXACT.decode(row), site, is_struck_out)
                for number, change, participant, row, site, is_struck_out in cursor.fetchall()]  # fmt: skip


def _above(data_set: DataSet) -> tuple[str, str]:
    """(table, column) of the entry whose lines the rows are: it is struck out with them; empty: they are no lines."""
    if not data_set.parent:
        return "", ""
    key = data_set.model._meta.get_field(data_set.parent)
    return tables.table_of(key.related_model), key.column


def shown(data_set: DataSet, found: Iterable[Entry], change: int) -> list[dict[str, Any]]:
    """The entries as JSON."""
    found = list(found)
    keys, values = _keys({each.participant for each in found}, change), Values(data_set, [each.row for each in found])
    codes = dict(Site.objects.values_list("id", "code"))
    answers = []
    for each in found:
        key = keys[each.participant]
        answers.append({
            "form": data_set.name, "entry": each.number, "study_number": key.get("number"),
            "screening_number": key.get("screening_number"), "site": codes.get(key.get("site_id", 0)),
            "site_at_entry": codes.get(each.site_at_entry or 0), "change": each.change,
            "struck_out": each.is_struck_out, "values": values.of(each.row),
        })  # fmt: skip
    return answers


def history(data_set: DataSet, entry: int, page: Page) -> list[tuple[int, Any]]:
    """(id of the version, version) of each, the oldest first; one more than the page holds where there are more."""
    found = Version.objects.filter(table_name=tables.table_of(data_set.model), row_id=entry, id__gt=page.after,
                                   change_id__lte=page.change)  # fmt: skip
    rows = found.select_related("change__person").order_by("id")[: page.limit + 1]
    return [(row.pk, row) for row in rows]


def history_shown(data_set: DataSet, found: Sequence[tuple[int, Any]]) -> list[dict[str, Any]]:
    """The versions as JSON, each with who made it, when and why."""
    rows = _exact([version.pk for _, version in found])
    values = Values(data_set, list(rows.values()))
    return [{**said(version.change), "values": values.of(rows[version.pk])} for _, version in found]


def said(change: Change) -> dict[str, Any]:
    """A change: its number, when, who in which role, what and why."""
    return {"change": change.pk, "at": change.at.isoformat(), "act": change.act,
            "person": change.person.full_name if change.person else None, "role": change.role,
            "reason": change.reason}  # fmt: skip


def _exact(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, row::text FROM trial_version WHERE id = ANY(%s)", [list(ids)])
        return {number: EXACT.decode(row) for number, row in cursor.fetchall()}


def _keys(participants: set[int], change: int) -> dict[int, dict[str, Any]]:
    """Participant → number, screening number and site, as the change knew them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (row_id) row_id, row::text FROM trial_version WHERE table_name = 'trial_participant'
            AND row_id = ANY(%s) AND change_id <= %s ORDER BY row_id, change_id DESC, id DESC""",
            [list(participants), change],
        )
        return {number: EXACT.decode(row) for number, row in cursor.fetchall()}


class Values:
    """The columns of a data set out of stored rows; what a reference is written as is read once for all of them."""

    KEYS = ("study_number", "screening_number", "site", "site_at_entry", "entry")

    def __init__(self, data_set: DataSet, rows: Sequence[dict[str, Any]]) -> None:
        self.columns = columns(data_set)
        self.later = later_columns(data_set.model)
        wanted: dict[Any, set[int]] = defaultdict(set)
        for column in self.columns:
            if column.field.is_relation and column.field.related_model in WRITTEN_AS:
                wanted[column.field.related_model] |= {row[column.field.column] for row in rows
                                                       if row.get(column.field.column) is not None}  # fmt: skip
        self.named = {model: dict(model.objects.filter(pk__in=ids).values_list("pk", WRITTEN_AS[model]))
                      for model, ids in wanted.items()}  # fmt: skip

    def of(self, row: dict[str, Any]) -> dict[str, Any]:
        """Column → value; decimal numbers as words, dates as they are stored."""
        whole = {**self.later, **row}
        return {column.name: self._value(column, whole.get(column.field.column)) for column in self.columns}

    def _value(self, column: Column, value: Any) -> Any:
        if value is None:
            return None
        if column.field.is_relation and column.field.related_model in WRITTEN_AS:
            return self.named[column.field.related_model].get(value)
        return str(value) if isinstance(column.field, django_models.DecimalField) else value


def columns(data_set: DataSet) -> tuple[Column, ...]:
    """Those of the row's own, without the keys that every entry has."""
    return tuple(each for each in data_set.columns if each.name not in Values.KEYS)
