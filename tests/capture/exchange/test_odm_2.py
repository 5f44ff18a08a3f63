"""The record as an ODM 2.0 snapshot: valid, always the same for a moment, and value by value that of ODM 1.3.2."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.capture.exchange import cohort
from tests.capture.exchange.test_odm_snapshot import noted
from tests.capture.odm_schema import stop_invalid_2
from tests.cast import Cast, person
from trial.models import Role, Site
from trial.models.audit import last_change
from trial.record import changes, versions_in_force

pytestmark = pytest.mark.requirement("R59")

KEYS = ("SubjectKey", "StudyEventOID", "StudyEventRepeatKey", "FormOID", "ItemGroupOID", "ItemGroupRepeatKey",
        "ItemOID", "LocationOID", "UserOID", "SignatureOID")  # fmt: skip


@pytest.fixture
def north(database: str) -> Site:
    """The one site of a study without participants."""
    with changes.record(None, "system", "sites of the test"):
        made = Site.objects.create(code="NORTH", name="North & <Sons>")
        versions_in_force.open_site(None, made)
    return made


def exported(folder: Path, kind: str = "odm2", **asked: str) -> Path:
    """The snapshot of an export."""
    call_command("export", kind, folder, verbosity=0, **asked)
    return folder / f"{kind}_snapshot.xml"


def local(element: ET.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def told(element: ET.Element, place: tuple[str, ...] = ()) -> Iterator[tuple[object, ...]]:
    """(place, what) of each value, missing value, note and signature, by the keys of 1.3.2 in either standard."""
    name = local(element)
    place += tuple(f"{key}={value}" for key in KEYS if (value := element.get(key)) is not None)
    if name == "ItemData":
        values = [each.text or "" for each in element if local(each) == "Value"] or [element.get("Value")]
        yield place, "value", *values, element.get("IsNull")
    if name == "Annotation":
        yield place, "note", *("".join(each.itertext()).strip() for each in element)
    if name in ("DateTimeStamp", "SiteRef", "UserRef"):
        yield place, name, element.text
    for each in element:
        yield from told(each, place)


def data(path: Path) -> list[str]:
    """Everything said in the data; a form of 2.0 is a group."""
    root = ET.parse(path).getroot()
    found = [one for each in root if local(each) in ("ClinicalData", "ReferenceData") for one in told(each)]
    return sorted(str(each).replace("ItemGroupOID=FO.", "FormOID=FO.") for each in found)


def test_every_form_is_in_a_valid_file_with_every_value_of_the_older_standard(north: Site, tmp_path: Path) -> None:
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    first, head = exported(tmp_path / "first"), last_change()
    root = stop_invalid_2(first)
    assert root.attrib["ODMVersion"] == "2.0" and root.attrib["FileOID"] == f"NET.Snapshot.2.0.{head}"
    older = exported(tmp_path / "older", "odm")
    assert data(first) == data(older)
    assert len(data(first)) > 500
    assert {each.name for each in first.parent.iterdir()} == {"odm2_snapshot.xml", "manifest.json"}
    same_definitions(root, ET.parse(older).getroot())
    with changes.record(None, "system", "another site"):
        Site.objects.create(code="SOUTH", name="South")
    assert exported(tmp_path / "then", as_of=str(head)).read_bytes() == first.read_bytes()
    assert exported(tmp_path / "now").read_bytes() != first.read_bytes()


def same_definitions(new: ET.Element, old: ET.Element) -> None:
    """Items with type, words, unit and codes, and the names of users and sites."""

    def of(root: ET.Element, name: str) -> dict[str, list[object]]:
        return {each.attrib["OID"]: [each.get("Name"), each.get("DataType"), each.get("Length"),
                                     "".join(each.itertext()).split()]
                for each in root.iter() if local(each) == name}  # fmt: skip

    units = {
        each.attrib["ItemOID"]: each.attrib["UnitsItemOID"] for each in new.iter() if "UnitsItemOID" in each.attrib
    }
    assert units == {item.attrib["OID"]: unit.attrib["MeasurementUnitOID"] for item in old.iter()
                     for unit in item if local(unit) == "MeasurementUnitRef"}  # fmt: skip
    items = of(new, "ItemDef")
    assert [items.pop(unit)[0] for unit in sorted(set(units.values()))] == [
        each.get("Name") for each in sorted(old.iter(), key=lambda one: one.get("OID", ""))
        if local(each) == "MeasurementUnit"]  # fmt: skip
    assert items == of(old, "ItemDef")
    for name in ("CodeList", "User", "Location", "SignatureDef", "StudyEventDef"):
        assert of(new, name) == of(old, name) and of(new, name), name


def test_a_study_without_participants_is_valid_and_without_a_record_refused(north: Site, tmp_path: Path) -> None:
    root = stop_invalid_2(exported(tmp_path / "out"))
    assert [local(each) for each in root] == ["Study", "AdminData", "ReferenceData", "ClinicalData"]
    assert not list(root[3]) and "North & <Sons>" in {each.text for each in root[2].iter()}
    with pytest.raises(CommandError, match="There is no site WEST"):
        exported(tmp_path / "west", site="WEST")


def test_notes_and_signatures_come_after_what_they_are_about_and_one_site_names_no_other(
    cast: Cast, tmp_path: Path
) -> None:
    noted(cast)
    file = exported(tmp_path / "out")
    subject = next(each for each in stop_invalid_2(file).iter() if local(each) == "SubjectData")
    order = [local(each) for each in subject]
    assert order[0] == "SiteRef" and order[-4:] == ["Signature", "Annotation", "Annotation", "Annotation"]
    assert data(file) == data(exported(tmp_path / "older", "odm"))
    of_north = exported(tmp_path / "north", site="NORTH")
    stop_invalid_2(of_north)
    assert "SOUTH" not in of_north.read_text(encoding="utf-8") and "SOUTH" in file.read_text(encoding="utf-8")
    assert data(of_north) == data(exported(tmp_path / "older_north", "odm", site="NORTH"))
    with pytest.raises(CommandError, match="no ODM 1.3 file"):
        call_command("import_odm", file, person=cast.people[Role.STATISTICIAN].username, dry_run=True)
