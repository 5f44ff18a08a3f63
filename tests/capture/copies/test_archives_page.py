"""Archives are asked for on a page, made by a process of their own, and fetched by those whose they are."""

import io
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from capture.conduct import holds
from capture.copies import archive_jobs
from tests.capture.conduct.test_signing import client_of, delegate
from tests.capture.copies.story import sign, verified
from tests.cast import Cast, cast_of
from tests.conftest import keeps_files_in
from trial.models import FileJob, JournalEntry, Role
from trial.operations import file_jobs
from trial.record.save import Save

ADDRESS = "/copies/"


@pytest.fixture
def cast(database: object, tmp_path: Path) -> Iterator[Cast]:
    """The fixed cast; archives are kept in a folder of the test."""
    with keeps_files_in(tmp_path / "files"):
        yield cast_of()


@pytest.fixture
def in_place(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be started as a process of its own: the ids that were asked for."""
    started: list[str] = []

    class Started:
        def __init__(self, words: list[str], **_: object) -> None:
            started.append(words[-1])

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(file_jobs.subprocess, "Popen", Started)
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    return started


def carried_out(key: str) -> FileJob:
    """The archive that was asked for, made here."""
    asked = file_jobs.by_id(key)
    assert asked is not None
    return archive_jobs.carry_out(asked)


def page_of(client: Client) -> str:
    """The page in one line."""
    return " ".join(client.get(ADDRESS).content.decode().split())


@pytest.mark.requirement("R43")
def test_an_investigator_takes_the_site_away_and_it_verifies(cast: Cast, tmp_path: Path) -> None:
    """A real process of its own makes it, on this test's database."""
    client = client_of(cast.people[Role.INVESTIGATOR])
    assert client.post(f"{ADDRESS}ask/", {"site": "NORTH"}).status_code == 302
    waited = time.monotonic() + 60
    while "Under way" in (page := page_of(client)) and time.monotonic() < waited:
        time.sleep(0.2)
    assert ">Ready</span> from change" in page and "1 casebook" in page, page
    (made,) = archive_jobs.shown_to(cast.people[Role.INVESTIGATOR])
    answer = client.post(f"{ADDRESS}{made.id}/file/")
    content = io.BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    with zipfile.ZipFile(content) as archive:
        archive.extractall(tmp_path / "north")
    code, said = verified(tmp_path / "north", "--manifest", made.manifest)
    assert code == 0 and "Archive of site NORTH" in said and "by A_Investigator, Site investigator" in said
    assert [each.person for each in JournalEntry.objects.all()] == [cast.people[Role.INVESTIGATOR]] * 2
    folder = tmp_path / "files" / made.pk
    assert [path.name for path in folder.iterdir()] == ["archive.zip"] and oct(folder.stat().st_mode)[-3:] == "700"


@pytest.mark.requirement("R43")
def test_a_locked_site_is_read_copied_and_taken_away_as_before(cast: Cast, in_place: list[str]) -> None:
    ines, monitor, chair = (cast.people[role] for role in (Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR))
    delegate(ines, cast.north, date(2026, 1, 1))
    sign(ines, cast.participant)
    asked_for = holds.ask_lock(Save(monitor), holds.Target("site", site=cast.north), "The last visit is over")
    holds.decide_lock(Save(chair), asked_for, True, "Clean")
    client = client_of(ines)
    assert client.get("/participants/NET-001/").status_code == 200
    answer = client.post("/participants/NET-001/copy/")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    client.post(f"{ADDRESS}ask/", {"site": "NORTH"})
    assert carried_out(in_place[0]).state == file_jobs.MADE and "Download" in page_of(client)


@pytest.mark.requirement("R43")
def test_nobody_takes_away_what_is_not_theirs(cast: Cast, in_place: list[str]) -> None:
    south = client_of(cast.elsewhere[Role.INVESTIGATOR])
    assert south.post(f"{ADDRESS}ask/", {"site": "NORTH"}).status_code == 404
    for role in (Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR):
        client = client_of(cast.people[role])
        assert client.post(f"{ADDRESS}ask/", {}).status_code == 404, role
        assert "Create archive of the study" not in page_of(client)
    assert client_of(cast.people[Role.COORDINATOR]).post(f"{ADDRESS}ask/", {"site": "NORTH"}).status_code == 403
    assert in_place == [] and not FileJob.objects.exists()
    made = archive_jobs.carry_out(archive_jobs.start(cast.people[Role.INVESTIGATOR], cast.north))
    assert south.post(f"{ADDRESS}{made.id}/file/").status_code == 404 and made.id not in page_of(south)
    answer = client_of(cast.people[Role.MONITOR]).post(f"{ADDRESS}{made.id}/file/")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_the_statistician_takes_the_whole_study_away(cast: Cast, in_place: list[str]) -> None:
    client = client_of(cast.people[Role.STATISTICIAN])
    client.post(f"{ADDRESS}ask/", {})
    carried_out(in_place[0])
    assert "The study" in page_of(client) and "Download" in page_of(client)
    assert "Download" not in page_of(client_of(cast.people[Role.CHAIR]))


def test_one_archive_is_made_at_a_time_and_the_page_says_how_far_it_is(cast: Cast, in_place: list[str]) -> None:
    client = client_of(cast.people[Role.CHAIR])
    client.post(f"{ADDRESS}ask/", {"site": "NORTH"})
    FileJob.objects.filter(pk=in_place[0]).update(done=3, total=9)
    assert "Under way</span> 3 of 9 casebooks" in page_of(client)
    answer = client.post(f"{ADDRESS}ask/", {"site": "SOUTH"})
    assert answer.status_code == 422 and "Another archive is under way." in answer.content.decode()
    assert len(in_place) == 1


def test_an_archive_that_stopped_half_way_is_said_to_have_failed(
    cast: Cast, in_place: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = archive_jobs.start(cast.people[Role.CHAIR], cast.north)
    monkeypatch.setattr(archive_jobs.archive, "build", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        archive_jobs.carry_out(begun)
    assert f"Failed</span> {file_jobs.KINDS[file_jobs.ARCHIVE].stopped}" in page_of(client_of(cast.people[Role.CHAIR]))
    silent = archive_jobs.start(cast.people[Role.CHAIR], cast.north)
    monkeypatch.setattr(file_jobs, "SILENT_SECONDS", -1)
    assert silent.pk == archive_jobs.shown_to(cast.people[Role.CHAIR])[0].pk
    assert archive_jobs.shown_to(cast.people[Role.CHAIR])[0].state == file_jobs.FAILED
    archive_jobs.start(cast.people[Role.CHAIR], cast.north)
    monkeypatch.setattr(file_jobs, "KEPT_SECONDS", -1)
    file_jobs.forget_old()
    assert file_jobs.by_id(begun.id) is None and file_jobs.by_id("../secret") is None
    with pytest.raises(CommandError, match="was not requested"):
        call_command("file_job", begun.id)


def test_the_way_to_the_archive_stands_where_people_look(cast: Cast) -> None:
    for role, address in ((Role.INVESTIGATOR, "/participants/"), (Role.MONITOR, "/trail/"),
                          (Role.STATISTICIAN, "/files/")):  # fmt: skip
        assert 'href="/copies/"' in client_of(cast.people[role]).get(address).content.decode(), role
    assert 'href="/copies/"' not in client_of(cast.people[Role.COORDINATOR]).get("/participants/").content.decode()
