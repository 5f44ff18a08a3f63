"""Rows of the record as they stand now, or as they stood after a change, in the same JSON.

Both ways read each row as JSON (of the row now, or of its newest version up to the change), so that a past moment is
read by the very code that reads the present.
"""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections

from trial.models.audit import Change, Version
from trial.rules.dates import partial_date
from trial.rules.evaluation.facts import (
    AdverseEventFact,
    DeathFact,
    DeviationFact,
    FollowUpFact,
    HormoneFact,
    LaboratoryFact,
    LaboratoryValue,
    LesionFact,
    MedicationFact,
    OffTreatmentFact,
    ReadingFact,
    WithdrawalFact,
)
from trial.runtime.database.at_once import Answer, Shape, at_once

Row = dict[str, Any]
Found = TypeVar("Found")
EXACT = json.JSONDecoder(parse_float=Decimal)
# What this request has read and asks again: a page and its edit checks ask the same of one participant many times.
_READ: ContextVar[dict[Hashable, Any] | None] = ContextVar("what the request has read", default=None)
# Whether a Change is open: what is read under the writers' lock stays true until the Change itself writes.
_HELD: ContextVar[bool] = ContextVar("whether the writers' lock is held", default=False)
# Tables that no evaluation reads: a Change that writes one keeps what else it has read.
BESIDE = frozenset({"trial_acknowledgement", "trial_query", "trial_querymessage", "trial_dueitem"})
WRITES = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def per_request() -> Iterator[None]:
    """Until its end what is read through `once` is read once; nothing of it outlives the request."""
    before = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(before)


@contextmanager
def held() -> Iterator[None]:
    """Around a Change, from its opening to its commit: `once` reads everything anew, and again after each write."""
    before, held_before = _READ.set({}), _HELD.set(True)
    try:
        with connections[DEFAULT_DB_ALIAS].execute_wrapper(_forgetting):
            yield
    finally:
        _HELD.reset(held_before)
        _READ.reset(before)
        read_anew()


def _forgetting(execute: Callable[..., Any], sql: Any, *more: Any) -> Any:
    words = str(sql).lstrip()[:100]
    kept = _READ.get()
    if kept and words.startswith(WRITES):
        table = words.split('"')[1] if '"' in words else ""
        for what in [each for each in kept if _may_differ(each, table)]:
            del kept[what]
    return execute(sql, *more)


def _may_differ(what: Hashable, table: str) -> bool:
    """Whether a write to the table may alter what was read; empty: to a table that is not known."""
    of = what[0] if isinstance(what, tuple) else ""
    if not table or of == table:
        return True
    return not str(of).startswith("trial_") and table not in BESIDE


def once(what: Hashable, read: Callable[[], Found]) -> Found:
    """What `read` gives; in a request the same as before, but always anew in a transaction that is no Change."""
    kept = _READ.get()
    if kept is None or (connections[DEFAULT_DB_ALIAS].in_atomic_block and not _HELD.get()):
        return read()
    if what not in kept:
        kept[what] = read()
    return cast(Found, kept[what])


def note(what: Hashable, found: Any) -> None:
    """Keeps what was read together with other things, as `once` would."""
    kept = _READ.get()
    if kept is not None:
        kept[what] = found


def read_anew() -> None:
    """What was read until now is asked again: a Change was made."""
    kept = _READ.get()
    if kept is not None:
        kept.clear()


# Where the rows of a table hang that are not directly below a participant.
_ABOVE = {"trial_lesionreading": "assessment__participant", "trial_dosingperiod": "cycle__participant",
          "trial_laboratoryresult": "visit__participant"}  # fmt: skip
_STANDING: dict[Any, Shape] = {}


def standing_of(participant_id: int, model: Any) -> Answer:
    """The question for the standing rows of a model below one participant, to be asked together with others."""
    if model not in _STANDING:
        key = _ABOVE.get(model._meta.db_table, "participant")
        _STANDING[model] = Shape(lambda number: model.objects.standing().filter(**{key: number}))
    return _STANDING[model](participant_id)


def read_standing(participant: Any, *models: Any, also: Sequence[Answer] = ()) -> None:
    """Reads the standing rows of these models in one message, for `standing`; also: read with them."""
    wanted = {model: standing_of(participant.pk, model) for model in models if not is_read(participant, model)}
    at_once(*wanted.values(), *also)
    for model, found in wanted.items():
        know(participant, model, found)


def know(participant: Any, model: Any, found: Answer) -> None:
    """Keeps the answer of `standing_of` for this request or Change."""
    note((model._meta.db_table, participant.pk), _owned(participant, model, found))


def is_read(participant: Any, model: Any) -> bool:
    """Whether `standing` has them at hand."""
    return (model._meta.db_table, participant.pk) in (_READ.get() or {})


def standing(participant: Any, model: Any) -> list[Any]:
    """The standing rows of the model below the participant, in their own order; once per request or Change.

    The very same rows for all who ask: nobody alters one that is not the one that is saved.
    """
    key = (model._meta.db_table, participant.pk)
    return list(once(key, lambda: _owned(participant, model, standing_of(participant.pk, model))))


def _owned(participant: Any, model: Any, found: Answer) -> list[Any]:
    if model._meta.db_table not in _ABOVE:
        for row in found:
            row._state.fields_cache["participant"] = participant
    return list(found)


class Asked(NamedTuple):
    """Which rows of a table: those whose `column` is one of the values.

    only: a condition in SQL on `row`, the row as JSON, for what would otherwise be read and thrown away. below: the
    rows that hang below those of another model, by this key to it; `column` is then one of the other table. is_dated:
    each with `known_on`, the day (UTC) of the change that left it as it is.
    """

    column: str
    values: Sequence[Any]
    only: str = "true"
    below: tuple[str, Any] | None = None
    is_dated: bool = False


def _known_on(change: str) -> str:
    """The day of a change, in SQL."""
    return f"(SELECT (at AT TIME ZONE 'UTC')::date FROM \"{Change._meta.db_table}\" WHERE id = {change})"


class Reader:
    """Reads rows of a table that are not struck out, filtered by one column; `as_of` is a change number or None.

    columns: model → what is wanted of its rows, where that is less than all; a past row comes whole. is_whole: rows
    that are struck out, or lie below one that is, come as well.
    """

    def __init__(
        self, as_of: int | None = None, columns: Mapping[Any, Sequence[str]] | None = None, is_whole: bool = False
    ) -> None:
        self.as_of = as_of
        self.columns = columns or {}
        self.is_whole = is_whole
        self.connection = connections[DEFAULT_DB_ALIAS]

    def rows(self, model: Any, column: str, values: Sequence[Any], only: str = "true") -> list[Row]:
        """Rows of the model's table whose column is one of the values, in order of id; numbers as Decimal."""
        return self.rows_of_each({model: Asked(column, values, only)})[model]

    def rows_of_each(self, wanted: Mapping[Any, Asked]) -> dict[Any, list[Row]]:
        """The same of several tables in one statement: a round trip costs more than most tables."""
        parts, parameters = [], []
        for place, (model, asked) in enumerate(wanted.items()):
            parts.append(f"SELECT {place}, ({self._sql(model, asked)})")
            parameters += self._parameters(model, asked)
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), parameters)
            texts: dict[int, str | None] = dict(cursor.fetchall())
        # One text for all rows: the errands of driver and decoder cost more than a row does.
        return {model: self._standing(model, texts[place] or "[]") for place, model in enumerate(wanted)}

    def _standing(self, model: Any, text: str) -> list[Row]:
        found: list[Row] = EXACT.decode(text)
        standing = [row for row in found if self.is_whole or not row.get("struck_out_reason")]
        if self.as_of is None:
            return standing
        # Versions are never migrated: a column that came later reads as its default in the rows stored before.
        later = later_columns(model)
        return [{**later, **row} for row in standing]

    def _sql(self, model: Any, asked: Asked) -> str:
        if self.as_of is None:
            wanted = ", ".join(f't."{name}"' for name in self.columns.get(model, ()))
            if asked.is_dated:
                table, versions = model._meta.db_table, Version._meta.db_table
                change = f"(SELECT max(change_id) FROM \"{versions}\" WHERE table_name = '{table}' AND row_id = t.id)"
                wanted = f"{wanted or 't.*'}, {_known_on(change)} AS known_on"
            row = f"(SELECT row_to_json(c) FROM (SELECT {wanted}) c)" if wanted else "row_to_json(t)"
            condition = f'"{asked.column}" = ANY(%s)'
            if asked.below is not None:
                key, above = asked.below
                ids = f'SELECT id FROM "{above._meta.db_table}" WHERE {condition}{self._only_standing(above)}'
                condition = f'"{key}" IN ({ids})'
            condition += self._only_standing(model)
            rows = f'SELECT id, {row} AS row FROM "{model._meta.db_table}" t WHERE {condition}'
            return f"SELECT json_agg(row ORDER BY id)::text FROM ({rows}) r WHERE {asked.only}"
        dated = f" || jsonb_build_object('known_on', {_known_on('change_id')})" if asked.is_dated else ""
        newest = (
            f'SELECT DISTINCT ON (row_id) row_id, row{dated} AS row FROM "{Version._meta.db_table}" '
            "WHERE table_name = %s AND change_id <= %s ORDER BY row_id, change_id DESC, id DESC"
        )
        condition = f"row->>'{asked.column}' = ANY(%s)"
        if asked.below is not None:
            stands = "true" if self.is_whole else "coalesce(row->>'struck_out_reason', '') = ''"
            ids = f"SELECT row->>'id' FROM ({newest}) a WHERE {condition} AND {stands}"
            condition = f"row->>'{asked.below[0]}' IN ({ids})"
        return f"SELECT json_agg(row ORDER BY row_id)::text FROM ({newest}) v WHERE {condition} AND {asked.only}"

    def _only_standing(self, model: Any) -> str:
        return "" if self.is_whole else _standing_in_sql(model)

    def _parameters(self, model: Any, asked: Asked) -> list[Any]:
        if self.as_of is None:
            return [_as_array(asked.values)]
        tables = [model, *([asked.below[1]] if asked.below else [])]
        newest = [each for of in tables for each in (of._meta.db_table, self.as_of)]
        return [*newest, [str(value) for value in asked.values]]


@lru_cache(maxsize=64)
def _standing_in_sql(model: Any) -> str:
    can_be_struck = any(field.column == "struck_out_reason" for field in model._meta.concrete_fields)
    return " AND struck_out_reason = ''" if can_be_struck else ""


def _as_array(values: Sequence[Any]) -> Any:
    """Numbers as the text of an array, which the driver hands on as it is: it takes its time over each of a list."""
    if values and all(type(value) is int for value in values):
        return "{" + ",".join(map(str, values)) + "}"
    return list(values)


@lru_cache(maxsize=64)
def later_columns(model: Any) -> Row:
    """Column → default as JSON holds it, of every column that has a plain one: what a version from before it meant."""
    plain = {field.column: field.get_default() for field in model._meta.concrete_fields}
    return {name: value if isinstance(value, (str, int, bool)) else None for name, value in plain.items()}


def day(text: str | None) -> date | None:
    """`2006-01-12` → date; None and empty → None."""
    return date.fromisoformat(text) if text else None


def partial(text: str | None) -> partial_date.PartialDate | None:
    """`2006-01` → PartialDate; None and empty → None."""
    return partial_date.from_stored(text) if text else None


def number(value: Any) -> Decimal | None:
    """A JSON number → exact Decimal; None stays None: missing is never zero."""
    return None if value is None else Decimal(value)


def lesion(row: Row) -> LesionFact:
    """A lesion chosen at baseline."""
    return LesionFact(row["id"], row["label"], row["kind"], row["organ"], day(row["locally_treated_on"]))


def reading(row: Row) -> ReadingFact:
    """What one assessment says of one lesion."""
    return ReadingFact(
        row["lesion_id"], row["state"], number(row["longest_diameter_mm"]), row["not_evaluated_reason"],
        day(row["scanned_on"]), row["merged_with"],
    )  # fmt: skip


def adverse_event(row: Row) -> AdverseEventFact:
    """An adverse event or a further episode of one."""
    return AdverseEventFact(
        id=row["id"], term=row["term"], select=row["select"], other_words=row["other_words"], grade=row["grade"],
        attribution=row["attribution"], onset_on=partial(row["onset_on"]), resolved_on=partial(row["resolved_on"]),
        serious=row["seriousness"] != "no", outcome=row["outcome"], continues_id=row["continues_id"],
        present_at_baseline=row["present_at_baseline"], cycle_number=row["cycle_number"],
        action_taken=row["action_taken"],
    )  # fmt: skip


def hormone(row: Row) -> HormoneFact:
    """One marker of one sample."""
    return HormoneFact(
        row["id"], row["marker"], date.fromisoformat(row["sampled_on"]), number(row["value"]), row["unit"],
        number(row["upper_limit"]), row["assay"], row["value_qualifier"],
    )  # fmt: skip


def laboratory(row: Row, visit: Row) -> LaboratoryFact:
    """One measured value of a visit."""
    on = date.fromisoformat(visit["sampled_on"] or visit["visited_on"])
    return LaboratoryFact(row["visit_id"], on, LaboratoryValue(
        row["analyte"], Decimal(row["value"]), row["value_qualifier"], row["unit"], number(row["lower_limit"]),
        number(row["upper_limit"]),
    ))  # fmt: skip


def medication(row: Row) -> MedicationFact:
    """One concomitant medication."""
    return MedicationFact(row["id"], row["kind"], row["name"], partial(row["started_on"]), partial(row["stopped_on"]))


def off_treatment(row: Row) -> OffTreatmentFact:
    """The end of treatment."""
    return OffTreatmentFact(row["id"], date.fromisoformat(row["off_on"]), row["reason"])


def follow_up(row: Row) -> FollowUpFact:
    """A contact after treatment; "not known" becomes empty, new therapy without a date stays undated."""
    return FollowUpFact(
        id=row["id"], contacted_on=date.fromisoformat(row["contacted_on"]), alive=row["alive"] == "alive",
        progression="" if row["progression"] == "not_known" else row["progression"],
        progressed_on=day(row["progressed_on"]), disease_assessed_on=day(row["disease_assessed_on"]),
        new_therapy_on=partial(row["new_therapy_on"]),
    )  # fmt: skip


def death(row: Row) -> DeathFact:
    """Death of any cause."""
    return DeathFact(row["id"], partial_date.from_stored(row["died_on"]), row["cause"], known_on=day(row["known_on"]))


def withdrawal(row: Row) -> WithdrawalFact:
    """Withdrawal of consent."""
    return WithdrawalFact(row["id"], date.fromisoformat(row["withdrew_on"]), row["scope"])


def deviation(row: Row) -> DeviationFact:
    """A deviation from the protocol, without its words."""
    return DeviationFact(row["id"], row["kind"], date.fromisoformat(row["happened_on"]))


def off_study(row: Row) -> WithdrawalFact:
    """The end of the study for a participant."""
    return WithdrawalFact(row["id"], date.fromisoformat(row["off_on"]), "off_study")
