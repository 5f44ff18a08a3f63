"""The statistician's pages: the record out as files, files in by rehearsal and confirmation."""

import csv
import io
import json
import logging
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from capture.exchange.data_sets import BY_NAME, columns_in
from capture.exchange.exporting import export as exporting
from capture.exchange.importing import files, import_jobs, upload
from tests.cast import Cast, cast_of, person
from tests.conftest import keeps_files_in
from trial.models import Change, Death, Deviation, FileJob, JournalEntry, Role
from trial.operations import file_jobs


@pytest.fixture
def cast(database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """The fixed cast; what the pages keep for a while goes to a folder of the test."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with keeps_files_in(tmp_path / "files"):
        yield cast_of()


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _written(name: str, *rows: dict[str, str]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns_in(BY_NAME[name]))
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def _deviations(*descriptions: str) -> bytes:
    return _written("deviation", *({"screening_number": "1", "happened_on": "12-JAN-2026", "kind": "other",
                                    "description": each} for each in descriptions))  # fmt: skip


def _send(client: Client, *uploads: SimpleUploadedFile, source: str = "paper forms") -> Any:
    return client.post("/files/in/", {"files": list(uploads), "source": source})


def _waiting(tmp_path: Path) -> list[str]:
    """The files that are kept, without what was said about them."""
    return [each.name for each in (tmp_path / "files").rglob("*.csv")]


def _confirm(client: Client, page: Any, **more: Any) -> Any:
    """What the button of a preview sends."""
    (key,) = re.findall(r'name="import" value="([0-9a-f]+)"', page.content.decode()) or [""]
    return client.post("/files/in/confirm/", {"import": key}, **more)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_record_leaves_as_a_zip_file_and_the_log_says_who_took_it(
    cast: Cast, tmp_path: Path, caplog: pytest.LogCaptureFixture, form: str
) -> None:
    caplog.set_level(logging.INFO)
    before = Change.objects.count()
    answer = _as(cast.people[Role.STATISTICIAN]).post(f"/files/out/{form}/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    manifest = json.loads(packed.read("manifest.json"))
    assert manifest["change"] == before == Change.objects.count()
    assert {each["file"] for each in manifest["files"]} | {"manifest.json"} == set(packed.namelist())
    assert f"export of study data as {form}, change {before}, by a_statistician" in caplog.text
    assert list((tmp_path / "temporary").iterdir()) == []


OF_DATA_SETS = {"define.xml", "manifest.json", "readers_guide.md"}
OF_ODM = {"odm_snapshot.xml", "odm_trail.xml", "verify_odm.py", "odm_layout.py", "odm_places.json", "manifest.json"}
OF_KIND = [("sdtm", OF_DATA_SETS), ("adam", OF_DATA_SETS), ("odm", OF_ODM), ("odm2", {"odm2_snapshot.xml"})]


@pytest.mark.parametrize(("kind", "files"), OF_KIND)
def test_files_of_the_standards_are_sent_as_of_the_change_that_was_asked_for(
    cast: Cast, kind: str, files: set[str]
) -> None:
    stella, change = _as(cast.people[Role.STATISTICIAN]), str(Change.objects.latest("id").pk)
    answer = stella.post(f"/files/out/{kind}/", {"as_of": change})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:  # type: ignore[attr-defined]
        assert files < set(packed.namelist())
    noted = JournalEntry.objects.latest("id")
    assert noted.words == f"as {kind}, change {change}, as of {change}"
    assert noted.person == cast.people[Role.STATISTICIAN]
    refused = stella.post(f"/files/out/{kind}/", {"as_of": "99999"})
    assert refused.status_code == 422 and "There is no change 99999" in refused.content.decode()
    assert 'value="99999"' in refused.content.decode()


@pytest.mark.requirement("R58")
def test_an_export_that_fails_is_said_and_nothing_is_sent(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "values", lambda *_: iter(()))
    client = _as(cast.people[Role.STATISTICIAN])
    answer = client.post("/files/out/csv/")
    assert answer.status_code == 500 and "Nothing was exported" in answer.content.decode()
    assert list((tmp_path / "temporary").iterdir()) == []
    assert client.post("/files/out/pdf/").status_code == 404


def test_files_are_rehearsed_then_confirmed_and_written_in_the_statisticians_name(cast: Cast, tmp_path: Path) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    before = Change.objects.count()
    page = _send(client, SimpleUploadedFile("deviation.csv", _deviations("Scan late", "Visit late")))
    assert page.status_code == 200 and "Import 2 rows" in page.content.decode()
    assert Change.objects.count() == before and len(_waiting(tmp_path)) == 1
    colleague = person("colleague", Role.STATISTICIAN)
    assert _confirm(_as(colleague), page).status_code == 422 and not Deviation.objects.exists()
    assert "folder" not in str(dict(client.session)) and str(tmp_path) not in str(dict(client.session))
    assert _confirm(client, page, follow=True).redirect_chain == [("/files/", 302)]
    assert Deviation.objects.count() == 2 and _waiting(tmp_path) == []
    made = Change.objects.latest("id")
    assert (made.act, made.person, made.reason) == (
        "import", cast.people[Role.STATISTICIAN], "import of paper forms"
    )  # fmt: skip
    assert _confirm(client, page).status_code == 422
    assert Deviation.objects.count() == 2


def test_a_preview_adds_up_and_lists_the_entries_that_come_in_with_the_checks_they_fail(cast: Cast) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    before_birth = _deviations("Scan late", "Before registration").replace(b"12-JAN-2026", b"12-JAN-2024", 1)
    page = _send(client, SimpleUploadedFile("deviation.csv", before_birth)).content.decode()
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>((?:<td[^>]*>[^<]*</td>){6})', page)
    counts = {title: [int(cell) for cell in re.findall(r">(\d+)<", cells)] for title, cells in rows}
    assert set(counts) == {"Protocol deviation", "Soft checks and explanations"}, "only forms that the files touch"
    assert all(saved + new == after for saved, new, *_, after in counts.values()), counts
    assert counts["Protocol deviation"][:2] == [0, 2] and counts["Soft checks and explanations"][1] >= 1
    listed = page[page.index("Entries that come in") :]
    assert "deviation.csv, 2" in listed and "deviation.csv, 3" in listed and "NET-001" in listed
    assert "(not explained)" in listed and Deviation.objects.count() == 0


def test_a_preview_names_what_endpoints_would_read_of_participants_on_record(cast: Cast) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    death = {"screening_number": "1", "died_on": "01-JUN-2026", "cause": "disease"}
    page = _send(client, SimpleUploadedFile("death.csv", _written("death", death)))
    listed = page.content.decode().partition("What endpoints read")[2]
    assert '<th scope="row">NET-001</th>' in listed and "Death: none, then 01-JUN-2026." in listed
    assert not Death.objects.exists()
    _confirm(client, page)
    assert Death.objects.count() == 1
    page = _send(client, SimpleUploadedFile("deviation.csv", _deviations("Scan late")))
    assert "Nothing moves." in page.content.decode().partition("What endpoints read")[2]


def test_a_zip_file_is_read_like_its_files_and_only_new_rows_count(cast: Cast) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/deviation.csv", _deviations("Scan late"))
        archive.writestr("__MACOSX/._deviation.csv", b"\x00")
    page = _send(client, SimpleUploadedFile("all.zip", packed.getvalue()))
    assert "Import 1 row<" in page.content.decode()
    _confirm(client, page)
    page = _send(client, SimpleUploadedFile("all.zip", packed.getvalue()))
    assert "contain no new rows" in page.content.decode()


def test_problems_are_listed_with_file_line_and_column_and_cannot_be_confirmed(cast: Cast, tmp_path: Path) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    wrong = _deviations("Scan late").replace(b"12-JAN-2026", b"31-FEB-2026")
    page = _send(client, SimpleUploadedFile("deviation.csv", wrong))
    shown = page.content.decode()
    assert page.status_code == 422 and "Nothing was imported: 1 problem" in shown
    assert "deviation.csv, line 2, happened_on" in shown and "is not a calendar date" in shown
    assert "files/in/confirm" not in shown and _waiting(tmp_path) == []
    assert _confirm(client, page).status_code == 422 and not Deviation.objects.exists()


@pytest.mark.requirement("R49")
@pytest.mark.parametrize(
    "typed", ["00-JAN-2026", "0-JAN-2026", "2026-00-12", "2026-01-00", "2026-13-01", "31-FEB-2026"]
)
def test_what_is_no_day_of_the_calendar_is_refused_by_page_and_file_alike(cast: Cast, typed: str) -> None:
    bad = _deviations("Scan late").replace(b"12-JAN-2026", typed.encode())
    page = _send(_as(cast.people[Role.STATISTICIAN]), SimpleUploadedFile("deviation.csv", bad))
    assert page.status_code == 422 and "is not a calendar date" in page.content.decode()
    sent = {"happened_on": typed, "kind": "other", "description": "Scan late", "action": "None", "opened_at": "0"}
    address = f"/participants/{cast.participant.reference}/deviation/new/"
    page = _as(cast.people[Role.COORDINATOR]).post(address, sent)
    assert page.status_code == 422 and "is not a calendar date" in page.content.decode()
    assert typed in page.content.decode() and not Deviation.objects.exists()


def test_what_is_typed_into_a_file_is_never_code_on_the_page(cast: Cast) -> None:
    bad = _deviations("x").replace(b",other,", b",<script>alert(1)</script>,")
    page = _send(_as(cast.people[Role.STATISTICIAN]), SimpleUploadedFile("deviation.csv", bad))
    assert "&lt;script&gt;" in page.content.decode() and "<script>alert" not in page.content.decode()


def test_uploads_that_cannot_be_read_are_refused_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deviation.csv", _deviations("Scan late") * 50)
    cut = bytearray(broken.getvalue())
    cut[60:90] = b"\x00" * 30
    deviation = SimpleUploadedFile("deviation.csv", _deviations("x"))
    refused = [
        (_send(client), "Choose the files"),
        (_send(client, deviation, source=" "), "enter their source"),
        (_send(client, SimpleUploadedFile("all.zip", bytes(cut))), "cannot be read"),
        (_send(client, deviation, SimpleUploadedFile("deviation.csv", b"x")), "was chosen twice"),
    ]
    book = io.BytesIO()
    Workbook().save(book)
    words = "Save each sheet as “CSV UTF-8” and choose those files."
    refused.append((_send(client, SimpleUploadedFile("study.xlsx", book.getvalue())), words))
    monkeypatch.setattr(upload, "MOST_BYTES", 1000)
    refused.append((_send(client, SimpleUploadedFile("all.zip", broken.getvalue())), "holds more than"))
    for page, words in refused:
        assert page.status_code == 422 and words in page.content.decode(), words
    assert not Deviation.objects.exists()


def test_files_that_nobody_confirmed_are_gone_after_a_day(cast: Cast, tmp_path: Path) -> None:
    client = _as(cast.people[Role.STATISTICIAN])
    page = _send(client, SimpleUploadedFile("deviation.csv", _deviations("Scan late")))
    late = timezone.now() - timedelta(seconds=file_jobs.KEPT_SECONDS + 60)
    FileJob.objects.update(told_at=late)
    file_jobs.forget_old()
    assert _confirm(client, page).status_code == 422 and not FileJob.objects.exists()
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


def test_large_files_are_read_by_a_process_of_their_own_while_the_page_says_how_far_it_is(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process of its own reads and then imports them, on this test's database."""
    monkeypatch.setattr(import_jobs, "LARGE_BYTES", 10)
    client = _as(cast.people[Role.STATISTICIAN])
    answer = _send(client, SimpleUploadedFile("deviation.csv", _deviations("Scan late", "Visit late")))
    assert answer.status_code == 302 and not Deviation.objects.exists()
    page = client.get(answer["Location"])
    assert page.status_code == 202 and "The files are being read" in page.content.decode()
    second = _send(client, SimpleUploadedFile("deviation.csv", _deviations("Scan late")))
    assert second.status_code == 422 and "Another preview is under way." in second.content.decode()
    assert "Import 2 rows" in _when_done(client, answer["Location"]).content.decode()
    assert _as(person("colleague", Role.STATISTICIAN)).get(answer["Location"]).status_code == 404
    confirmed = _confirm(client, client.get(answer["Location"]))
    assert confirmed.status_code == 302
    assert "Imported: paper forms" in _when_done(client, confirmed["Location"]).content.decode()
    assert Deviation.objects.count() == 2 and Change.objects.latest("id").person == cast.people[Role.STATISTICIAN]


def _when_done(client: Client, address: str) -> Any:
    waited = time.monotonic() + 60
    while (page := client.get(address)).status_code == 202 and time.monotonic() < waited:
        time.sleep(0.2)
    assert page.status_code == 200
    return page


def test_the_templates_come_as_one_zip_file(cast: Cast) -> None:
    answer = _as(cast.people[Role.STATISTICIAN]).get("/files/templates/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    assert {name: packed.read(name) for name in packed.namelist()} == files.templates()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STATISTICIAN])
def test_nobody_else_sees_these_pages(cast: Cast, role: Role) -> None:
    client = _as(cast.people[role])
    assert client.get("/files/").status_code == 403 and client.get("/files/templates/").status_code == 403
    for address in ("/files/out/csv/", "/files/out/odm2/", "/files/in/", "/files/in/confirm/"):
        assert client.post(address).status_code == 403
