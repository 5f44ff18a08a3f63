"""The record as an ODM snapshot: valid, at any moment the same, with what is missing, asked, frozen and signed."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from odmlib.loader import ODMLoader
from odmlib.odm_loader import XMLODMLoader

from tests.capture.exchange import cohort
from tests.capture.odm_schema import stop_invalid
from tests.cast import Cast, person
from trial.models import (
    Deviation,
    Hold,
    Laboratory,
    LaboratoryRange,
    Person,
    Query,
    Role,
    Signature,
    Site,
    SourceVerification,
)
from trial.models.audit import last_change
from trial.record import changes, versions_in_force
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R59")

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"


def exported(folder: Path, **asked: str) -> Path:
    """The snapshot of an export."""
    call_command("export", "odm", folder, verbosity=0, **asked)
    return folder / "odm_snapshot.xml"


def items(root: ET.Element, oid: str) -> list[ET.Element]:
    """Every item of this OID."""
    return [each for each in root.iter(f"{ODM}ItemData") if each.get("ItemOID") == oid]


def flags(element: ET.Element | None) -> dict[str, tuple[str, str]]:
    """Type → (value, words) of the annotations of an element."""
    assert element is not None
    return {str(each.findtext(f"{ODM}Flag/{ODM}FlagType")):
            (str(each.findtext(f"{ODM}Flag/{ODM}FlagValue")), each.findtext(f"{ODM}Comment") or "")
            for each in element.findall(f"{ODM}Annotation")}  # fmt: skip


def test_every_form_is_in_a_valid_snapshot_which_a_later_change_does_not_move(database: str, tmp_path: Path) -> None:
    with changes.record(None, "system", "sites of the test"):
        versions_in_force.open_site(None, Site.objects.create(code="NORTH", name="North"))
    north = Site.objects.get()
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    first, head = exported(tmp_path / "first"), last_change()
    with changes.record(None, "system", "another site"):
        Site.objects.create(code="SOUTH", name="South")
    assert exported(tmp_path / "then", as_of=str(head)).read_bytes() == first.read_bytes()
    root = stop_invalid(first)
    subjects = {each.attrib["SubjectKey"]: each for each in root.iter(f"{ODM}SubjectData")}
    assert list(subjects) == ["NET-002", "NET-001", "NET-003", "S-0004"]
    with_data = {each.attrib["StudyEventOID"] for each in subjects["NET-001"].iter(f"{ODM}StudyEventData")}
    assert {"SE.registration", "SE.baseline", "SE.cycle", "SE.follow_up_scan", "SE.adverse_event"} <= with_data
    born = items(subjects["NET-003"], "IT.participant.born_on")
    assert [(each.get("IsNull"), flags(each)) for each in born] == [("Yes", {"MISSING": ("unknown", "")})]
    assert [each.get("Value") for each in items(subjects["NET-003"], "IT.participant.ecog")] == ["3"]
    opened_by_another_reader(first, root)


def opened_by_another_reader(path: Path, root: ET.Element) -> None:
    """`odmlib` finds the same participants and items."""
    reader = ODMLoader(XMLODMLoader(model_package="odm_1_3_2", ns_uri=ODM.strip("{}")))
    reader.open_odm_document(str(path))
    found = reader.root()
    values = {(subject.SubjectKey, item.ItemOID, item.Value) for subject in found.ClinicalData[0].SubjectData
              for event in subject.StudyEventData for form in event.FormData for group in form.ItemGroupData
              for item in group.ItemData}  # fmt: skip
    ours = {(subject.get("SubjectKey"), item.get("ItemOID"), item.get("Value"))
            for subject in root.iter(f"{ODM}SubjectData") for item in subject.iter(f"{ODM}ItemData")}  # fmt: skip
    assert values == ours and len(ours) > 500
    assert len(found.Study[0].MetaDataVersion[0].ItemDef) == len(list(root.iter(f"{ODM}ItemDef")))


def noted(cast: Cast) -> Person:
    """Queries on a field and on an entry that is not shown, a verified form, a freeze and a signature."""
    mona, ines, of = cast.people[Role.MONITOR], cast.people[Role.INVESTIGATOR], cast.participant
    now, row, head = datetime.now(UTC), cast.participant.pk, last_change()
    with changes.record(Save(mona), "query", participant=of):
        Query.objects.create(participant=of, form="registration", row_id=row, field="ecog", words="See the source.",
                             raised_by=mona, raised_at=now)  # fmt: skip
        Query.objects.create(participant=of, form="registration", row_id=row, field="sex", words="Closed.",
                             state="closed", raised_by=mona, raised_at=now)  # fmt: skip
        Query.objects.create(participant=of, form="visit", row_id=999, words="Where is it?", raised_by=mona,
                             raised_at=now)  # fmt: skip
        SourceVerification.objects.create(participant=of, form="registration", row_id=row, at_change=head,
                                          verified_by=mona, verified_at=now)  # fmt: skip
    with changes.record(Save(ines), "sign", participant=of):
        Signature.objects.create(participant=of, signed_by=ines, printed_name="Ines", signed_at=now, meaning="x",
                                 at_change=8, head_seal="0" * 64, content_hash="0" * 64, versions=[])  # fmt: skip
    with changes.record(Save(mona), "freeze", participant=of):
        Hold.objects.create(kind="freeze", scope="participant", participant=of, state="in_force", asked_by=mona,
                            asked_at=now)  # fmt: skip
    return ines


def test_queries_verification_freezes_and_signatures_are_seen_by_a_foreign_reader(cast: Cast, tmp_path: Path) -> None:
    ines = noted(cast)
    root = stop_invalid(exported(tmp_path / "out"))
    subject = next(root.iter(f"{ODM}SubjectData"))
    words = "Signed as it was at change 8"
    assert flags(subject) == {"FREEZE": ("yes", ""), "SIGNED": ("yes", words),
                              "QUERY": ("open", "Visit at cycle start, entry 999: Where is it?")}  # fmt: skip
    assert subject.find(f"{ODM}Signature/{ODM}UserRef").attrib == {"UserOID": f"US.{ines.pk}"}  # type: ignore[union-attr]
    form = subject.find(f"{ODM}StudyEventData/{ODM}FormData")
    words = f"Source data verified as of change {SourceVerification.objects.get().at_change}"
    assert flags(form) == {"VERIFIED": ("yes", words)}
    assert flags(items(subject, "IT.participant.ecog")[0]) == {"QUERY": ("open", "ecog: See the source.")}
    assert flags(items(subject, "IT.participant.sex")[0]) == {}


DEVIATION = {"happened_on": "2026-02-01", "kind": "other", "description": "Scan late", "action": "none"}


def deviations(cast: Cast, count: int) -> list[Deviation]:
    """So many deviations of the participant."""
    with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=cast.participant):
        return [Deviation.objects.create(participant=cast.participant, **DEVIATION) for _ in range(count)]


def flag_types(element: ET.Element) -> list[str]:
    """The types of the flags of an element and of all below it."""
    return [str(each.text) for each in element.iter(f"{ODM}FlagType")]


def test_every_open_query_stands_once_wherever_it_is_about(cast: Cast, tmp_path: Path) -> None:
    mona, of, now = cast.people[Role.MONITOR], cast.participant, datetime.now(UTC)
    first, struck, _ = deviations(cast, 3)
    with changes.record(Save(cast.people[Role.COORDINATOR]), "strike_out", "twice", participant=of):
        struck.struck_out_reason = "twice"
        struck.save()
    about = (("deviation", None, ""), ("deviation", None, "kind"), ("deviation", first.pk, "kind"), ("", None, ""),
             ("deviation", first.pk, "participant_id"), ("deviation", struck.pk, "kind"), ("death", None, ""),
             ("registration", None, "ecog"), ("deviation", first.pk, "a_line"), ("lesion", 9, "organ"))  # fmt: skip
    with changes.record(Save(mona), "query", participant=of):
        for form, row, field in about:
            Query.objects.create(participant=of, form=form, row_id=row, field=field, words="Please check.",
                                 raised_by=mona, raised_at=now)  # fmt: skip
    with changes.record(Save(mona), "freeze", participant=of):
        for form, row in (("deviation", None), ("death", None), ("deviation", struck.pk)):
            Hold.objects.create(kind="freeze", scope="form", participant=of, form=form, row_id=row, state="in_force",
                                asked_by=mona, asked_at=now)  # fmt: skip
    subject = next(stop_invalid(exported(tmp_path / "out")).iter(f"{ODM}SubjectData"))
    found = flag_types(subject)
    assert found.count("QUERY") == len(about) == Query.objects.count()
    assert found.count("FREEZE") == 2, "both deviations that stand are frozen"
    said = [each.findtext(f"{ODM}Comment") for each in subject.findall(f"{ODM}Annotation")]
    assert said == ["Death", f"Protocol deviation, entry {struck.pk}", "Protocol deviation: Please check.",
                    "Protocol deviation: kind: Please check.", "Please check.",
                    f"Protocol deviation, entry {struck.pk}: kind: Please check.", "Death: Please check.",
                    "Screening and registration: ecog: Please check.",
                    "lesion, entry 9: organ: Please check."]  # fmt: skip


def test_a_field_that_was_verified_is_not_the_entry_and_a_change_since_is_said(cast: Cast, tmp_path: Path) -> None:
    mona, of, now = cast.people[Role.MONITOR], cast.participant, datetime.now(UTC)
    whole, part, changed, struck = deviations(cast, 4)
    head = last_change()
    with changes.record(Save(mona), "verify", participant=of):
        for row, field in ((whole, ""), (part, "kind"), (part, "dose_mg"), (changed, ""), (struck, "")):
            SourceVerification.objects.create(participant=of, form="deviation", row_id=row.pk, field=field,
                                              at_change=head, verified_by=mona, verified_at=now)  # fmt: skip
    verified = last_change()
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", "again", participant=of):
        changed.action = "phoned"
        changed.save()
        struck.struck_out_reason = "twice"
        struck.save()
    root = ET.parse(exported(tmp_path / "out")).getroot()
    forms = [each for each in root.iter(f"{ODM}FormData") if each.get("FormOID") == "FO.deviation"]
    words = f"Source data verified as of change {head}"
    assert [flags(each) for each in forms] == [
        {"VERIFIED": ("yes", words)}, {"VERIFIED_FIELD": ("yes", f"dose_mg: {words}")},
        {"VERIFY_AGAIN": ("yes", words)}]  # fmt: skip
    assert flags(forms[1].find(f".//{ODM}ItemData[@ItemOID='IT.deviation.kind']")) == {
        "VERIFIED_FIELD": ("yes", f"kind: {words}")}  # fmt: skip
    then = ET.parse(exported(tmp_path / "then", as_of=str(verified))).getroot()
    assert sorted(flag_types(then)) == ["VERIFIED"] * 3 + ["VERIFIED_FIELD"] * 2


def test_of_one_site_there_is_a_snapshot_without_a_trail(cast: Cast, tmp_path: Path) -> None:
    for each in (cast.north, cast.south):
        for laboratory in (f"{each.code}-A", f"{each.code}-B"):
            with changes.record(None, "system", "laboratories of the test"):
                made = Laboratory.objects.create(site=each, name=laboratory)
                LaboratoryRange.objects.create(laboratory=made, from_on="2026-01-01", analyte="HGB", unit="g/dL",
                                               lower_limit=12)  # fmt: skip
    elsewhere = cast.elsewhere[Role.INVESTIGATOR]
    with changes.record(Save(elsewhere), "sign", participant=cast.participant):
        Signature.objects.create(participant=cast.participant, signed_by=elsewhere, printed_name="S", meaning="x",
                                 signed_at=datetime.now(UTC), at_change=8, head_seal="0" * 64, content_hash="0" * 64,
                                 versions=[])  # fmt: skip
    file = exported(tmp_path / "north", site="NORTH")
    root, text = stop_invalid(file), file.read_text(encoding="utf-8")
    assert "SubjectData" in text and "NORTH-B" in text and "SOUTH" not in text
    assert root.attrib["FileOID"] == f"NET.NORTH.Snapshot.{last_change()}"
    users = {each.text for each in root.iter(f"{ODM}LoginName")}
    theirs = {each.username for each in Person.objects.filter(sites=cast.north)}
    assert users == {"system", elsewhere.username, *theirs} and len(theirs) > 1
    assert len(items(root, "IT.laboratoryrange.analyte")) == 2
    assert not (tmp_path / "north" / "odm_trail.xml").exists()
    assert "<SubjectData" not in exported(tmp_path / "south", site="SOUTH").read_text(encoding="utf-8")
