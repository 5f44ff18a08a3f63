"""The published schemas of ODM: 1.3.2 with the attributes of this product and without them, and 2.0."""

import re
import shutil
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import odmlib
import xmlschema

from capture.exchange import odm

SCHEMAS = Path(odmlib.__file__).parent / "schemas" / "odm"
PUBLISHED = SCHEMAS / "1.3.2"
DEFINES = {"StudyEventOID": "SE", "FormOID": "FO", "ItemGroupOID": "IG", "ItemOID": "IT", "CodeListOID": "CL",
           "MeasurementUnitOID": "MU", "UserOID": "US", "LocationOID": "LO", "SignatureOID": "SD"}  # fmt: skip
# A form is a group of groups, and a unit is an item.
DEFINES_2 = DEFINES | {"ItemGroupOID": "IG FO", "ItemOID": "IT MU", "UnitsItemOID": "MU", "StudyEventGroupOID": "SG"}
OID = re.compile(r"[A-Z]+\.[A-Za-z0-9_.]+")


@cache
def schema(with_ours: bool) -> xmlschema.XMLSchema:
    """It takes seconds to read."""
    if not with_ours:
        return xmlschema.XMLSchema(str(PUBLISHED / "ODM1-3-2.xsd"))
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(PUBLISHED, Path(place) / "schema")
        for file in Path(str(odm.__file__)).parent.glob("*.xsd"):
            shutil.copy(file, folder)
        return xmlschema.XMLSchema(str(folder / "endpoint-odm-1-3-2.xsd"))


def stop_invalid(path: Path) -> ET.Element:
    """The root of a file that is valid with our attributes and without them, and whose references lead somewhere."""
    assert [f"{error.path}: {error.reason}" for error in schema(True).iter_errors(str(path))] == []
    root = ET.parse(path).getroot()
    for each in root.iter():
        for name in [name for name in each.attrib if name.startswith("{urn:endpoint")]:
            del each.attrib[name]
    assert [f"{error.path}: {error.reason}" for error in schema(False).iter_errors(root)] == []
    stop_references(root, DEFINES)
    return root


@cache
def schema_2() -> xmlschema.XMLSchema:
    """ODM 2.0."""
    return xmlschema.XMLSchema(str(SCHEMAS / "2.0" / "ODM.xsd"))


def stop_invalid_2(path: Path) -> ET.Element:
    """The root of a file that is valid ODM 2.0, and whose references lead somewhere."""
    assert [f"{error.path}: {error.reason}" for error in schema_2().iter_errors(str(path))] == []
    root = ET.parse(path).getroot()
    stop_references(root, DEFINES_2)
    return root


def stop_references(root: ET.Element, defines: Mapping[str, str]) -> None:
    """Each OID is defined once and has the letters that we allow; each reference leads to one of its kind."""
    defined = [each.attrib["OID"] for each in root.iter() if "OID" in each.attrib]
    assert len(set(defined)) == len(defined)
    assert all(OID.fullmatch(oid) for oid in defined if "." in oid)
    for name, begins in defines.items():
        used = {each.attrib[name] for each in root.iter() if name in each.attrib}
        assert used <= {oid for oid in defined if oid.split(".")[0] in begins.split()}, name
