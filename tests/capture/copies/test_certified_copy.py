"""The certified copy of a casebook: everything on record is in its PDF, and it verifies without the product."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from capture.casebook.registry import CASEBOOK
from capture.conduct import holds
from capture.copies import package, verify_copy
from capture.copies.contents import conduct
from tests.capture.conduct.test_signing import client_of
from tests.capture.copies.pdf import text_of
from tests.capture.copies.story import STRANGE, unpacked, verified, whole_casebook
from tests.cast import Cast, cast_of, register
from trial.audit.tables import leads_to_a_participant
from trial.drawing.pdf import printed
from trial.models import (
    Change,
    JournalEntry,
    Participant,
    Person,
    QueryMessage,
    RecordRow,
    Role,
    Signature,
    Site,
)
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate


def squeezed(text: str) -> str:
    """Without spaces and breaks: a PDF breaks lines, and long words, where they end on paper."""
    return "".join(text.split())


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast with a second participant at Site North."""
    cast = cast_of()
    register(cast.people[Role.COORDINATOR], cast.north, primary_site="appendix of another")
    return cast


@pytest.fixture
def folder(cast: Cast, tmp_path: Path) -> Path:
    """The unpacked copy of the participant of the cast, made by the investigator."""
    return unpacked(package.copy_of(cast.people[Role.INVESTIGATOR], cast.participant), tmp_path / "copy")


def _rows(one: Participant) -> Iterator[RecordRow]:
    """Every row of the record that leads to the participant, by the models themselves."""
    for model in RecordRow.__subclasses__():
        for row in model.objects.all() if leads_to_a_participant(model) else ():
            owner = row if isinstance(row, Participant) else next(
                (found for name in ("participant", "cycle", "visit", "assessment", "query")
                 if (found := getattr(row, name, None)) is not None), None)  # fmt: skip
            if owner == one or getattr(owner, "participant", None) == one:
                yield row


def _said(row: RecordRow, field: Any) -> str:
    """A value as a person would read it; written down here anew, for comparison."""
    value = getattr(row, field.name)
    if field.choices and value not in (None, ""):
        return str(getattr(row, f"get_{field.name}_display")()).lower() if field.name.endswith("_missing") else (
            str(getattr(row, f"get_{field.name}_display")()))  # fmt: skip
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    if isinstance(value, datetime):
        return f"{value:%d-%b-%Y %H:%M:%S} UTC".upper()
    if isinstance(value, date):
        return f"{value:%d-%b-%Y}".upper()
    if isinstance(value, time):
        return f"{value:%H:%M} UTC"
    if isinstance(value, Person):
        return value.full_name
    return str(value) if isinstance(value, str | int | PartialDate | Site) else ""


# Told in other words: keys by the name of what they point to, codes of dictionaries by their terms.
_TOLD_OTHERWISE = {"id", "row_id", "form", "item", "term", "analyte", "continues", "versions", "field", "form_edition"}


@pytest.mark.requirement("R60")
def test_every_value_of_a_casebook_with_every_form_is_on_its_pdf(database: object, tmp_path: Path) -> None:
    cast, one = whole_casebook()
    folder = unpacked(package.copy_of(cast.people[Role.CHAIR], one), tmp_path / "copy")
    text = squeezed(text_of((folder / f"{one}.pdf").read_bytes()))
    rows = list(_rows(one))
    assert len({type(row) for row in rows}) >= 24, {type(row).__name__ for row in rows}
    missing = [(type(row).__name__, field.name, said) for row in rows for field in row._meta.concrete_fields
               if field.name not in _TOLD_OTHERWISE and (said := _said(row, field))
               and squeezed(printed(said)) not in text]  # fmt: skip
    assert missing == []
    for form in CASEBOOK:
        assert squeezed(form.title) in text, form.title
    for words in ("Diarrhea", "Hemoglobin", "Chromogranin A", "missing: pending", "Struck out: Entered twice",
                  "Saved in version 2 of this form",
                  "Continues", "Metastatic disease", "Łukasz Gęś, Παρασκευή Ώρα", "[U+4E2D]"):  # fmt: skip
        assert squeezed(words) in text, words
    assert "�" not in text and "中" in STRANGE


@pytest.mark.requirement("R60")
def test_every_change_of_the_participant_stands_on_the_pdf_with_who_when_and_why(
    database: object, tmp_path: Path
) -> None:
    cast, one = whole_casebook()
    folder = unpacked(package.copy_of(cast.people[Role.CHAIR], one), tmp_path / "copy")
    text = squeezed(text_of((folder / f"{one}.pdf").read_bytes()))
    found = list(Change.objects.filter(participant=one).select_related("person"))
    assert len(found) > 35
    for change in found:
        who = change.person.full_name if change.person else "The system"
        assert squeezed(f"Change {change.pk}, {change.at:%d-%b-%Y} ".upper()) in text.upper(), change.pk
        assert squeezed(f"by {who}") in text and squeezed(change.reason) in text, change.pk
    assert squeezed("ECOG performance status 1") in text
    for words in ("Tablets returned: 0 → 32", "Systolic blood pressure (mmHg): 262", "Laboratory result: Hemoglobin",
                  "Field: Method; State: Open; Words: Which scanner?",
                  "Query of Tumor assessment 09-MAR-2026 (new)"):  # fmt: skip
        assert squeezed(words) in text, words
    for message in QueryMessage.objects.filter(query__participant=one):
        assert squeezed(message.words) in text


@pytest.mark.requirement("R33", "R60")
def test_a_signature_on_the_pdf_has_its_printed_name_time_and_meaning_and_how_it_stands(
    database: object, tmp_path: Path
) -> None:
    cast, one = whole_casebook()
    text = squeezed(text_of((unpacked(package.copy_of(None, one), tmp_path / "copy") / f"{one}.pdf").read_bytes()))
    first, second = Signature.objects.filter(participant=one).order_by("id")
    for each in (first, second):
        stamp = f"{each.signed_at:%d-%b-%Y %H:%M:%S} UTC".upper()
        assert squeezed(f"Printed name Inês Łącka Account {each.signed_by.username} Signed at {stamp}") in text
        assert squeezed(f"Meaning {each.meaning}") in text
    assert squeezed("Replaced by a later signature.") in text
    assert squeezed("Signed: every entry is as signed.") in text
    assert "eachisunaltered" in text and "NOTassigned" not in text
    holds.unfreeze(Save(cast.people[Role.MONITOR]), one.holds.get(), "for the test")
    with changes.record(None, "settings", "the clock of the site"):
        Site.objects.filter(pk=cast.north.pk).update(time_zone="Asia/Kolkata")
    one.refresh_from_db()
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", "Entry error", participant=one):
        one.off_studies.update(because="typed later")
    text = squeezed(text_of((unpacked(package.copy_of(None, one), tmp_path / "more") / f"{one}.pdf").read_bytes()))
    assert squeezed("Signature outdated. Entered or changed after it: Off study 01-SEP-2026") in text
    there = (first.signed_at + timedelta(hours=5, minutes=30)).strftime("%d-%b-%Y %H:%M:%S").upper()
    assert re.search(rf"Signedat{squeezed(there)}UTC\+05:30\(\S*{first.signed_at:%H:%M:%S}UTC\)", text)


def test_each_sheet_says_whose_it_is_and_there_is_an_outline(cast: Cast, folder: Path) -> None:
    pdf = (folder / "NET-001.pdf").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    sheets = re.findall(r"NET-001, change (\d+), copy (\w{12})\s+page (\d+) of\s+(\d+)", text_of(pdf))
    assert [(int(page), int(of)) for *_, page, of in sheets] == [(n + 1, len(sheets)) for n in range(len(sheets))]
    assert {(int(change), copy) for change, copy, *_ in sheets} == {(manifest["change"], manifest["copy"])}
    assert b"/Outlines" in pdf and len(sheets) > 2


@pytest.mark.requirement("R60")
def test_a_copy_verifies_without_the_product_and_says_what_it_cannot_prove(cast: Cast, folder: Path) -> None:
    code, said = verified(folder)
    assert code == 0, said
    noted = JournalEntry.objects.get()
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert noted.words.endswith(digest) and digest in said and noted.person == cast.people[Role.INVESTIGATOR]
    assert "Not proved: that this manifest was made by the product" in said
    assert "Cannot be proved from a copy: that nothing was left out when it was made." in said
    change = Change.objects.filter(participant=cast.participant)[0]
    head = f"{change.pk}:{bytes(change.seal or b'').hex()}"
    code, said = verified(folder, "--manifest", digest, "--head", head)
    assert code == 0 and "Not proved" not in said
    assert "Proved: the manifest is the one that was noted." in said and "carries the seal that was noted" in said


@pytest.mark.requirement("R60")
def test_the_excerpt_holds_nothing_of_another_participant(cast: Cast, folder: Path) -> None:
    trail = (folder / "trail.jsonl").read_text(encoding="utf-8")
    assert "appendix of another" not in trail and "NET-002" not in trail and "NET-001" in trail
    with changes.record(None, "system", "of both", participant=cast.participant):
        Participant.objects.update(prior_therapy="said of both")
    packed = package.copy_of(None, cast.participant)
    again = unpacked(packed, folder.parent / "again")
    last = json.loads((again / "trail.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    withheld = [each for each in last["versions"] if isinstance(each, dict)]
    assert len(last["versions"]) == 2
    assert [each["withheld"] for each in withheld] == ["of another participant, or of none"]
    code, said = verified(again)
    assert code == 0 and "1 of them by their hash alone" in said


def _resealed_manifest(folder: Path) -> None:
    """What somebody does who knows how the manifest works."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for each in manifest["files"]:
        each["sha256"] = verify_copy.hash_of(folder / each["file"])
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _altered_pdf(folder: Path) -> None:
    path = folder / "NET-001.pdf"
    path.write_bytes(path.read_bytes().replace(b"%%EOF", b"%%EOF "))


def _lines(folder: Path, alter: Callable[[list[str]], list[str]]) -> None:
    path = folder / "trail.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(alter(lines)), encoding="utf-8")


def _altered_line(folder: Path) -> None:
    _lines(folder, lambda lines: [lines[0].replace("carcinoid", "Carcinoid"), *lines[1:]])


def _left_out(folder: Path) -> None:
    _lines(folder, lambda lines: lines[1:])


def _added(folder: Path) -> None:
    (folder / "more.pdf").write_bytes(b"%PDF-")


@pytest.mark.requirement("R60")
@pytest.mark.parametrize(
    ("alter", "said_first", "said_after"),
    [
        (_altered_pdf, "NET-001.pdf is not the file that was made", ""),
        (_altered_line, "trail.jsonl is not the file that was made", "one of its versions is not what was sealed"),
        (_left_out, "trail.jsonl is not the file that was made", "the manifest names 2 Changes"),
        (_added, "more.pdf is not in the manifest", "more.pdf is not in the manifest"),
        (lambda folder: (folder / "trail.jsonl").unlink(), "trail.jsonl is missing", ""),
    ],
    ids=["an altered PDF", "an altered line", "a Change left out", "a file added", "a file missing"],
)
def test_what_is_altered_is_found_and_a_forged_manifest_too(
    cast: Cast, folder: Path, alter: Callable[[Path], None], said_first: str, said_after: str
) -> None:
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    alter(folder)
    code, said = verified(folder)
    assert code == 1 and said_first in said
    if (folder / "trail.jsonl").exists():
        _resealed_manifest(folder)
        code, said = verified(folder)
        assert code == (1 if said_after else 0) and said_after in said
    code, said = verified(folder, "--manifest", digest)
    assert code == 1


def test_a_folder_without_a_copy_is_not_called_sound(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    code, said = verified(folder)
    assert code == 2 and "cannot be read" in said


def test_every_table_of_a_participant_has_its_place_in_the_copy() -> None:
    """A new table is printed by itself in a section of its own; here it shows that somebody should give it a place."""
    assert conduct.others() == []


def test_the_button_gives_the_copy_and_other_sites_and_roles_do_not_get_it(cast: Cast, tmp_path: Path) -> None:
    address = "/participants/NET-001/copy/"
    ines = client_of(cast.people[Role.INVESTIGATOR])
    assert f'action="{address}"' in ines.get("/participants/NET-001/").content.decode()
    answer = ines.post(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="certified-copy-NET-001-')
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert body.startswith(b"PK") and JournalEntry.objects.count() == 1
    assert client_of(cast.elsewhere[Role.COORDINATOR]).post(address).status_code == 403
    assert client_of(cast.elsewhere[Role.INVESTIGATOR]).post(address).status_code == 404
    assert client_of(cast.people[Role.COORDINATOR]).post(address).status_code == 403
    assert address not in client_of(cast.people[Role.COORDINATOR]).get("/participants/NET-001/").content.decode()
    assert Client().post(address).status_code == 302 and JournalEntry.objects.count() == 1
