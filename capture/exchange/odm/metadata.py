"""What begins every ODM file: the definition of the study from the declarations of its forms, users and sites.

Every column of every table is an item, with the question of its form, its type, unit, code list and its place in SDTM.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, models

from capture.casebook.registry import FORMS
from capture.exchange.data_sets import Column
from capture.exchange.exporting import dictionary
from capture.exchange.odm import tables
from capture.exchange.odm.tables import Table
from capture.exchange.odm.xml_writer import XmlWriter
from trial import protocol
from trial.models import Participant, Person, Query, Role, Signature, Site
from trial.models.fields import MissingReasonField, PartialDateField
from trial.protocol import MISSING_REASONS
from trial.record.rows import Reader
from trial.tabulation.data_sets import asked_by

STUDY, METADATA = protocol.NUMBER_PREFIX, "MDV.1"
OF_ROWS = {"StudyOID": STUDY, "MetaDataVersionOID": METADATA}
OWN_NAMESPACE = "urn:endpoint:odm:1"
SIGNATURE, MISSING, FLAG_TYPES, EVENTS = "SD.casebook", "CL.missing_reason", "CL.flag_type", "SG.study"
YES, YES_LIST = "yes", "CL.flag_yes"
# What a flag of an annotation says of an item, a form or a participant.
FLAGS = {
    "MISSING": "Reason why the value is missing", "QUERY": "State of a query", "VERIFIED": "Source data verified",
    "VERIFIED_FIELD": "Source data of one field verified",
    "VERIFY_AGAIN": "Changed since its source data verification", "FREEZE": "Frozen", "LOCK": "Locked",
    "FREEZE_FORM": "A form frozen", "LOCK_FORM": "A form locked", "SIGNED": "Signed by an investigator",
}  # fmt: skip
MOST_LETTERS = 4000  # of words that the record does not limit
TYPES: tuple[tuple[Any, str], ...] = (
    (PartialDateField, "partialDate"), (models.BooleanField, "boolean"), (models.DateTimeField, "datetime"),
    (models.DateField, "date"), (models.TimeField, "time"), (models.DecimalField, "float"),
    (models.IntegerField, "integer"), (models.ForeignKey, "integer"),
)  # fmt: skip


def event_title(kind: str) -> str:
    """What a kind of study event is called."""
    if kind in FORMS:
        return FORMS[kind].title
    return next(each.title for each in tables.tables().values() if each.name == kind)


def kinds() -> dict[str, list[Table]]:
    """Kind of study event → the tables whose rows it holds, forms of the casebook first."""
    found: dict[str, list[Table]] = {kind: [] for kind in FORMS}
    for each in sorted(tables.tables().values(), key=lambda one: one.is_below):
        for kind in each.events.values():
            found.setdefault(kind, []).append(each)
    return found


def write_study(xml: XmlWriter) -> None:
    """The study with its units and its one version of the metadata."""
    names = {"StudyName": protocol.STUDY_SHORT_NAME, "ProtocolName": protocol.STUDY_SHORT_NAME}
    with xml.element("Study", OID=STUDY, **names if xml.is_2 else {}):
        if xml.is_2:
            xml.described("Description", protocol.STUDY_NAME)
        else:
            _names_and_units(xml)
        with xml.element("MetaDataVersion", OID=METADATA, Name=f"{protocol.STUDY_SHORT_NAME}, every form"):
            if xml.is_2:
                with xml.element("Protocol"):
                    xml.leaf("StudyEventGroupRef", StudyEventGroupOID=EVENTS, Mandatory="No")
            group = {"OID": EVENTS, "Name": "Every event"} if xml.is_2 else {}
            with xml.element("StudyEventGroupDef" if xml.is_2 else "Protocol", **group):
                for number, kind in enumerate(kinds(), start=1):
                    xml.leaf("StudyEventRef", StudyEventOID=tables.event_oid(kind), OrderNumber=number, Mandatory="No")
            for kind in kinds():
                _event(xml, kind)
            for kind, of_event in kinds().items():
                _form(xml, kind, of_event)
            for each in tables.tables().values():
                _group(xml, each)
            for of_table, column in _items():
                _item(xml, of_table, column)
            for unit in _units(_items()) if xml.is_2 else ():
                xml.leaf("ItemDef", OID=_unit_oid(unit), Name=unit, DataType="text", Length=len(unit))
            for oid, name, kind, codes in _code_lists():
                _code_list(xml, oid, name, kind, codes)


def _names_and_units(xml: XmlWriter) -> None:
    with xml.element("GlobalVariables"):
        xml.leaf("StudyName", protocol.STUDY_SHORT_NAME)
        xml.leaf("StudyDescription", protocol.STUDY_NAME)
        xml.leaf("ProtocolName", protocol.STUDY_SHORT_NAME)
    with xml.element("BasicDefinitions"):
        for unit in _units(_items()):
            with xml.element("MeasurementUnit", OID=_unit_oid(unit), Name=unit):
                xml.described("Symbol", unit)


def _units(items: Iterable[tuple[Table, Column]]) -> list[str]:
    return sorted({unit for _, column in items if (unit := dictionary.unit_of(column))})


def _items() -> Iterator[tuple[Table, Column]]:
    for each in tables.tables().values():
        for column in each.columns:
            yield each, column


def _event(xml: XmlWriter, kind: str) -> None:
    form = FORMS.get(kind)
    once = form is not None and form.model is Participant
    with xml.element("StudyEventDef", OID=tables.event_oid(kind), Name=event_title(kind),
                     Repeating="No" if once else "Yes", Type="Common" if form is None else "Scheduled"):  # fmt: skip
        xml.leaf("FormRef", FormOID=tables.form_oid(kind), Mandatory="No")


def _form(xml: XmlWriter, kind: str, of_event: list[Table]) -> None:
    with xml.element("FormDef", OID=tables.form_oid(kind), Name=event_title(kind), Repeating="No"):
        for number, each in enumerate(of_event, start=1):
            xml.leaf("ItemGroupRef", ItemGroupOID=tables.group_oid(each.table), OrderNumber=number, Mandatory="No")


def _group(xml: XmlWriter, table: Table) -> None:
    """A table that holds rows of participants and of the study is two groups with the same items."""
    may_be_of_study = any(each.field.null for each in table.columns if each.name == "participant_id")
    for of_the_study in (False, True) if may_be_of_study else (False,):
        with xml.element(
            "ItemGroupDef", OID=tables.group_oid(table.table, of_the_study), Name=table.title,
            Repeating="Yes" if table.is_below or table.is_reference or of_the_study else "No",
            IsReferenceData="Yes" if table.is_reference or of_the_study else "No",
        ):  # fmt: skip
            for number, column in enumerate(table.columns, start=1):
                unit = dictionary.unit_of(column) if xml.is_2 else None
                xml.leaf("ItemRef", ItemOID=tables.item_oid(table.table, column.name), OrderNumber=number,
                         UnitsItemOID=_unit_oid(unit) if unit else None,
                         Mandatory="Yes" if dictionary.is_required(column) else "No")  # fmt: skip
            units = _units((table, each) for each in table.columns) if xml.is_2 else ()
            for number, unit in enumerate(units, start=len(table.columns) + 1):
                xml.leaf("ItemRef", ItemOID=_unit_oid(unit), OrderNumber=number, PreSpecifiedValue=unit, Mandatory="No")


def _item(xml: XmlWriter, table: Table, column: Column) -> None:
    field, unit = column.field, dictionary.unit_of(column)
    kind = type_of(field)
    with xml.element(
        "ItemDef", OID=tables.item_oid(table.table, column.name), Name=column.name, DataType=kind,
        Length=_length(field, kind), SignificantDigits=field.decimal_places if kind == "float" else None,
    ):  # fmt: skip
        xml.described("Question", column.words)
        if unit and not xml.is_2:
            xml.leaf("MeasurementUnitRef", MeasurementUnitOID=_unit_oid(unit))
        if isinstance(field, MissingReasonField):
            xml.leaf("CodeListRef", CodeListOID=MISSING)
        elif _codes(table, column):
            xml.leaf("CodeListRef", CodeListOID=code_list_oid(table.table, column.name))
        names = asked_by(table.model.__name__, field.name)
        if names:
            xml.leaf("Alias", Context="SDTM", Name=", ".join(names))


def type_of(field: Any) -> str:
    """The data type of a column in ODM."""
    return next((words for kind, words in TYPES if isinstance(field, kind)), "text")


def _length(field: Any, kind: str) -> int | None:
    if kind == "text":
        return getattr(field, "max_length", None) or MOST_LETTERS
    if kind == "float":
        return int(field.max_digits)
    return 19 if kind == "integer" else None  # as many digits as the database has for a whole number


def _unit_oid(unit: str) -> str:
    return f"MU.{re.sub('[^A-Za-z0-9]+', '_', unit.replace('%', 'percent').replace('°', 'degree_'))}"


def code_list_oid(table: str, column: str) -> str:
    """Of the codes of a column."""
    return f"CL.{tables.short(table)}.{column}"


def _codes(table: Table, column: Column) -> tuple[tuple[Any, Any], ...]:
    """(code, words) of each code; what is not answered is no value, so it is no code."""
    if table.data_set is None:
        pairs = column.field.choices or () if not column.field.is_relation else ()
    else:
        pairs = dictionary.pairs_of(table.data_set, column)
    return tuple(pair for pair in pairs if pair[0] not in ("", None))


def _code_lists() -> Iterator[tuple[str, str, str, tuple[tuple[Any, Any], ...]]]:
    yield MISSING, "Reason why a value is missing", "text", MISSING_REASONS
    yield FLAG_TYPES, "What a flag says", "text", tuple(FLAGS.items())
    yield YES_LIST, "Flag that is set", "text", ((YES, "Yes"),)
    for table, column in _items():
        codes = _codes(table, column)
        if codes and not isinstance(column.field, MissingReasonField):
            kind = "integer" if type_of(column.field) == "integer" else "text"
            yield code_list_oid(table.table, column.name), f"{table.title}: {column.words}", kind, codes


def _code_list(xml: XmlWriter, oid: str, name: str, kind: str, codes: tuple[tuple[Any, Any], ...]) -> None:
    with xml.element("CodeList", OID=oid, Name=name, DataType=kind):
        for number, (code, words) in enumerate(codes, start=1):
            with xml.element("CodeListItem", CodedValue=code, OrderNumber=number):
                xml.described("Decode", str(words))


QUERY_STATES = code_list_oid(Query._meta.db_table, "state")
USER_TYPES = {Role.INVESTIGATOR: "Investigator", Role.COORDINATOR: "Investigator", Role.STATISTICIAN: "Sponsor",
              Role.CHAIR: "Sponsor", Role.MONITOR: "Sponsor"}  # fmt: skip


def write_admin(xml: XmlWriter, change: int, site: int | None) -> None:
    """Users and sites as they were at a change, and what a signature means.

    site: its id; then no other is named, and no user but those who have it or signed for its participants.
    """
    read = Reader(change, is_whole=True)
    signers = _signers(read, site)
    with xml.element("AdminData", StudyOID=STUDY):
        _user(xml, None, "system", "Endpoint System", "Other")
        for row in read.rows(Person, "role", Role.values):
            if site is None or site in row["sites"] or row["id"] in signers:
                _user(xml, row["id"], row["username"], row["full_name"], USER_TYPES.get(row["role"], "Other"))
        begun = _begun(change)
        _location(xml, None, "The study as a whole", "Sponsor", begun[None])
        for row in read.rows(Site, "struck_out_reason", [""]):
            if site in (None, row["id"]):
                _location(xml, row["id"], f"{row['code']} {row['name']}", "Site", begun[row["id"]])
        with xml.element("SignatureDef", OID=SIGNATURE, Methodology="Electronic"):
            xml.leaf("Meaning", "Signature of an investigator for the casebook of a participant")
            xml.leaf("LegalReason", "The signer is responsible for the data as they were when signed (21 CFR Part 11)")


def _signers(read: Reader, site: int | None) -> set[int]:
    people = [row["id"] for row in read.rows(Participant, "site_id", [site])] if site is not None else []
    return {row["signed_by_id"] for row in read.rows(Signature, "participant_id", people)}


def _user(xml: XmlWriter, person: int | None, login: str, name: str, kind: str) -> None:
    first, _, last = name.rpartition(" ")
    with xml.element("User", OID=tables.user_oid(person), UserType=kind):
        xml.leaf("LoginName", login)
        xml.leaf("FullName", name)
        # Some readers want both.
        xml.leaf("FirstName", first or name)
        xml.leaf("LastName", last or name)


def _location(xml: XmlWriter, site: int | None, name: str, kind: str, since: str) -> None:
    with xml.element("Location", OID=tables.location_oid(site), Name=name, LocationType=kind):
        xml.leaf("MetaDataVersionRef", **OF_ROWS, EffectiveDate=since)


def _begun(change: int) -> dict[int | None, str]:
    """The day of the first change of each site, and of the record."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.row_id, to_char(min(c.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM trial_version v
            JOIN trial_change c ON c.id = v.change_id WHERE v.table_name = %s AND v.change_id <= %s GROUP BY 1
            UNION ALL SELECT NULL, to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM trial_change""",
            [Site._meta.db_table, change],
        )
        return dict(cursor.fetchall())
