"""The record at a moment as an ODM snapshot that other readers take: values, and what the conduct says of them.

Rows that were struck out are left out, with their source verification. Why a value is missing, queries that are not
closed, source verification, freezes and locks are annotations; the newest signature stands at the participant. Each
says of which change it is, where an entry may have changed since.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection

from capture.casebook.registry import FORMS
from capture.conduct import verification
from capture.exchange.odm import metadata, tables
from capture.exchange.odm.tables import Table
from capture.exchange.odm.xml_writer import XmlWriter
from trial.models import (
    Hold,
    Laboratory,
    LaboratoryRange,
    Participant,
    Query,
    QueryMessage,
    Redaction,
    Signature,
    Site,
    SourceVerification,
)
from trial.models.audit import last_change
from trial.operations.exports import Moment
from trial.record.rows import Asked, Reader, Row

AT_A_TIME = 200
OF_THE_STUDY = (Site, Laboratory, LaboratoryRange)
# Told by the audit trail alone; and those that annotations and signatures tell.
IN_THE_TRAIL = (QueryMessage, Redaction)
CONDUCT = (*IN_THE_TRAIL, Query, SourceVerification, Hold, Signature)
MISSING = "_missing"
_NOT_SHOWN = frozenset({"participant_id", "struck_out_reason"})


@dataclass(frozen=True)
class Note:
    """One annotation: what it flags, with which value of which code list, and its words."""

    flag: str
    value: str
    words: str = ""
    code_list: str = metadata.YES_LIST


# (form, row id, column) of an entry that is written: of its own column, else of the entry as a whole.
Place = tuple[str, int, str]
PARTICIPANT: Place = ("", 0, "")


def write(xml: XmlWriter, moment: Moment, subjects: Mapping[int, str]) -> int:
    """Writes the data; returns the number of rows. Called inside a read-only moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
    read = Reader(None if moment.change == last_change() else moment.change)
    site = moment.site and moment.site.pk
    written = _reference(xml, read, site)
    holds = [row for row in read.rows(Hold, "state", ("in_force", "lift_asked")) if row["participant_id"] is None]
    with xml.element("ClinicalData", **metadata.OF_ROWS):
        ids = list(subjects)
        for start in range(0, len(ids), AT_A_TIME):
            part = _Part(read, ids[start : start + AT_A_TIME], holds, moment.change)
            for key in part.ids:
                if site in (None, part.people[key]["site_id"]):
                    written += _Subject(xml, part, key).write(subjects[key])
    return written


def _reference(xml: XmlWriter, read: Reader, site: int | None) -> int:
    written, of_site = 0, {site}
    key_of = {Site: "id", Laboratory: "site_id", LaboratoryRange: "laboratory_id"}
    with xml.element("ReferenceData", **metadata.OF_ROWS):
        for model in OF_THE_STUDY:
            table = tables.tables()[model._meta.db_table]
            rows = read.rows(model, "struck_out_reason", [""])
            if site is not None:  # the next table hangs below what is left of this one
                rows = [row for row in rows if row[key_of[model]] in of_site]
                of_site = {row["id"] for row in rows}
            for row in rows:
                with xml.element("ItemGroupData", ItemGroupOID=tables.group_oid(table.table),
                                 ItemGroupRepeatKey=row["id"]):  # fmt: skip
                    _items(xml, table, row, {})
                written += 1
    return written


class _Part:
    """Every row of some participants, by table and participant."""

    def __init__(self, read: Reader, ids: Sequence[int], holds: Sequence[Row], change: int) -> None:
        asked = {table.model: _asked(table, ids) for table in tables.tables().values()
                 if not table.is_reference and table.model not in IN_THE_TRAIL}  # fmt: skip
        found = read.rows_of_each(asked)
        self.ids, self.holds = ids, holds
        self.again = verification.dropped_at(change, found[SourceVerification])
        self.people = {row["id"]: row for row in found.pop(Participant)}
        below = {model: asked[model].below for model in found}
        self.rows: dict[tuple[Any, int], list[Row]] = defaultdict(list)
        for model, rows in found.items():
            for row in rows:
                key = below[model]
                self.rows[model, row["participant_id"] if key is None else row[key[0]]].append(row)


def _asked(table: Table, ids: Sequence[int]) -> Asked:
    if table.model is Participant:
        return Asked("id", ids)
    if table.key is not None and table.key.related_model is not Participant:
        return Asked("participant_id", ids, below=(table.key.column, table.key.related_model))
    return Asked("participant_id", ids)


class _Subject:
    """Writes one participant."""

    def __init__(self, xml: XmlWriter, part: _Part, key: int) -> None:
        self.xml, self.part, self.person = xml, part, part.people[key]
        self.events = [(kind, of_event, row, number) for kind, of_event in metadata.kinds().items()
                       for number, row in enumerate(self._rows(kind, of_event[0]), start=1)]  # fmt: skip
        self.notes = _notes(part, self.person, [(kind, row["id"]) for kind, _, row, _ in self.events])
        self.written = 0

    def write(self, subject: str) -> int:
        """Returns the number of rows."""
        with self.xml.element("SubjectData", SubjectKey=subject):
            self._signature()
            self.xml.leaf("SiteRef", LocationOID=tables.location_oid(self.person["site_id"]))
            _annotations(self.xml, self.notes.get(PARTICIPANT, ()))
            for each in self.events:
                self._event(*each)
        return self.written

    def _rows(self, kind: str, table: Table) -> list[Row]:
        """The entries of an event's kind in order of time."""
        if table.is_reference or table.model in CONDUCT:
            return []
        if table.model is Participant:
            return [self.person]
        rows = [row for row in self.part.rows[table.model, self.person["id"]] if table.event_of(row, None) == kind]
        dated_by = FORMS[kind].dated_by if kind in FORMS else "id"
        return sorted(rows, key=lambda row: (str(row[dated_by] or "") if kind in FORMS else "", row["id"]))

    def _event(self, kind: str, of_event: Sequence[Table], row: Row, number: int) -> None:
        key = number if of_event[0].model is not Participant else None
        with (self.xml.element("StudyEventData", StudyEventOID=tables.event_oid(kind), StudyEventRepeatKey=key),
              self.xml.element("FormData", FormOID=tables.form_oid(kind))):  # fmt: skip
            shown = dict(_values(of_event[0], row))
            _annotations(self.xml, self._of_form(kind, row["id"], shown))
            self._group(of_event[0], row, None, {
                column: notes for (form, row_id, column), notes in self.notes.items()
                if form == kind and row_id == row["id"] and column in shown})  # fmt: skip
            for table in of_event[1:]:
                below = self.part.rows[table.model, row["id"]] if table.model not in CONDUCT else []
                for place, line in enumerate(below, start=1):
                    self._group(table, line, place, {})

    def _of_form(self, kind: str, row_id: int, shown: Iterable[str]) -> list[Note]:
        """What is said of an entry as a whole, or of a field that is not one of its own columns."""
        return [note for (form, of_row, column), notes in self.notes.items()
                if (form, of_row) == (kind, row_id) and column not in shown for note in notes]  # fmt: skip

    def _group(self, table: Table, row: Row, number: int | None, notes: Mapping[str, Sequence[Note]]) -> None:
        with self.xml.element("ItemGroupData", ItemGroupOID=tables.group_oid(table.table), ItemGroupRepeatKey=number):
            _items(self.xml, table, row, notes)
        self.written += 1

    def _signature(self) -> None:
        signed = self.part.rows[Signature, self.person["id"]]
        if signed:
            with self.xml.said(), self.xml.element("Signature"):
                self.xml.leaf("UserRef", UserOID=tables.user_oid(signed[-1]["signed_by_id"]))
                self.xml.leaf("LocationRef", LocationOID=tables.location_oid(self.person["site_id"]))
                self.xml.leaf("SignatureRef", SignatureOID=metadata.SIGNATURE)
                self.xml.leaf("DateTimeStamp", signed[-1]["signed_at"])


def _notes(part: _Part, person: Row, here: Sequence[tuple[str, int]]) -> dict[Place, list[Note]]:
    """here: (form, row id) of each entry that is written. A query about anything else is said of the participant."""
    found: dict[Place, list[Note]] = defaultdict(list)
    key = person["id"]
    for signed in part.rows[Signature, key][-1:]:
        found[PARTICIPANT].append(Note("SIGNED", metadata.YES, f"Signed as it was at change {signed['at_change']}"))
    for hold in (*part.holds, *part.rows[Hold, key]):
        if hold["site_id"] in (None, person["site_id"]) and hold["state"] in ("in_force", "lift_asked"):
            for place, note in _of_hold(hold, here):
                found[place].append(note)
    for done in part.rows[SourceVerification, key]:
        if (done["form"], done["row_id"]) in here:
            found[done["form"], done["row_id"], done["field"]].append(_of_verification(done, done["id"] in part.again))
    for query in part.rows[Query, key]:
        if query["state"] in Query.NOT_CLOSED:
            is_here = (query["form"], query["row_id"]) in here
            place = (query["form"], query["row_id"], query["field"]) if is_here else PARTICIPANT
            words = ": ".join(filter(None, ("" if is_here else _entry(query), query["field"], query["words"])))
            found[place].append(Note("QUERY", query["state"], words, metadata.QUERY_STATES))
    return found


def _of_hold(hold: Row, here: Sequence[tuple[str, int]]) -> Iterator[tuple[Place, Note]]:
    """A hold of a form is one of each of its entries; without any it is said of the participant."""
    flag = hold["kind"].upper()
    held = [place for place in here if place[0] == hold["form"] and hold["row_id"] in (None, place[1])]
    for place in held:
        yield (*place, ""), Note(flag, metadata.YES)
    if not hold["form"]:
        yield PARTICIPANT, Note(flag, metadata.YES)
    elif not held:
        yield PARTICIPANT, Note(f"{flag}_FORM", metadata.YES, _entry(hold))


def _of_verification(done: Row, again: bool) -> Note:
    words = f"Source data verified as of change {done['at_change']}"
    flag = "VERIFY_AGAIN" if again else "VERIFIED_FIELD" if done["field"] else "VERIFIED"
    return Note(flag, metadata.YES, f"{done['field']}: {words}" if done["field"] else words)


def _entry(place: Row) -> str:
    """A place of the casebook in words."""
    title = FORMS[place["form"]].title if place["form"] in FORMS else place["form"]
    return title if place["row_id"] is None else f"{title}, entry {place['row_id']}"


def _annotations(xml: XmlWriter, notes: Sequence[Note]) -> None:
    for number, note in enumerate(notes, start=1):
        with xml.said(), xml.element("Annotation", SeqNum=number):
            if note.words:
                xml.leaf("Comment", note.words)
            with xml.element("Flag"):
                xml.leaf("FlagValue", note.value, CodeListOID=note.code_list)
                xml.leaf("FlagType", note.flag, CodeListOID=metadata.FLAG_TYPES)


def _items(xml: XmlWriter, table: Table, row: Row, notes: Mapping[str, Sequence[Note]]) -> None:
    """What has a value, a reason why it has none, or an annotation."""
    for name, value in _values(table, row):
        said = list(notes.get(name, ()))
        reason = row.get(f"{name}{MISSING}")
        if value is None and reason:
            said.insert(0, Note("MISSING", reason, code_list=metadata.MISSING))
        if value is None and not said:
            continue
        oid = tables.item_oid(table.table, name)
        if not said:
            xml.leaf("ItemData", ItemOID=oid, Value=value)
            continue
        with xml.element("ItemData", ItemOID=oid, Value=value, IsNull="Yes" if value is None else None):
            _annotations(xml, said)


def _values(table: Table, row: Row) -> Iterator[tuple[str, str | None]]:
    """Column → the text of its value; None for none."""
    for name in _shown(table.table):
        value = row.get(name)
        yield name, None if value is None or value == "" else text_of(value)


@cache
def _shown(name: str) -> tuple[str, ...]:
    """The columns of a table that stand in the file."""
    table = tables.tables()[name]
    left_out = _NOT_SHOWN | ({table.key.column} if table.key is not None else set())
    return tuple(column.name for column in table.columns if column.name not in left_out)


def text_of(value: Any) -> str:
    """A value as ODM writes it."""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)
