"""Somebody holds a copy: who made it, from which Change, and has the record changed since?"""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from capture.casebook.registry import ENTRY_FORMS
from capture.copies import archive, package
from capture.entry.services import entries
from tests.capture.conduct.test_signing import client_of
from tests.cast import Cast, register
from trial.models import Change, Role
from trial.record.save import Save

ADDRESS = "/copies/check/"


@pytest.fixture
def copied(cast: Cast) -> tuple[bytes, str]:
    """The ZIP file that the investigator made, and the hash of its manifest."""
    packed = package.copy_of(cast.people[Role.INVESTIGATOR], cast.participant)
    with packed.file:
        return packed.file.read(), packed.manifest


def asked(cast: Cast, role: Role = Role.INVESTIGATOR, **posted: Any) -> tuple[int, str]:
    """What the page answers to this."""
    answer = client_of(cast.people[role]).post(ADDRESS, posted)
    return answer.status_code, " ".join(answer.content.decode().split())


def uploaded(content: bytes, name: str = "copy.zip") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


@pytest.mark.requirement("R60")
def test_a_hash_or_the_file_tells_who_made_the_copy_and_from_which_change(
    cast: Cast, copied: tuple[bytes, str]
) -> None:
    content, digest = copied
    newest = Change.objects.order_by("-id")[0].pk
    manifest = zipfile.ZipFile(io.BytesIO(content)).read("manifest.json")
    spaced = f" {digest[:32].upper()} {digest[32:]} "
    for posted in ({"hash": spaced}, {"file": uploaded(content)}, {"file": uploaded(manifest, "manifest.json")}):
        code, page = asked(cast, **posted)
        assert code == 200 and "This copy of <strong>NET-001</strong> was created by A_Investigator" in page
        assert f"from change {newest}." in page and "Not changed afterwards." in page


@pytest.mark.requirement("R60")
def test_the_page_says_how_much_changed_since_and_where_to_see_it(cast: Cast, copied: tuple[bytes, str]) -> None:
    nora, newest = cast.people[Role.COORDINATOR], Change.objects.order_by("-id")[0].pk
    register(nora, cast.north)  # somebody else
    assert "Not changed afterwards" in asked(cast, hash=copied[1])[1]
    entries.save(Save(nora), cast.participant, ENTRY_FORMS["deviation"], {
        "happened_on": date(2026, 1, 9), "kind": "other", "description": "Diary lost", "action": ""})
    page = asked(cast, hash=copied[1])[1]
    assert "Changed afterwards</strong>: 1 change." in page
    assert f"?participant=NET-001&amp;since={newest}" in page


def test_an_altered_copy_and_what_is_no_copy_are_refused_in_words(cast: Cast, copied: tuple[bytes, str]) -> None:
    altered, other = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(copied[0])) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"%%EOF", b"%%EOF "))
    with zipfile.ZipFile(other, "w") as target:
        target.writestr("letter.txt", "Dear colleague")
    for posted, words in (
        ({"file": uploaded(altered.getvalue())}, "NET-001.pdf is not the file that was made: the copy was altered."),
        ({"file": uploaded(other.getvalue())}, "There is no manifest.json in this ZIP file"),
        ({"file": uploaded(b"%PDF-1.3", "a.pdf")}, "Choose the ZIP file of the copy"),
        ({"file": uploaded(b"PK\x03\x04 cut", "a.zip")}, "Choose the ZIP file of the copy"),
        ({"hash": "abc"}, "A hash has 64 characters"),
        ({}, "A hash has 64 characters"),
    ):
        code, page = asked(cast, **posted)
        assert code == 422 and words in page, words
    code, page = asked(cast, hash="0" * 64)
    assert code == 200 and "Unknown copy." in page


def test_a_copy_of_another_site_is_not_known_to_this_one(cast: Cast, copied: tuple[bytes, str]) -> None:
    client = client_of(cast.elsewhere[Role.INVESTIGATOR])
    page = client.post(ADDRESS, {"hash": copied[1]}).content.decode()
    assert "Unknown copy." in page and "NET-001" not in page
    assert client_of(cast.people[Role.COORDINATOR]).get(ADDRESS).status_code == 403


def test_an_archive_is_known_to_those_whose_it_is(cast: Cast, tmp_path: Path) -> None:
    ines, south = cast.people[Role.INVESTIGATOR], cast.elsewhere[Role.COORDINATOR]
    of_north = archive.build(ines, cast.north, tmp_path / "north").manifest
    of_study = archive.build(None, None, tmp_path / "study").manifest
    register(south, cast.south)
    page = asked(cast, hash=of_north)[1]
    assert "This copy of <strong>site NORTH</strong> was created by A_Investigator" in page
    assert "Not changed afterwards." in page
    assert "Unknown copy." in asked(cast, hash=of_study)[1]
    page = asked(cast, Role.CHAIR, hash=of_study)[1]
    assert "<strong>the study</strong> was created by the command line" in page
    newest = Change.objects.order_by("-id")[0].pk
    assert "Changed afterwards</strong>" in page and f"?since={newest - 1}" in page
    assert "Unknown copy." in client_of(cast.elsewhere[Role.INVESTIGATOR]).post(
        ADDRESS, {"hash": of_north}).content.decode()  # fmt: skip
