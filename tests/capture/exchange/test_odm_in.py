"""What left as ODM comes back by the checks of every import; hostile and broken files are refused in words."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from capture.conduct import holds
from capture.exchange import data_sets
from capture.exchange.importing import files, import_jobs
from capture.exchange.odm import read
from capture.exchange.odm.read import Rows
from capture.exchange.odm.translate import translate
from capture.trail.odm import verify_odm
from tests.capture.exchange import cohort
from tests.capture.exchange.test_round_trip import files_agree, sites
from tests.cast import Cast, person
from tests.conftest import keeps_files_in
from tests.plugin_postgres import another_database
from trial.models import Change, Deviation, Role, Site
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R59")

ROOT = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="{kind}" FileOID="1" CreationDateTime="2026-01-01">'
DATA = '<ClinicalData StudyOID="NET" MetaDataVersionOID="MDV.1">{subjects}</ClinicalData></ODM>'


def row(items: str, does: str = "", key: str = "1", form: str = "death", group: str = "IG.death") -> str:
    """An entry of NET-001 with these items; does: the attribute of its transaction."""
    return (f'<SubjectData SubjectKey="NET-001"><StudyEventData StudyEventOID="SE.{form}" StudyEventRepeatKey="{key}">'
            f'<FormData FormOID="FO.{form}"><ItemGroupData ItemGroupOID="{group}"{does}>{items}</ItemGroupData>'
            "</FormData></StudyEventData></SubjectData>")  # fmt: skip


def item(column: str, value: str | None, more: str = "") -> str:
    """One item; value None: emptied."""
    said = 'IsNull="Yes"' if value is None else f'Value="{value}"'
    return f'<ItemData ItemOID="IT.death.{column}" {said}{more}/>'


def of(tmp_path: Path, subjects: str, kind: str = "Transactional", begins: str = "") -> Rows:
    """What is read of a file with these subjects."""
    path = tmp_path / "file.xml"
    path.write_text(begins + ROOT.format(kind=kind) + DATA.format(subjects=subjects), encoding="utf-8")
    return read.read(path)


def test_values_come_back_from_the_snapshot_and_from_the_transactions(database: str, tmp_path: Path) -> None:
    """Takes some seconds: every form is entered once, and brought in twice through all checks of an import."""
    sites("NORTH")
    north = Site.objects.get()
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    call_command("export", "csv", tmp_path / "csv", verbosity=0)
    call_command("export", "odm", tmp_path / "odm", verbosity=0)
    for file in ("odm_snapshot.xml", "odm_trail.xml"):
        with another_database(database):
            sites("NORTH")
            person("stat", Role.STATISTICIAN)
            call_command("import_odm", tmp_path / "odm" / file, person="stat", yes=True, verbosity=0)
            reasons = set(Change.objects.filter(act="import").values_list("reason", flat=True))
            assert reasons == {f"import of ODM file {file}"}
            call_command("export", "csv", tmp_path / f"again {file}", verbosity=0)
        files_agree(tmp_path / "csv", tmp_path / f"again {file}")


DEVIATION = """<StudyEventData StudyEventOID="SE.deviation" StudyEventRepeatKey="9"><FormData FormOID="FO.deviation">
<ItemGroupData ItemGroupOID="IG.deviation"><ItemData ItemOID="IT.deviation.happened_on" Value="2026-01-12"/>
<ItemData ItemOID="IT.deviation.kind" Value="other"/><ItemData ItemOID="IT.deviation.description" Value="=Scan late"/>
</ItemGroupData></FormData></StudyEventData></SubjectData>"""


def sent(client: Client, *contents: str) -> Any:
    """The answer of the page to these ODM files."""
    files = [SimpleUploadedFile(f"study{place}.xml", each.encode()) for place, each in enumerate(contents)]
    return client.post("/files/in/", {"files": files, "source": "the other system"})


def test_the_page_previews_an_odm_file_and_imports_it_when_it_is_confirmed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "LARGE_BYTES", 10_000_000)  # no process of its own
    call_command("export", "odm", tmp_path / "out", verbosity=0)
    snapshot = (tmp_path / "out" / "odm_snapshot.xml").read_text(encoding="utf-8")
    client = Client()
    client.force_login(cast.people[Role.STATISTICIAN], backend="django.contrib.auth.backends.ModelBackend")
    with keeps_files_in(tmp_path / "kept"):
        page = sent(client, snapshot.replace("</SubjectData>", DEVIATION)).content.decode()
        assert "Import 1 row" in page and not Deviation.objects.exists()
        key = re.findall(r'name="import" value="([0-9a-f]+)"', page)[0]
        client.post("/files/in/confirm/", {"import": key})
        assert [(each.description, each.kind) for each in Deviation.objects.all()] == [("=Scan late", "other")]
        trail = (tmp_path / "out" / "odm_trail.xml").read_text(encoding="utf-8")
        assert "Users" in sent(client, trail).content.decode(), "counted, not imported"
        refused = sent(client, snapshot.replace("IG.participant", "IG.patient"))
        assert refused.status_code == 422 and "IG.patient" in refused.content.decode()
        assert "Choose the ODM file alone" in sent(client, snapshot, snapshot).content.decode()


def test_a_dry_run_writes_nothing_and_only_a_statistician_imports(cast: Cast, tmp_path: Path) -> None:
    call_command("export", "odm", tmp_path / "odm", verbosity=0)
    before, file = Change.objects.count(), tmp_path / "odm" / "more.xml"
    text = (tmp_path / "odm" / "odm_snapshot.xml").read_text(encoding="utf-8")
    file.write_text(text.replace("</SubjectData>", DEVIATION), encoding="utf-8")
    (tmp_path / "csv").mkdir()
    statistician = cast.people[Role.STATISTICIAN].username
    call_command("import_odm", file, person=statistician, dry_run=True, csv=tmp_path / "csv", verbosity=0)
    assert "'=Scan late" in (tmp_path / "csv" / "deviation.csv").read_text(encoding="utf-8")
    with pytest.raises(CommandError, match="Only a statistician"):
        call_command("import_odm", file, person=cast.people[Role.COORDINATOR].username, yes=True, verbosity=0)
    assert Change.objects.count() == before


def test_freezes_of_the_study_and_of_a_participant_are_counted_and_not_imported(cast: Cast, tmp_path: Path) -> None:
    for target in (holds.Target("participant", participant=cast.participant), holds.Target("study")):
        holds.freeze(Save(cast.people[Role.MONITOR]), target, "Cleaned")
    call_command("export", "odm", tmp_path / "odm", verbosity=0)
    (tmp_path / "csv").mkdir()
    assert translate(tmp_path / "odm" / "odm_trail.xml", tmp_path / "csv").left_out["trial_hold"] == 2


def test_transactions_are_replayed_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = of(tmp_path, "".join((
        row(item("cause", "disease") + item("because", "old"), ' TransactionType="Insert"'),
        row(item("cause", "other"), ' TransactionType="Update"'),
        row(item("because", None), ' TransactionType="Upsert"'),
        row(item("cause", "disease"), ' TransactionType="Insert"', key="2"),
        row("", ' TransactionType="Remove"', key="2"),
        row(item("cause", "toxicity"), ' TransactionType="Insert"', key="3"),
        row("", ' TransactionType="Remove"', key="3"),
        row(item("because", "new"), ' TransactionType="Insert"', key="3"),
        row(item("because", "x") + item("because", "x", ' TransactionType="Remove"'), "", key="4"),
    )))  # fmt: skip
    assert {key[1][1]: values for key, values in found.rows.items()} == {
        "1": {"cause": "other"}, "3": {"because": "new"}, "4": {}}  # fmt: skip
    assert not found.unknown


def test_what_others_write_otherwise_is_read(tmp_path: Path) -> None:
    audit = "<AuditRecord><UserRef UserOID='1'/></AuditRecord>"
    typed = '<ItemDataString ItemOID="IT.death.because">a\nb &amp; c</ItemDataString>'
    vendor = '<v:Extra xmlns:v="urn:vendor"><v:ItemData/></v:Extra>'
    found = of(tmp_path, row(typed + audit + vendor), "Snapshot")
    assert list(found.rows.values()) == [{"because": "a\nb & c"}]
    path = tmp_path / "wide.xml"
    path.write_text('<?xml version="1.0" encoding="UTF-16"?>' + ROOT.format(kind="Snapshot")
                    + DATA.format(subjects=row(item("because", "漢"))), encoding="utf-16")  # fmt: skip
    assert list(read.read(path).rows.values()) == [{"because": "漢"}]


OWN = ' xmlns:ep="urn:endpoint:odm:1" ep:Type="{}"'


def test_text_that_xml_cannot_hold_comes_back_as_it_was_and_is_refused_by_the_import(tmp_path: Path) -> None:
    text = "a\ufffeb\x01"
    found = of(tmp_path, row(item("because", verify_odm.coded(text), OWN.format("x")) + item("cause", "YQ==")))
    assert list(found.rows.values()) == [{"because": text, "cause": "YQ=="}]
    for each in (text, "\uffff", "\ufffd"):
        problem = files._wrong_row(files.FileRow(data_sets.COMES_IN[0], 2, {}), ["because"], [each])
        assert problem is not None and "There is a character here" in problem.words
    for wrong in ("YQ", "/w==", "é"):
        with pytest.raises(Refused, match=r"IT\.death\.because is not the base64 of a text"):
            of(tmp_path, row(item("because", wrong, OWN.format("y"))))


ENTITIES = '<!DOCTYPE ODM [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE ODM SYSTEM "file:///etc/passwd">'
REFUSED = (
    (ENTITIES, row(item("because", "&b;")), "declares a document type"),
    (OUTSIDE, "", "declares a document type"),
    ('<?xml version="1.0" encoding="x-none"?>', "", "encoding that cannot be read"),
    ("", row("<Deep>" * 40 + "</Deep>" * 40), "nested more than 32 deep"),
    ("", row(f'<ItemDataString ItemOID="IT.death.because">{"x" * 200_000}</ItemDataString>'), "more than 131072"),
    ("", row("<ItemData Value='1'/>"), "an element has no ItemOID"),
    ("", "<SubjectData/>", "an element has no SubjectKey"),
    ("", row(item("cause", "other")) * 2, "IG.death stands twice with the same keys (NET-001, 1)"),
    ("<Other>", "", "no ODM 1.3 file"),
    ("", "<SubjectData SubjectKey='1'>", "not XML: mismatched tag in line 1"),
)


@pytest.mark.parametrize(("begins", "subjects", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_hostile_and_broken_files_are_refused_in_words(
    tmp_path: Path, begins: str, subjects: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        of(tmp_path, subjects, "Snapshot", begins)
    assert words in str(refused.value)


def test_a_file_or_an_element_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LONGEST", 300_000)
    with pytest.raises(Refused, match="an element has more than 0 MB"):
        of(tmp_path, row(item("because", "x" * 900_000)))
    monkeypatch.setattr(read, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="larger than 0 MB"):
        of(tmp_path, row(item("because", "x" * 900)))


def test_what_the_study_does_not_define_is_named_with_its_count(tmp_path: Path) -> None:
    of(tmp_path, row(item("weight", "1") * 2) + row("", form="xray", group="IG.xray", key="2")
       + row("", form="cycle", key="3"))  # fmt: skip
    path = tmp_path / "file.xml"
    path.write_text(path.read_text().replace('"MDV.1"', '"MDV.9"'), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        translate(path, tmp_path)
    assert str(refused.value) == (
        "The file names what this study does not define: FO.xray (1), IG.death in SE.cycle (1), IG.xray (1), "
        "IT.death.weight (2), MetaDataVersionOID MDV.9 (1), SE.xray (1). Nothing was read.")  # fmt: skip
    assert not list(tmp_path.glob("*.csv"))


def test_rows_of_somebody_without_registration_are_refused(tmp_path: Path) -> None:
    of(tmp_path, row(item("cause", "other")))
    with pytest.raises(Refused, match="rows of NET-001 and no registration"):
        translate(tmp_path / "file.xml", tmp_path)
