"""The audit trail in ODM: valid against the published schema, and verified from the file alone by its own script."""

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from capture.trail.odm import trail, verify_odm
from tests.blacked import NAME, blacked_out, sound, typed
from tests.capture.exchange import cohort
from tests.capture.odm_schema import stop_invalid
from tests.cast import Cast, person
from trial.models import Deviation, Role, Site
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.rules.xml_text import NEVER, can_hold

pytestmark = pytest.mark.requirement("R27", "R62")


def run(folder: Path, *words: str) -> tuple[int, str]:
    """The copied script, by a Python that sees nothing but its standard library."""
    done = subprocess.run([sys.executable, "-I", "-S", str(folder / "verify_odm.py"), *words],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def exported(folder: Path, **asked: str) -> Path:
    """The folder after an export."""
    call_command("export", "odm", folder, verbosity=0, **asked)
    return folder


def test_the_trail_of_every_form_is_valid_and_verified_to_the_head_of_the_database(
    database: str, tmp_path: Path
) -> None:
    with changes.record(None, "system", "sites of the test"):
        versions_in_force.open_site(None, Site.objects.create(code="NORTH", name="North"))
    north = Site.objects.get()
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    folder, report = exported(tmp_path / "out"), sound()
    said = f"The trail is sound: {report.changes} changes, {report.versions} versions, head {report.head}.\n"
    assert run(folder, "--head", str(report.head)) == (0, said)
    root = stop_invalid(folder / "odm_trail.xml")
    assert len(list(root.iterfind("{*}ClinicalData"))) == report.changes
    assert len(list(root.iter("{http://www.cdisc.org/ns/odm/v1.3}ItemGroupData"))) == report.versions


def altered(folder: Path, to: Path, alter: Callable[[str], str]) -> tuple[int, str]:
    """What the script says of the file after an alteration."""
    text = (folder / "odm_trail.xml").read_text(encoding="utf-8")
    assert alter(text) != text
    to.write_text(alter(text), encoding="utf-8")
    with redirect_stdout(StringIO()) as said:
        return verify_odm.main([str(to)], folder), said.getvalue()


def put(text: str, after: str) -> Callable[[str], str]:
    """An alteration: this text behind the first place where that one stands."""
    return lambda whole: whole.replace(after, after + text, 1)


def moved(text: str) -> str:
    """The deviation among the data of no participant."""
    group = re.findall(r'<ItemGroupData ItemGroupOID="IG.deviation".*?</ItemGroupData>\n', text, re.S)[0]
    of = re.findall(r"<SourceID>change (\d+)", group)[0]
    there = group.replace(" ep:Version", f' ItemGroupRepeatKey="1" ep:Change="{of}" ep:Version')
    return text.replace(group, "", 1).replace("</ReferenceData>", f"{there}</ReferenceData>", 1)


KIND, ENTRY = '<ItemData ItemOID="IT.deviation.kind"', '<StudyEventData StudyEventOID="SE.deviation"'
GROUP = '<ItemGroupData ItemGroupOID="IG.deviation"'
CHANGE = re.compile(r'<ClinicalData [^>]*ep:Change="(\d+)".*?</ClinicalData>\n', re.S)
# What is altered, and what the script says.
FORGED: tuple[tuple[Callable[[str], str], str], ...] = (
    (lambda text: text.replace('" Value="carcinoid"', '" Value="gastrinoma"', 1), "is not what was sealed"),
    (lambda text: text.replace("<ReasonForChange>really", "<ReasonForChange>perhaps"), "audit record of version"),
    (lambda text: text.replace(', "really', ', "perhaps'), "audit record of version"),
    (lambda text: text.replace(', "really', ', "perhaps').replace(">really", ">perhaps"), "is not what was sealed"),
    (lambda text: CHANGE.sub("", text, count=1), "is missing"),
    (lambda text: text.replace('SubjectKey="NET-001"', 'SubjectKey="NET-002"'), "is not called NET-002"),
    (lambda text: text.replace("<FullName>Nora", "<FullName>Nina"), "is not called as"),
    (lambda text: text.replace('UserRef UserOID="US.1"', 'UserRef UserOID="US.2"', 1), "audit record of version"),
    (lambda text: text.replace('IT.site.code" Value', 'IT.participant.code" Value', 1), "another table"),
    (lambda text: text.replace("<ODM", "<!DOCTYPE ODM>\n<ODM", 1), "declares a document type"),
    (lambda text: text.replace("</AdminData>", "</Admin>"), "is no XML"),
    (lambda text: text.replace(KIND, f'<ItemDataString ItemOID="IT.deviation.kind">consent</ItemDataString>{KIND}', 1),
     "has ItemDataString"),
    (lambda text: text.replace(KIND, f'{KIND} Value="consent"/>{KIND}', 1), "a second value of IT.deviation.kind"),
    (lambda text: text.replace(f'{KIND} Value', f'{KIND} IsNull="Yes" Value', 1), "or none at all"),
    (lambda text: text.replace('IsNull="Yes"', 'IsNull="Yes" Value="lie"', 1), "a second value"),
    (lambda text: text.replace(KIND, f'{KIND} TransactionType="Remove"', 1), "has ItemData or an attribute"),
    (lambda text: text.replace(KIND, f'{KIND} x:y="1" xmlns:x="urn:x"', 1), "has ItemData or an attribute"),
    (put(' TransactionType="Remove"', "<SubjectData"), "has SubjectData or an attribute"),
    (put('<Annotation SeqNum="1"><Comment>no</Comment></Annotation>', "</AuditRecord>"), "has Annotation"),
    (put('<x:Note xmlns:x="urn:x"/>', "</AuditRecord>"), "has urn:x Note"),
    (put("<AuditRecord/>", "</AuditRecord>"), "has AuditRecord"),
    (put("It was a lie.", "</AuditRecord>"), "where the product writes none"),
    (put('<SubjectData SubjectKey="NET-009"/>', "</SubjectData>"), "SubjectData with another content"),
    (put('<ClinicalData StudyOID="NET" MetaDataVersionOID="MDV.1"/>', '<Study OID="NET">'), "has ClinicalData"),
    (lambda text: text.replace('FormOID="FO.deviation"><', 'FormOID="FO.death"><').replace(
        'FormOID="FO.deviation">\n<ItemGroupData', 'FormOID="FO.death">\n<ItemGroupData'), "does not name"),
    (lambda text: text.replace(ENTRY, ENTRY.replace("deviation", "adverse_event")).replace(
        '<FormData FormOID="FO.deviation"', '<FormData FormOID="FO.adverse_event"'), "does not name"),
    (lambda text: text.replace(f'{ENTRY} StudyEventRepeatKey="1"', f'{ENTRY} StudyEventRepeatKey="2"'),
     "does not name"),
    (lambda text: text.replace(ENTRY, '<StudyEventData StudyEventOID="SE.registration"').replace(
        '<FormData FormOID="FO.deviation"', '<FormData FormOID="FO.registration"'), "does not name"),
    (lambda text: text.replace(GROUP, f'{GROUP} ItemGroupRepeatKey="1"'), "not what its element says"),
    (moved, "stands among data"),
    (lambda text: re.sub(r'(<Location OID="LO.1" Name=")[^"]*', r"\1SOUTH South", text), "LO.1 is not called as"),
    (put('<User OID="US.99" UserType="Other"><LoginName>x</LoginName></User>', '<AdminData StudyOID="NET">'),
     "US.99 is not called as"),
    (put('<Location OID="LO.1" Name="x" LocationType="Site"/>', '<AdminData StudyOID="NET">'), "LO.1 a second time"),
    (lambda text: text.replace("<LastName>", "<LastName>Other", 1), "is not called as"),
    (lambda text: text.replace('FileType="Transactional"', 'FileType="Snapshot"'), "has ODM"),
    (lambda text: text.replace('" Value="1" ep:Type="i"', '" Value="1, &quot;x&quot;: 2" ep:Type="i"', 1),
     "no part of"),
    (lambda text: text.replace('<ClinicalData StudyOID="NET"', '<ClinicalData StudyOID="TEN"', 1), "another study"),
)  # fmt: skip


def test_whatever_is_altered_in_the_file_is_found(cast: Cast, tmp_path: Path) -> None:
    typed(cast.participant, cast.people[Role.COORDINATOR])
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", "really so", participant=cast.participant):
        Deviation.objects.update(action="phoned")
    folder = exported(tmp_path / "out")
    assert run(folder)[0] == 0
    for place, (alter, said) in enumerate(FORGED):
        code, words = altered(folder, tmp_path / str(place), alter)
        assert code == 1 and said in words, (place, words)


def test_a_change_cut_off_the_end_is_found_by_a_head_from_elsewhere(cast: Cast, tmp_path: Path) -> None:
    folder, head = exported(tmp_path / "out"), str(sound().head)
    text = (folder / "odm_trail.xml").read_text(encoding="utf-8")
    last = [found[0] for found in CHANGE.finditer(text)][-1]
    (folder / "odm_trail.xml").write_text(text.replace(last, ""), encoding="utf-8")
    assert run(folder)[0] == 0
    code, said = run(folder, "--head", head)
    assert code == 1 and "is cut off" in said


@pytest.mark.requirement("R31")
def test_what_was_redacted_is_not_in_the_file_and_its_seals_hold_by_the_kept_hashes(cast: Cast, tmp_path: Path) -> None:
    before, *_ = typed(cast.participant, cast.people[Role.COORDINATOR])
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", f"not {NAME}", participant=cast.participant):
        Deviation.objects.update(action="phoned")
    done = blacked_out(cast)
    folder = exported(tmp_path / "out")
    assert NAME not in (folder / "odm_trail.xml").read_text(encoding="utf-8")
    code, said = run(folder, "--head", str(sound().head))
    assert code == 0, said
    assert f"2 versions not shown here, only the hash: redacted by Change {done.decided_in}" in said
    assert f"1 seal kept, not computed again: reason redacted by Change {done.decided_in}" in said
    code, said = altered(folder, tmp_path / "forged", lambda text: text.replace("Called [redacted]", "Called Anna"))
    assert code == 1 and "no sealed redaction names it" in said
    with pytest.raises(CommandError, match=f"Ask for change {done.decided_in} or a later one"):
        exported(tmp_path / "then", as_of=str(before))
    assert not (tmp_path / "then").exists()


def test_the_same_moment_gives_the_same_bytes_and_one_site_has_no_trail(cast: Cast, tmp_path: Path) -> None:
    head = sound().head
    assert head is not None
    first = exported(tmp_path / "first")
    typed(cast.participant, cast.people[Role.COORDINATOR])
    then = exported(tmp_path / "then", as_of=str(head.number))
    for name in ("odm_trail.xml", "odm_places.json", "verify_odm.py", "odm_layout.py", "verify_trail.py"):
        assert (first / name).read_bytes() == (then / name).read_bytes(), name
    assert run(then, "--head", str(head))[0] == 0


@pytest.mark.parametrize(
    "text", ["null", '""', '"a\\n\\t\\r<&>\'\\""', '"\\u0001"', '"\ufffe"', "34.10", "-5", "true", "[]", "1E3",
             '{"b": [1.50, "\ufffe"], "aa": {"c": null}}', '"é漢"'],
)  # fmt: skip
def test_every_value_comes_back_with_its_own_letters_and_digits(text: str) -> None:
    found: dict[str, Any] = trail._value("x", {"x": verify_odm.read_json(text)})
    assert can_hold(found.get("Value", ""))
    assert verify_odm.value_of(found.get("Value"), found.get("ep_Type") or "") == text
    assert trail._value("x", {}) == {"IsNull": "Yes", "ep_Type": "a"}


def test_the_script_knows_what_xml_cannot_hold_as_the_product_does() -> None:
    assert verify_odm._NEVER.pattern == NEVER.pattern
