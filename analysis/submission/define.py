"""define.xml 2.1: what each variable of each data set is, from the same declarations as the data.

What has no data is marked so, not left out. The origin of a collected value names the places of the annotated casebook
that ask it.
"""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.submission.first_pass import Seen, Written
from trial import protocol
from trial.operations import exports
from trial.runtime.program import PROGRAM
from trial.tabulation.declarations import (
    ADAMIG,
    DATE,
    DAY,
    DECIMAL,
    INTEGER,
    SDTMIG,
    TERMINOLOGY,
    TEXT,
    Codes,
    Core,
    Origin,
    Variable,
)

ODM, DEF, XLINK = "http://www.cdisc.org/ns/odm/v1.3", "http://www.cdisc.org/ns/def/v2.1", "http://www.w3.org/1999/xlink"
TYPES = {TEXT: "text", INTEGER: "integer", DECIMAL: "float", DATE: "partialDate", DAY: "integer"}
IG, CT = "STD.IG", "STD.CT"
# Variables coded by a dictionary outside the terminology → its name and version.
DICTIONARIES = {"AEDECOD": ("CTCAE", "3.0"), "AEBODSYS": ("CTCAE", "3.0"), "COUNTRY": ("ISO 3166", "2020"),
                "LBLOINC": ("LOINC", "2.77")}  # fmt: skip
Element = ET.Element


@dataclass(frozen=True)
class Standard:
    """The standard that data sets follow: its name here, that of its guide with the version, and what they are for."""

    name: str
    guide: str
    version: str
    purpose: str


OF_TABULATION = Standard("SDTM", "SDTMIG", SDTMIG, "Tabulation")
OF_ANALYSIS = Standard("ADaM", "ADaMIG", ADAMIG, "Analysis")


# Variable (`AE.AESTDTC`, `SUPPAE.CTCTERM`) → names of the places in the annotated casebook that ask for it.
Places = Mapping[str, tuple[str, ...]]
CASEBOOK_LEAF = "LF.acrf"


def write(
    written: Sequence[Written], path: Path, at: datetime, suffix: str, standard: Standard, places: Places | None = None
) -> None:
    """Writes the file. at: the instant of the data. suffix: of the files of data that it points to (`xpt`).

    places: of the annotated casebook beside it; None: there is none.
    """
    for prefix, namespace in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ET.register_namespace(prefix, namespace)
    made = _document(written, at.astimezone(UTC).isoformat(timespec="seconds"), suffix, standard, places)
    ET.indent(made)
    ET.ElementTree(made).write(path, encoding="utf-8", xml_declaration=True)


def _tag(name: str) -> str:
    """`def:Class`, or a name of ODM itself, with its namespace."""
    prefix, _, local = name.rpartition(":")
    return f"{{{({'': ODM, 'def': DEF, 'xlink': XLINK})[prefix]}}}{local}"


def _add(parent: Element, name: str, text: str = "", **attributes: Any) -> Element:
    """A child with these attributes; an underscore is the colon of a namespace, None leaves one out."""
    known = {key.replace("_", ":", 1): str(value) for key, value in attributes.items() if value is not None}
    made = ET.SubElement(parent, _tag(name), {_tag(key) if ":" in key else key: value for key, value in known.items()})
    made.text = text or None
    return made


def _described(parent: Element, words: str, name: str = "Description") -> None:
    _add(_add(parent, name), "TranslatedText", words).set("{http://www.w3.org/XML/1998/namespace}lang", "en")


def _document(
    written: Sequence[Written], instant: str, suffix: str, standard: Standard, places: Places | None
) -> Element:
    program, version = PROGRAM.split(" ", 1)
    root = Element(_tag("ODM"), {
        "FileOID": f"{protocol.NUMBER_PREFIX}.{standard.name}", "FileType": "Snapshot", "CreationDateTime": instant,
        "ODMVersion": "1.3.2", "Originator": program, "SourceSystem": program, "SourceSystemVersion": version,
        _tag("def:Context"): "Submission",
    })  # fmt: skip
    study = _add(root, "Study", OID=protocol.NUMBER_PREFIX)
    names = _add(study, "GlobalVariables")
    for name, words in (("StudyName", protocol.STUDY_SHORT_NAME), ("StudyDescription", protocol.STUDY_NAME),
                        ("ProtocolName", protocol.STUDY_SHORT_NAME)):  # fmt: skip
        _add(names, name, words)
    version_of = _add(study, "MetaDataVersion", OID=f"MDV.{protocol.NUMBER_PREFIX}.{standard.name}",
                      Name=f"{protocol.STUDY_SHORT_NAME}, data definitions", def_DefineVersion="2.1.0")  # fmt: skip
    _standards(version_of, standard)
    if places is not None:
        _add(_add(version_of, "def:AnnotatedCRF"), "def:DocumentRef", leafID=CASEBOOK_LEAF)
    places = places or {}
    lists = [each for one in written for each in _value_lists(one)]
    for value_list in lists:
        value_list.write(version_of)
    for value_list in lists:
        value_list.write_clauses(version_of)
    for one in written:
        _data_set(version_of, one, suffix, standard.purpose)
    for one in written:
        _items(version_of, one, {each.variable for each in lists if each.name == one.data_set.name}, places)
    for value_list in lists:
        value_list.write_items(version_of, places)
    _code_lists(version_of, written)
    _methods(version_of, written)
    if places:
        leaf = _add(version_of, "def:leaf", ID=CASEBOOK_LEAF, xlink_href=exports.ANNOTATED_CASEBOOK)
        _add(leaf, "def:title", "Annotated casebook")
    return root


def _standards(parent: Element, standard: Standard) -> None:
    found = _add(parent, "def:Standards")
    _add(found, "def:Standard", OID=IG, Name=standard.guide, Type="IG", Version=standard.version, Status="Final")
    _add(found, "def:Standard", OID=CT, Name="CDISC/NCI", Type="CT", PublishingSet=standard.name, Version=TERMINOLOGY,
         Status="Final")  # fmt: skip


def _data_set(parent: Element, written: Written, suffix: str, purpose: str) -> None:
    one, name = written.data_set, written.data_set.name
    group = _add(
        parent, "ItemGroupDef", OID=f"IG.{name}", Name=name, SASDatasetName=name, Domain=name.removeprefix("SUPP"),
        Repeating="No" if name in ("DM", "ADSL") else "Yes", IsReferenceData="Yes" if one.is_design else "No",
        Purpose=purpose, def_Structure=one.structure, def_ArchiveLocationID=f"LF.{name}", def_StandardOID=IG,
        def_HasNoData=None if written.rows else "Yes",
    )  # fmt: skip
    _described(group, one.label)
    for number, variable in enumerate(written.variables, start=1):
        _add(
            group, "ItemRef", ItemOID=_oid(name, variable), OrderNumber=number,
            Mandatory="Yes" if variable.core == Core.REQUIRED else "No",
            KeySequence=one.keys.index(variable.name) + 1 if variable.name in one.keys else None,
            MethodOID=f"MT.{name}.{variable.name}" if _has_method(variable) else None,
            Role=variable.role if purpose == OF_TABULATION.purpose else None,
            def_HasNoData=None if written.seen[variable.name].values else "Yes",
        )  # fmt: skip
    of_class = _add(group, "def:Class", Name=one.of_class)
    if one.of_subclass:
        _add(of_class, "def:SubClass", Name=one.of_subclass)
    leaf = _add(group, "def:leaf", ID=f"LF.{name}", xlink_href=f"{name.lower()}.{suffix}")
    _add(leaf, "def:title", f"{name.lower()}.{suffix}")


def _has_method(variable: Variable) -> bool:
    """Whether its words are a method; those of a copied variable name what it is copied from."""
    return bool(variable.method) and variable.origin != Origin.PREDECESSOR


def _oid(name: str, variable: Variable) -> str:
    return f"IT.{name}.{variable.name}"


def _items(parent: Element, written: Written, with_values: set[str], places: Places) -> None:
    for variable in written.variables:
        name = f"{written.data_set.name}.{variable.name}"
        item = _item(parent, _oid(written.data_set.name, variable), variable.name, variable,
                     written.seen[variable.name], places.get(name, ()))  # fmt: skip
        if variable.name in with_values:
            _add(item, "def:ValueListRef", ValueListOID=f"VL.{name}")


def _item(parent: Element, oid: str, name: str, variable: Variable, seen: Seen, places: Sequence[str]) -> Element:
    item = _add(
        parent, "ItemDef", OID=oid, Name=name, SASFieldName=name, DataType=TYPES[variable.kind],
        Length=None if variable.kind is DATE else max(1, seen.longest),
        SignificantDigits=seen.decimals if variable.kind is DECIMAL else None,
        def_DisplayFormat="DATE9." if variable.kind is DAY else None,
    )  # fmt: skip
    _described(item, variable.label)
    if variable.codes is not None or variable.name in DICTIONARIES:
        _add(item, "CodeListRef", CodeListOID=_code_list_oid(variable))
    _origin(item, variable, places)
    return item


def _origin(parent: Element, variable: Variable, places: Sequence[str]) -> None:
    made = _add(parent, "def:Origin", Type=variable.origin.value, Source=variable.origin.source or None)
    if variable.method and not _has_method(variable):
        _described(made, variable.method)
    if places and variable.origin == Origin.COLLECTED:
        document = _add(made, "def:DocumentRef", leafID=CASEBOOK_LEAF)
        _add(document, "def:PDFPageRef", PageRefs=" ".join(places), Type="NamedDestination")


def _code_list_oid(variable: Variable) -> str:
    if variable.codes is None:
        return f"CL.{DICTIONARIES[variable.name][0].replace(' ', '')}"
    return f"CL.{re.sub('[^A-Za-z]+', '_', variable.codes.name)}"


class ValueList:
    """What a variable holds, by the value of another of the same row."""

    def __init__(self, written: Written, variable: Variable, by: str, parts: Sequence[tuple[str, Variable]]) -> None:
        self.name, self.variable, self.by, self.parts = written.data_set.name, variable.name, by, parts
        self.seen = written.seen[variable.name]

    def write(self, parent: Element) -> None:
        """The list."""
        made = _add(parent, "def:ValueListDef", OID=f"VL.{self.name}.{self.variable}")
        for number, (value, variable) in enumerate(self.parts, start=1):
            reference = _add(made, "ItemRef", ItemOID=self._oid(value), OrderNumber=number, Mandatory="No",
                             MethodOID=f"MT.{self.name}.{value}" if variable.method else None)  # fmt: skip
            _add(reference, "def:WhereClauseRef", WhereClauseOID=f"WC.{self.name}.{value}")

    def write_clauses(self, parent: Element) -> None:
        """When each part applies."""
        for value, _ in self.parts:
            clause = _add(parent, "def:WhereClauseDef", OID=f"WC.{self.name}.{value}")
            check = _add(clause, "RangeCheck", Comparator="EQ", SoftHard="Soft",
                         def_ItemOID=f"IT.{self.name}.{self.by}")  # fmt: skip
            _add(check, "CheckValue", value)

    def write_items(self, parent: Element, places: Places) -> None:
        """What each part is; where no question is of the part alone, those of the whole variable ask it."""
        whole = places.get(f"{self.name}.{self.variable}", ())
        for value, variable in self.parts:
            _item(parent, self._oid(value), value, variable, self.seen, places.get(f"{self.name}.{value}", whole))

    def _oid(self, value: str) -> str:
        return f"IT.{self.name}.{self.variable}.{value}"


def _value_lists(written: Written) -> Iterator[ValueList]:
    """Of a supplement by the qualifier, of a finding by its test where a test has a code list of its own."""
    name = written.data_set.name
    if written.data_set.is_supplement and written.rows:
        variable = next(each for each in written.data_set.variables if each.name == "QVAL")
        yield ValueList(written, variable, "QNAM", _qualifiers(written))
    for variable in written.variables:
        if variable.by_test:
            parts = [(test, Variable(test, variable.label, origin=variable.origin, codes=codes))
                     for test, codes in variable.by_test.items()]  # fmt: skip
            yield ValueList(written, variable, f"{name}TESTCD", parts)


def _qualifiers(written: Written) -> list[tuple[str, Variable]]:
    """The qualifiers that occur, by name."""
    places = [written.data_set.place(name) for name in ("QNAM", "QLABEL", "QORIG")]
    with written.lines.open(encoding="utf-8") as file:
        found = {tuple(json.loads(line)[place] for place in places) for line in file}
    return [(name, Variable(name, label, origin=Origin(origin))) for name, label, origin in sorted(found)]


def _code_lists(parent: Element, written: Iterable[Written]) -> None:
    lists: dict[str, list[Codes]] = {}
    variables = [each for one in written for each in one.variables]
    for variable in variables:
        for coded in (variable, *(Variable(variable.name, "", codes=codes) for codes in variable.by_test.values())):
            if coded.codes is not None:
                lists.setdefault(_code_list_oid(coded), []).append(coded.codes)
    for oid, same in sorted(lists.items()):
        _code_list(parent, oid, same)
    for name, version in sorted({DICTIONARIES[each.name] for each in variables if each.name in DICTIONARIES}):
        made = _add(parent, "CodeList", OID=f"CL.{name.replace(' ', '')}", Name=name, DataType="text")
        _add(made, "ExternalCodeList", Dictionary=name, Version=version)


def _code_list(parent: Element, oid: str, same: Sequence[Codes]) -> None:
    """One list, with the values of all who use a part of it."""
    codes = same[0]
    made = _add(
        parent,
        "CodeList",
        OID=oid,
        Name=codes.name,
        DataType="text",
        def_StandardOID=CT if codes.concept else None,
        def_IsNonStandard=None if codes.concept else "Yes",
    )
    values = dict.fromkeys(value for each in same for value in each.pairs.values() if value)
    extended = {value for each in same for value in each.extended}
    for value in values:
        _add(made, "EnumeratedItem", CodedValue=value, def_ExtendedValue="Yes" if value in extended else None)
    if codes.concept:
        _add(made, "Alias", Context="nci:ExtCodeID", Name=codes.concept)


def _methods(parent: Element, written: Iterable[Written]) -> None:
    for one in written:
        for variable in one.variables:
            if _has_method(variable):
                made = _add(parent, "MethodDef", OID=f"MT.{one.data_set.name}.{variable.name}", Type="Computation",
                            Name=f"{one.data_set.name}.{variable.name}")  # fmt: skip
                _described(made, variable.method)
