"""The audit trail as a transactional ODM file, without loss: one ClinicalData for each Change, one ItemGroupData for
each version with the items that changed.

The standard has data of no participant before all others, so versions of such rows stand first and name their Change.
What the standard has no place for stands in attributes of our own namespace; `verify_odm.py` rebuilds from them what
was sealed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from capture.exchange.odm import metadata, tables
from capture.exchange.odm.xml_writer import XmlWriter
from capture.trail import offline
from capture.trail.odm import verify_odm
from trial.audit.redaction import JOIN_K, KEPT, KEPT_CHANGES
from trial.audit.seal import HEADER_OF_C
from trial.refused import Refused
from trial.rules.xml_text import can_hold

_BEFORE = """CASE WHEN v.act <> 'insert' THEN (SELECT w.row::text FROM trial_version w
    WHERE w.table_name = v.table_name AND w.row_id = v.row_id AND w.change_id <= v.change_id AND w.id < v.id
    ORDER BY w.change_id DESC, w.id DESC LIMIT 1) END"""


class Version(NamedTuple):
    """A version: rows with numbers as their digits, `kept` the hash and `by_change` the Change of a redaction."""

    number: int
    table: str
    row_id: int
    act: str
    row: dict[str, Any]
    before: dict[str, Any]
    kept: str | None
    by_change: int | None
    participant: int | None
    named_by: str | None


def _version(number: int, table: str, row_id: int, act: str, row: str, before: str | None, *more: Any) -> Version:
    return Version(number, table, row_id, act, verify_odm.read_json(row), verify_odm.read_json(before or "{}"), *more)


def _version_in_sql() -> str:
    return f"""v.id, v.table_name, v.row_id, v.act, v.row::text, {_BEFORE}, encode(k.sealed, 'hex'), k.by_change,
        {tables.participant_in_sql("v")}, {tables.named_by_in_sql("v")}"""


def _of_the_study() -> str:
    """SQL: the versions of no participant with the headers of their Changes."""
    return f"""WITH kept AS MATERIALIZED ({KEPT}) SELECT c.id, {HEADER_OF_C}, {_version_in_sql()}
        FROM trial_version v JOIN trial_change c ON c.id = v.change_id {JOIN_K}
        WHERE c.id <= %s AND {tables.participant_in_sql("v")} IS NULL ORDER BY v.id"""


def _of_participants() -> str:
    """SQL: the versions with the numbers of their Changes; those of no participant have none."""
    return f"""WITH kept AS MATERIALIZED ({KEPT}) SELECT v.change_id, {_version_in_sql()} FROM trial_version v {JOIN_K}
        WHERE v.change_id <= %s ORDER BY v.change_id, v.id"""


_CHANGES = f"""WITH kept_changes AS MATERIALIZED ({KEPT_CHANGES}) SELECT {offline.HEAD_OF_C} {offline.FROM_CHANGES}
    WHERE c.id <= %s ORDER BY c.id"""
_NO_MORE: tuple[int, Iterator[Any]] = (0, iter(()))


def stop_redacted_later(change: int) -> None:
    """Raises Refused where what was known at a change was redacted since: its seals hold by that redaction alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"""SELECT min(by_change) FROM (
            SELECT k.by_change FROM ({KEPT}) k JOIN trial_version v ON v.id = k.version
                WHERE v.change_id <= %(change)s AND k.by_change > %(change)s
            UNION ALL SELECT r.by_change FROM ({KEPT_CHANGES}) r
                WHERE r.change <= %(change)s AND r.by_change > %(change)s) later""", {"change": change})  # fmt: skip
        by_change = cursor.fetchone()[0]
    if by_change is not None:
        raise Refused(f"Change {by_change} redacted text that was known at change {change}, and the audit trail cannot "
                      f"be verified without it. Ask for change {by_change} or a later one.")  # fmt: skip


def write(xml: XmlWriter, change: int, subjects: Mapping[int, str]) -> tuple[int, int, str]:
    """Writes every version up to a change; returns the number of Changes, that of versions, and the newest seal.

    subjects: participant → key of the subject. Called inside a read-only moment.
    """
    changes, newest = 0, ""
    versions = _write_of_the_study(xml, change)
    # Changes and versions are read side by side: a Change of any size takes little memory.
    by_change = groupby(offline.rows(_of_participants(), [change]), key=lambda row: int(row[0]))
    number, own = next(by_change, _NO_MORE)
    for head in offline.rows(_CHANGES, [change]):
        if number == head[0]:
            versions += _write_change(xml, head, (_version(*row[1:]) for row in own), subjects)
            number, own = next(by_change, _NO_MORE)
        else:
            _write_change(xml, head, (), subjects)
        changes, newest = changes + 1, head[3]
    return changes, versions, newest


def _write_of_the_study(xml: XmlWriter, change: int) -> int:
    written = 0
    with xml.element("ReferenceData", **metadata.OF_ROWS):
        for number, header, *rest in offline.rows(_of_the_study(), [change]):
            _write_version(xml, _version(*rest), _audit_record(xml, json.loads(header)), None, number)
            written += 1
    return written


def _write_change(
    xml: XmlWriter, head: tuple[Any, ...], versions: Iterable[Version], subjects: Mapping[int, str]
) -> int:
    """Returns the number of its versions that were written: those of participants. What follows each other in one entry
    stands together."""
    number, header, previous, seal, black_out = head
    audit, written = _audit_record(xml, json.loads(header)), 0
    kept = None if black_out is None else f"reason redacted by Change {black_out}"
    as_sealed = {"ep_Header": header} if can_hold(header) else {"ep_HeaderCoded": verify_odm.coded(header)}
    with xml.element("ClinicalData", **metadata.OF_ROWS, ep_Change=number, ep_PreviousSeal=previous or None,
                     ep_Seal=seal, ep_SealKept=kept, **as_sealed):  # fmt: skip
        placed = ((_place(each), each) for each in versions if each.participant is not None)
        for participant, events in groupby(placed, key=lambda one: one[0][0]):
            with xml.element("SubjectData", SubjectKey=subjects[participant]):
                for (_, kind, key), of_event in groupby(events, key=lambda one: one[0]):
                    with (xml.element("StudyEventData", StudyEventOID=tables.event_oid(kind),
                                      StudyEventRepeatKey=key or None),
                          xml.element("FormData", FormOID=tables.form_oid(kind))):  # fmt: skip
                        for _, version in of_event:
                            _write_version(xml, version, audit, key)
                            written += 1
    return written


def _place(version: Version) -> tuple[int, str, str]:
    """(participant, kind of event, its repeat key)."""
    table = tables.tables()[version.table]
    kind = table.event_of(version.row, version.named_by)
    assert version.participant is not None
    if table.happens_once:
        return version.participant, kind, ""
    return version.participant, kind, str(version.row_id) if table.key is None else version.row[table.key.column].text


def _write_version(
    xml: XmlWriter, version: Version, audit: str, key: str | None, of_change: int | None = None
) -> None:
    """key: of its event; None for a row of no participant, which names its Change."""
    now, before = version.row, version.before
    table = tables.tables()[version.table]
    edition, of_the_study = now.get("form_edition"), key is None and not table.is_reference
    kept = {} if version.kept is None else {
        "ep_Kept": version.kept, "ep_Withheld": f"redacted by Change {version.by_change}"}  # fmt: skip
    with xml.element(
        "ItemGroupData", ItemGroupOID=tables.group_oid(version.table, of_the_study),
        ItemGroupRepeatKey=version.row_id if table.is_below or key is None else None,
        TransactionType=verify_odm.DOES[version.act], ep_Change=of_change, ep_Version=version.number,
        ep_Table=version.table, ep_Row=version.row_id, ep_Act=version.act,
        ep_Edition=None if edition is None else edition.text, **kept,
    ):  # fmt: skip
        xml.again(audit)
        for name in (*now, *(name for name in before if name not in now)):
            if name not in before or name not in now or before[name] != now[name]:
                xml.leaf("ItemData", ItemOID=tables.item_oid(version.table, name), **_value(name, now))


def _audit_record(xml: XmlWriter, said: list[Any]) -> str:
    """The same for every version of a Change."""
    found = verify_odm.audit_of(said)
    with xml.kept() as pieces, xml.element("AuditRecord"):
        xml.leaf("UserRef", UserOID=found["UserRef"])
        xml.leaf("LocationRef", LocationOID=found["LocationRef"])
        xml.leaf("DateTimeStamp", found["DateTimeStamp"])
        if "ReasonForChange" in found:
            xml.leaf("ReasonForChange", found["ReasonForChange"])
        xml.leaf("SourceID", found["SourceID"])
    return "".join(pieces)


def _value(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an item's value."""
    value, kind = verify_odm.item_of(row[name]) if name in row else (None, "a")
    return {**({"IsNull": "Yes"} if value is None else {"Value": value}), "ep_Type": kind or None}
