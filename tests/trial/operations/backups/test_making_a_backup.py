"""A backup is whole or it is none, whatever happens while it is made; old ones go, the newest never."""

import json
import logging
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from tests.cast import Cast
from tests.trial.operations.backups.page import on_the_page
from trial.audit import verify
from trial.models import Site, operations
from trial.operations.backups import dump, manifest, nightly, places
from trial.operations.backups.manifest import Contents, Manifest
from trial.record import changes
from trial.refused import Refused


def kept(folder: Path, made_at: datetime) -> Path:
    """A finished backup of another day, without a database: retention reads manifests only."""
    dump = folder / f"endpoint-{made_at:%Y%m%dT%H%M%SZ}.dump"
    dump.write_bytes(b"rows")
    held = Manifest(dump.name, manifest.sha256_of(dump), 4, made_at, "endpoint 1", "18.4", Contents({}, (), None))
    manifest.beside(dump).write_text(held.text())
    return dump


def names(folder: Path) -> set[str]:
    """What lies in the folder, but for the lock."""
    return {each.name for each in folder.iterdir()} - {".lock"}


@pytest.mark.requirement("R63")
def test_counts_and_head_are_those_of_the_dump_though_people_save_meanwhile(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = verify.verify(connection)
    run = places.run_program

    def run_while_somebody_saves(*words: Any) -> None:
        with changes.record(None, "system", "saved between snapshot and dump"):
            Site.objects.create(code="LATE", name="Late")
        run(*words)

    monkeypatch.setattr(places, "run_program", run_while_somebody_saves)
    call_command("backup")
    dump = manifest.newest(folder)
    held = manifest.checked(dump).contents
    assert held.head == before.head and held.rows["trial_change"] == before.changes
    assert held.rows["trial_site"] == Site.objects.count() - 1
    assert f"Keep this latest seal elsewhere: {before.head}" in capsys.readouterr().out
    assert {stat.S_IMODE(each.stat().st_mode) for each in (dump, manifest.beside(dump))} == {0o600}
    assert on_the_page("Backup")[0] is True and f"up to change {before.changes}" in on_the_page("Backup")[1]


@pytest.mark.requirement("R63")
def test_a_full_disk_leaves_nothing_behind_and_is_said_in_words(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "private", lambda place: full.open("wb"))
    full = Path("/dev/full")
    with pytest.raises(CommandError, match="The disk of .* is full: [0-9]+ MB are left"):
        call_command("backup")
    assert names(folder) == set()
    good, words = on_the_page("Backup")
    assert good is False and "is full" in words and "There is no earlier backup" in words


@pytest.mark.requirement("R63")
def test_a_dump_that_ended_badly_never_counts_and_the_last_one_made_is_named(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = kept(folder, datetime(2026, 5, 1, 1, 30, tzinfo=UTC))
    monkeypatch.setattr(settings, "BACKUPS_KEPT_DAYS", 1)
    run = places.run_program
    monkeypatch.setattr(places, "run_program", lambda name, words, *more: run(name, [*words, "--nonsense"], *more))
    assert nightly.back_up_and_drill() is False
    assert names(folder) == {earlier.name, manifest.beside(earlier).name}
    good, words = on_the_page("Backup")
    assert good is False and "pg_dump" in words and "The last backup is of 01-MAY-2026 01:30 UTC" in words


@pytest.mark.requirement("R63")
def test_what_a_killed_backup_left_behind_does_not_count_and_is_cleared(database: str, folder: Path) -> None:
    for half in ("endpoint-20990101T013000Z.dump.part", "endpoint-20990101T013000Z.json.part"):
        (folder / half).write_text("half")
    (folder / "endpoint-20990102T013000Z.dump").write_text("renamed, and killed before its manifest was")
    with pytest.raises(Refused, match="There is no backup"):
        manifest.newest(folder)
    made = nightly.back_up()
    assert manifest.newest(folder).name == made.file
    assert not [name for name in names(folder) if name.endswith(".part")]


@pytest.mark.requirement("R63")
def test_backups_older_than_they_are_kept_go_and_nothing_else_does(database: str, folder: Path) -> None:
    now = datetime.now(UTC)
    old, young = kept(folder, now - timedelta(days=31)), kept(folder, now - timedelta(days=29))
    stray = {"notes.json": "{}", "endpoint-notes.json": "{}", "endpoint-20200101T000000Z.dump": "no manifest"}
    for name, words in stray.items():
        (folder / name).write_text(words)
    made = nightly.back_up()
    left = {young.name, manifest.beside(young).name, made.file, manifest.beside(folder / made.file).name, *stray}
    assert names(folder) == left and old.name not in left


def test_the_newest_is_kept_even_when_the_clock_says_that_it_is_old(folder: Path) -> None:
    only = kept(folder, datetime(2020, 1, 1, tzinfo=UTC))
    dump._forget(folder, datetime.now(UTC), only.name)
    assert names(folder) == {only.name, manifest.beside(only).name}


def test_a_folder_that_is_not_there_or_not_named_is_never_made_up(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "not_mounted" / "kept")
    with pytest.raises(CommandError, match="There is no folder .*/not_mounted/kept .a disk that is not mounted"):
        call_command("backup")
    assert on_the_page("Backup")[0] is False and not (tmp_path / "not_mounted").exists()
    monkeypatch.setattr(settings, "BACKUPS", None)
    with pytest.raises(CommandError, match="No folder for backups is named"):
        call_command("backup")


def test_a_second_backup_of_the_same_folder_waits_its_turn(database: str, folder: Path) -> None:
    operations.note("backup", True, "of last night")
    with dump.only_one(folder), pytest.raises(Refused, match="under way"):
        nightly.back_up()
    assert on_the_page("Backup") == (True, "of last night")


def test_a_backup_made_elsewhere_by_hand_does_not_speak_for_the_nightly_one(database: str, tmp_path: Path) -> None:
    call_command("backup", to=tmp_path)
    assert manifest.checked(manifest.newest(tmp_path)).contents.rows["trial_change"] == 0
    assert on_the_page("Backup")[0] is None


def test_a_database_that_is_down_is_said_in_words_even_though_the_page_cannot_be_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = places.Place("endpoint", "endpoint_app", str(folder / "no_socket"))
    monkeypatch.setattr(places, "live", lambda: nowhere)

    def down(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(operations, "note", down)
    with pytest.raises(CommandError, match="The database refused or does not answer .OperationalError"):
        call_command("backup")
    assert names(folder) == set() and "the Status page could not be told" in caplog.text


@pytest.mark.requirement("R69")
def test_no_value_of_the_record_reaches_the_log_or_the_page() -> None:
    said = {
        'pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: "JANE DOE"\n'
        'CONTEXT:  COPY t, line 1, column id: "JANE DOE"': 'pg_restore: COPY failed for table "t"',
        'pg_restore: error: could not execute query: ERROR:  could not create unique index "u"\n'
        "DETAIL:  Key (name)=(JANE DOE) is duplicated.": "pg_restore: could not execute query: ERROR:  "
        'could not create unique index "u"',
        "JANE DOE": "pg_restore: it ended with 3",
    }
    assert {words: places.safe_message("pg_restore", 3, words) for words in said} == said


@pytest.mark.requirement("R69")
def test_the_log_of_a_night_names_nobody(
    cast: Cast, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert nightly.back_up_and_drill() is True
    assert "came back equal" in caplog.text
    held = manifest.beside(manifest.newest(folder)).read_text()
    assert not [each for each in cast.people.values() if each.full_name in caplog.text + held]
    assert str(cast.participant) == "NET-001" and "NET-001" not in caplog.text + held
    assert json.loads(held)["rows"]["trial_participant"] == 2
