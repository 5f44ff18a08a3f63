"""define.xml: valid against the published schema, nothing named that is not there, and the same facts as the data."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import xmlschema

from analysis.submission import define
from analysis.submission.first_pass import FirstPass, Written
from trial.operations import exports
from trial.tabulation.data_sets import DATA_SETS
from trial.tabulation.subject import Study

AT = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
DEF = "{http://www.cdisc.org/ns/def/v2.1}"


def of_nobody(folder: Path) -> list[Written]:
    """The data sets of a study in which nobody takes part yet."""
    return FirstPass(DATA_SETS, folder).write([], Study("2026-03-01"))


def oids(root: ET.Element, ends: str) -> list[str]:
    """Every attribute whose name ends so."""
    return [value for each in root.iter() for name, value in each.attrib.items() if name.rpartition("}")[2] == ends]


def stop_dangling(path: Path) -> ET.Element:
    """Every reference leads to one definition, and every definition but a data set is referred to."""
    root = ET.parse(path).getroot()
    defined = oids(root, "OID")
    assert len(set(defined)) == len(defined)
    for ends in ("ItemOID", "CodeListOID", "MethodOID", "ValueListOID", "WhereClauseOID", "StandardOID"):
        assert set(oids(root, ends)) <= set(defined), ends
    used = {each for ends in ("ItemOID", "CodeListOID", "MethodOID", "ValueListOID", "WhereClauseOID")
            for each in oids(root, ends)}  # fmt: skip
    kinds = ("IT.", "CL.", "MT.", "VL.", "WC.")
    assert {each for each in defined if each.startswith(kinds)} == used
    return root


def test_a_study_without_participants_is_defined_and_said_to_have_no_data(
    tmp_path: Path, schema: xmlschema.XMLSchema
) -> None:
    define.write(of_nobody(tmp_path), tmp_path / "define.xml", AT, "xpt", define.OF_TABULATION)
    assert [error.reason for error in schema.iter_errors(str(tmp_path / "define.xml"))] == []
    root = stop_dangling(tmp_path / "define.xml")
    empty = {each.get("Name") for each in root.iter() if each.tag.endswith("ItemGroupDef")
             and each.get(f"{DEF}HasNoData") == "Yes"}  # fmt: skip
    assert "AE" in empty and "TV" not in empty and root.get("CreationDateTime") == "2026-03-01T12:30:05+00:00"


def test_the_schema_refuses_what_is_no_origin(tmp_path: Path, schema: xmlschema.XMLSchema) -> None:
    define.write(of_nobody(tmp_path), tmp_path / "define.xml", AT, "xpt", define.OF_TABULATION)
    wrong = (tmp_path / "define.xml").read_text(encoding="utf-8").replace('Type="Protocol"', 'Type="Guess"')
    (tmp_path / "wrong.xml").write_text(wrong, encoding="utf-8")
    assert not schema.is_valid(str(tmp_path / "wrong.xml"))


def test_the_definitions_of_an_export_are_valid_and_agree_with_its_files(
    exported: Path, schema: xmlschema.XMLSchema
) -> None:
    assert [error.reason for error in schema.iter_errors(str(exported / "define.xml"))] == []
    root = stop_dangling(exported / "define.xml")
    items = {each.get("OID"): each for each in root.iter() if each.tag.endswith("ItemDef")}
    for path in (each for each in exported.glob("*.json") if each.name != exports.MANIFEST):
        read = json.loads(path.read_text(encoding="utf-8"))
        group = next(each for each in root.iter() if each.get("OID") == read["itemGroupOID"])
        references = [each for each in group if each.tag.endswith("ItemRef")]
        assert [each.get("ItemOID") for each in references] == [column["itemOID"] for column in read["columns"]]
        assert [each.get("KeySequence") for each in references] == [
            str(column["keySequence"]) if "keySequence" in column else None for column in read["columns"]
        ]  # fmt: skip
        lengths = [items[column["itemOID"]].get("Length") for column in read["columns"]]
        told = [str(column["length"]) if "length" in column else None for column in read["columns"]]
        assert all(length in (None, one) for length, one in zip(lengths, told, strict=True) if one is not None)
        assert (exported / f"{path.stem}.xpt").is_file()


def test_collected_values_name_the_places_of_the_annotated_casebook_that_ask_them(exported: Path) -> None:
    casebook = (exported / "acrf.pdf").read_bytes()
    root = ET.parse(exported / "define.xml").getroot()
    items = {each.get("OID"): each for each in root.iter() if each.tag.endswith("ItemDef")}

    def places(oid: str) -> list[str]:
        found = items[oid].find(f"{DEF}Origin/{DEF}DocumentRef/{DEF}PDFPageRef")
        return [] if found is None else str(found.get("PageRefs")).split()

    assert places("IT.AE.AESTDTC") == ["adverse_event_1", "adverse_event_2"]
    assert places("IT.SUPPAE.QVAL.CTCTERM") and places("IT.AE.AEDECOD") == []
    named = {place for oid in items for place in places(str(oid))}
    assert len(named) > 15 and all(f"({place})".encode() in casebook for place in named)
    without = [f"{one.name}.{each.name}" for one in DATA_SETS for each in one.variables
               if each.origin == "Collected" and each.asked and f"IT.{one.name}.{each.name}" in items
               and not places(f"IT.{one.name}.{each.name}")]  # fmt: skip
    assert without == ["DM.SUBJID"], "the program numbers participants: no form asks for it"


def test_the_reader_is_told_what_no_variable_says(exported: Path) -> None:
    guide = (exported / "readers_guide.md").read_text(encoding="utf-8")
    assert "SDTMIG 3.4" in guide and "SPONSOR: Clinical Study Sponsor" in guide and "assessment.kind: Told by" in guide
    assert "AE: AELLT, AELLTCD" in guide
