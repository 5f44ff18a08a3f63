"""A drill that could not fail would prove nothing: it finds a lost row, an altered row and a damaged file."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from psycopg import sql

from analysis.views import status as status_page
from tests.cast import Cast
from tests.trial.operations.backups.page import on_the_page
from trial.models import StatusNote, operations
from trial.operations.backups import drill, manifest, nightly, places, restore
from trial.tasks import back_up


@pytest.fixture
def tampered(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From now on, what a drill has loaded is altered by SQL before it is proven."""
    load = restore.load

    def tamper(text: str) -> None:
        def load_and_alter(dump: Path, place: places.Place, with_rights: bool = True) -> None:
            load(dump, place, with_rights)
            with place.connect() as owner:
                owner.execute(text)

        monkeypatch.setattr(restore, "load", load_and_alter)

    return tamper


@pytest.mark.requirement("R63")
def test_the_night_makes_a_backup_and_proves_it_and_drops_the_scratch(cast: Cast, folder: Path) -> None:
    assert back_up() is True
    good, words = on_the_page("Restore drill")
    rows = manifest.checked(manifest.newest(folder)).contents.all_rows
    assert good is True and f"{rows} rows in " in words and "is sound" in words
    assert not places.exists(places.live().named(places.live().name + drill.ENDING))


@pytest.mark.requirement("R63")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ALTER TABLE trial_version DISABLE TRIGGER USER; DELETE FROM trial_version WHERE change_id = 2; "
         "ALTER TABLE trial_version ENABLE TRIGGER USER", "trial_version: "),
        ("ALTER TABLE trial_site DISABLE TRIGGER USER; UPDATE trial_site SET name = 'x' WHERE code = 'NORTH'; "
         "ALTER TABLE trial_site ENABLE TRIGGER USER", "is not what its newest version says"),
        ("ALTER TABLE trial_change DISABLE TRIGGER USER; UPDATE trial_change SET reason = 'x' WHERE id = 2; "
         "ALTER TABLE trial_change ENABLE TRIGGER USER", "Change 2 or one of its versions is not what was sealed"),
        ("DROP TRIGGER endpoint_record ON trial_cycle", "the audit triggers of trial_cycle are missing"),
        ("DROP TABLE trial_draft", "trial_draft: no such table here, 0 rows in the backup"),
    ],
)  # fmt: skip
def test_what_did_not_come_back_as_it_was_is_found(
    cast: Cast, folder: Path, tampered: Callable[[str], None], text: str, words: str
) -> None:
    nightly.back_up()
    tampered(text)
    with pytest.raises(CommandError, match="The restore drill failed. What was restored is not what was saved"):
        call_command("restore_drill")
    good, said = on_the_page("Restore drill")
    assert good is False and words in said
    assert not places.exists(places.live().named(places.live().name + drill.ENDING))


@pytest.mark.requirement("R63")
def test_a_manifest_that_says_more_than_came_back_fails_the_drill(cast: Cast, folder: Path) -> None:
    nightly.back_up()
    place = manifest.beside(manifest.newest(folder))
    said = json.loads(place.read_text())
    said["rows"]["trial_participant"] += 1
    place.write_text(json.dumps(said))
    with pytest.raises(CommandError, match="trial_participant: 2 rows here, 3 rows in the backup"):
        call_command("restore_drill")


@pytest.mark.requirement("R63")
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda dump: dump.write_bytes(_flipped(dump.read_bytes())), "SHA-256"),
        (lambda dump: dump.write_bytes(dump.read_bytes()[:-1]), "it is damaged"),
        (lambda dump: manifest.beside(dump).write_text("{"), "cannot be read"),
        (lambda dump: dump.unlink(), "There is no file"),
    ],
)
def test_a_file_with_one_altered_byte_is_neither_drilled_with_nor_restored(
    database: str, folder: Path, spoil: Callable[[Path], object], words: str
) -> None:
    nightly.back_up()
    dump = manifest.newest(folder)
    spoil(dump)
    with pytest.raises(CommandError, match=words):
        call_command("restore_drill")
    with pytest.raises(CommandError, match=words):
        call_command("restore", str(dump), into=f"{database}_never")
    assert on_the_page("Restore drill")[0] is False
    assert not places.exists(places.live().named(f"{database}_never"))


def _flipped(found: bytes) -> bytes:
    middle = len(found) // 2
    return found[:middle] + bytes([found[middle] ^ 1]) + found[middle + 1 :]


@pytest.fixture
def drill_role(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[places.Place]:
    """As with docker compose: a role that owns a database of its own and may read nothing of the record's."""
    name = f"role_{uuid4().hex[:8]}"
    place = places.Place(f"{database}_drill", name, places.live().host)
    role, base = sql.Identifier(name), sql.Identifier(place.name)
    with places.of_the_superuser().connect() as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        places.create(place)
        superuser.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(base))
        monkeypatch.setattr(settings, "DRILL_DATABASE_URL", f"postgresql://{name}@{quote(place.host, '')}/{place.name}")
        monkeypatch.setattr(settings, "EMBEDDED", False)
        yield place
        places.drop(place)
        superuser.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_role_without_any_right_in_the_record_drills_again_and_again_in_its_own_database(
    cast: Cast, folder: Path, drill_role: places.Place
) -> None:
    nightly.back_up()
    with drill_role.connect() as connection:
        connection.execute("CREATE TABLE left_by_a_drill_that_was_killed (name text)")
    for _ in range(2):
        nightly.restore_drill()
        with drill_role.connect() as connection:
            assert manifest.tables(connection) == []
    assert on_the_page("Restore drill")[0] is True


def test_only_a_database_that_is_named_for_drills_is_emptied(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly.back_up()
    monkeypatch.setattr(settings, "DRILL_DATABASE_URL", f"postgresql://x@{quote(places.live().host, '')}/{database}")
    with pytest.raises(CommandError, match="its name must end in _drill"):
        call_command("restore_drill")


def test_a_server_without_a_database_to_drill_into_says_so(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "EMBEDDED", False)
    assert nightly.back_up_and_drill() is False
    assert on_the_page("Backup")[0] is True
    good, words = on_the_page("Restore drill")
    assert good is False and "ENDPOINT_DRILL_DATABASE_URL" in words
    operations.note("drill", True, "by hand, on another machine")
    assert nightly.back_up_and_drill() is False
    assert on_the_page("Restore drill") == (True, "by hand, on another machine")


@pytest.mark.requirement("R63")
@pytest.mark.parametrize(
    ("part", "name", "fine", "late"), [("Backup", "backup", timedelta(hours=25), timedelta(hours=27)),
                                       ("Restore drill", "drill", timedelta(days=7), timedelta(days=9))],
)  # fmt: skip
def test_what_is_too_old_is_no_longer_fine(
    database: str, part: str, name: str, fine: timedelta, late: timedelta
) -> None:
    operations.note(name, True, "of then")
    StatusNote.objects.update(at=datetime.now(UTC) - fine)
    assert on_the_page(part) == (True, "of then")
    StatusNote.objects.update(at=datetime.now(UTC) - late)
    assert on_the_page(part) == (False, "of then; the next is overdue")


def test_a_record_of_many_days_without_any_backup_is_not_fine(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_the_page("Backup")[0] is None
    monkeypatch.setattr(status_page, "BACKUP_DUE_AFTER", timedelta(0))
    assert on_the_page("Backup")[0] is False
