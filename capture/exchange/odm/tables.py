"""Where the tables of the record stand in ODM: study event, form, item group, item. Their OIDs never change.

An OID is made of letters, digits, dots and underscores, and begins with a letter: other readers take no more.
Rows of a form and those below them are one event of the form's kind; other rows are events of their table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.db import models as django_models

from capture.exchange.data_sets import Column, DataSet, every
from trial.audit.tables import above, leads_to_a_participant, table_of
from trial.models import Participant, Person
from trial.models.fields import label

OF_THE_STUDY = "study"  # rows of no participant, in a table whose rows are of participants otherwise


@dataclass(frozen=True)
class Table:
    """One table of the record. data_set: as which it leaves in files; None: accounts, which are in the trail alone."""

    model: Any
    data_set: DataSet | None

    @property
    def table(self) -> str:
        """Its name in the database."""
        return table_of(self.model)

    @property
    def name(self) -> str:
        """Its name in OIDs."""
        return short(self.table)

    @property
    def title(self) -> str:
        """What it is called in files."""
        return self.data_set.title if self.data_set is not None else "Users"

    @property
    def is_reference(self) -> bool:
        """Whether its rows are of no participant."""
        return not leads_to_a_participant(self.model)

    @cached_property
    def key(self) -> django_models.ForeignKey | None:
        """The key to the row of a form above, of a table that has no place in a form of its own."""
        return above(self.model) if self.data_set is not None else None

    @cached_property
    def of_entry(self) -> "Table":
        """The table of the entries that its rows belong to: this one, if they are entries."""
        return self if self.key is None else tables()[table_of(self.key.related_model)]

    @cached_property
    def events(self) -> Mapping[str, str]:
        """What an entry names its kind of study event by (empty: nothing) → the kind; none for a reference table."""
        if self.is_reference:
            return {}
        place = self.of_entry.model.place
        return place.forms or {"": place.form or self.of_entry.name}

    @property
    def happens_once(self) -> bool:
        """Whether a participant has its event once, without a repeat key."""
        return self.of_entry.model is Participant

    @property
    def is_below(self) -> bool:
        """Whether an event may have several rows of it."""
        return self.key is not None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Every column, in the order of the model."""
        names = (*self.model.audited, "id") if self.model is Person else ()
        fields = [each for each in self.model._meta.concrete_fields if not names or each.name in names]
        fields += [each for each in self.model._meta.many_to_many if each.name in names]
        return tuple(Column(each.name if each.many_to_many else each.column, each.attname, each,
                            "; ".join(filter(None, (label(each), each.help_text)))) for each in fields)  # fmt: skip

    @cached_property
    def items(self) -> dict[str, str]:
        """OID → column."""
        return {item_oid(self.table, each.name): each.name for each in self.columns}

    def event_of(self, row: Mapping[str, Any], by: str | None) -> str:
        """The kind of the event of a row; by: of a row below another, what that one names its form by."""
        named_by = self.of_entry.model.place.by
        return self.events[str(row[named_by] if self.key is None else by) if named_by else ""]


@cache
def tables() -> dict[str, Table]:
    """Name in the database → table, of every table that has versions; accounts last."""
    found = [Table(each.model, each) for each in every()] + [Table(Person, None)]
    return {each.table: each for each in found}


@cache
def by_group() -> dict[str, Table]:
    """OID of an item group, of that of rows of no participant too → table."""
    return {group_oid(name, of_the_study): each for name, each in tables().items() for of_the_study in (False, True)}


@cache
def kinds() -> dict[str, str]:
    """OID of a study event or of its form → the kind of the event."""
    found = {kind for each in tables().values() for kind in each.events.values()}
    return {oid: kind for kind in found for oid in (event_oid(kind), form_oid(kind))}


def places() -> dict[str, dict[str, Any]]:
    """Table → where its rows stand, as plain values for the script that verifies a trail.

    groups: OIDs of its item group and of that of rows of no participant; items: what those of its items begin with.
    key: the column that leads to the entry, in the table of_entry; empty for an entry. by: the column of the entry
    that names the event; events: its value (else empty) → OIDs of event and form. once: the event has no repeat key.
    """
    return {
        name: {
            "groups": [group_oid(name), group_oid(name, True)], "items": item_oid(name, ""),
            "key": "" if each.key is None else each.key.column, "of_entry": each.of_entry.table,
            "by": "" if each.is_reference else each.of_entry.model.place.by, "once": each.happens_once,
            "events": {by: [event_oid(kind), form_oid(kind)] for by, kind in each.events.items()},
        }
        for name, each in tables().items()
    }  # fmt: skip


def short(table: str) -> str:
    """A table's name in OIDs."""
    return table.removeprefix("trial_")


def event_oid(kind: str) -> str:
    """Of a study event."""
    return f"SE.{kind}"


def form_oid(kind: str) -> str:
    """Of the form of a study event."""
    return f"FO.{kind}"


@cache
def group_oid(table: str, of_the_study: bool = False) -> str:
    """Of the item group of a table; of_the_study: of its rows that are of no participant."""
    return f"IG.{short(table)}{f'.{OF_THE_STUDY}' if of_the_study else ''}"


@cache
def item_oid(table: str, column: str) -> str:
    """Of a column."""
    return f"IT.{short(table)}.{column}"


def user_oid(person: int | None) -> str:
    """Of a user; None is the program."""
    return f"US.{'system' if person is None else person}"


def location_oid(site: int | None) -> str:
    """Of a site; None is the study as a whole."""
    return f"LO.{'study' if site is None else site}"


@cache
def participant_in_sql(row: str) -> str:
    """SQL: the participant whom version `row` is of; NULL for none."""
    lines = [
        f"WHEN '{each.table}' THEN (SELECT a.participant_id FROM {table_of(each.key.related_model)} a "
        f"WHERE a.id = ({row}.row->>'{each.key.column}')::bigint)"
        for each in tables().values() if each.key is not None and each.key.related_model is not Participant
    ]  # fmt: skip
    return (f"CASE {row}.table_name WHEN '{table_of(Participant)}' THEN {row}.row_id {' '.join(lines)} "
            f"ELSE ({row}.row->>'participant_id')::bigint END")  # fmt: skip


@cache
def named_by_in_sql(row: str) -> str:
    """SQL: what the row above version `row` names its form by; NULL where a table is of one form."""
    lines = [
        f"WHEN '{each.table}' THEN (SELECT a.{each.key.related_model.place.by} "
        f"FROM {table_of(each.key.related_model)} a WHERE a.id = ({row}.row->>'{each.key.column}')::bigint)"
        for each in tables().values() if each.key is not None and each.key.related_model.place.by
    ]  # fmt: skip
    return f"CASE {row}.table_name {' '.join(lines)} END"
