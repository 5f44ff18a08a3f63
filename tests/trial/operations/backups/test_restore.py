"""What comes back is what was saved: rows, chain and rights; and nothing is overwritten by accident."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from tests.cast import Cast
from tests.scratch import scratch_folder
from trial.audit import verify
from trial.models import Role
from trial.operations.backups import manifest, nightly, places, restore
from trial.operations.backups.places import Place
from trial.runtime import addresses
from trial.runtime.postgres import living_server


@pytest.mark.requirement("R63")
def test_a_backup_comes_back_with_the_same_rows_chain_and_rights(
    cast: Cast, folder: Path, elsewhere: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    Client().force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    report = verify.verify(connection)
    call_command("backup")
    call_command("restore", str(manifest.newest(folder)), into=elsewhere.name)
    said = capsys.readouterr().out
    assert f"The chain of {report.changes} changes is sound up to the head of the backup, {report.head}" in said
    assert f"  trial_participant: 2\n  trial_person: {len(cast.people) + len(cast.elsewhere)}\n" in said
    with replace(elsewhere, user=addresses.APPLICATION).connect() as application:
        assert application.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        newest = application.execute("SELECT reason FROM trial_change ORDER BY id DESC LIMIT 1").fetchone()
        assert newest and newest[0].endswith(f"which ends with change {report.changes}")
        for forbidden in ("DELETE FROM trial_version", "UPDATE trial_change SET reason = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(forbidden)
        with pytest.raises(psycopg.errors.RaiseException, match="only be written inside a Change"):
            application.execute("UPDATE trial_site SET name = 'x'")
    with places.django_connection(elsewhere) as restored:
        again = verify.verify(restored, [report.head] if report.head else [])
    assert (again.first_break, again.changes) == (None, report.changes + 1)


@pytest.mark.requirement("R63")
def test_a_database_in_use_or_not_empty_is_left_alone(
    cast: Cast, folder: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "PATIENCE_SECONDS", 0.2)
    dump = folder / nightly.back_up().file
    with pytest.raises(CommandError, match="is in use. Stop web, worker and clock first"):
        call_command("restore", str(dump), into=places.live().name, replace=True)
    call_command("restore", str(dump), into=elsewhere.name)
    with elsewhere.connect() as owner:
        before = manifest.contents_of(owner)
    with pytest.raises(CommandError, match="is not empty. Restore into an empty database, or say --replace"):
        call_command("restore", str(dump), into=elsewhere.name)
    with elsewhere.connect() as owner:
        assert manifest.contents_of(owner) == before
    call_command("restore", str(dump), into=elsewhere.name, replace=True)
    with elsewhere.connect() as owner, replace(elsewhere, user=addresses.APPLICATION).connect() as application:
        owner.execute("CREATE TABLE made_by_a_later_migration (id bigserial PRIMARY KEY)")
        made = application.execute("INSERT INTO made_by_a_later_migration DEFAULT VALUES RETURNING id").fetchone()
        assert made == (1,)


@pytest.mark.requirement("R63")
def test_a_head_noted_elsewhere_is_compared(cast: Cast, folder: Path, elsewhere: Place) -> None:
    dump = folder / nightly.back_up().file
    with pytest.raises(CommandError, match="Change 900 is missing at the end of the audit chain"):
        call_command("restore", str(dump), into=elsewhere.name, head=f"900:{'a' * 64}")


@pytest.mark.requirement("R63")
def test_a_new_machine_gets_the_record_from_the_files_alone(cast: Cast, folder: Path) -> None:
    """A server made from nothing in an empty folder, as on a machine that never ran the product."""
    report = verify.verify(connection)
    dump = folder / nightly.back_up().file
    machine = scratch_folder()
    ours = ("ENDPOINT_", "DATABASE_", "CELERY_", "DJANGO_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    words = [sys.executable, "manage.py", "restore", str(dump), "--into", addresses.DATABASE]
    try:
        done = subprocess.run(words, cwd=addresses.CHECKOUT, env=plain | {"ENDPOINT_DATA": str(machine / "data")},
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f"The chain of {report.changes} changes is sound" in done.stdout and str(report.head) in done.stdout
        assert living_server(machine / "data" / "postgres") is None
    finally:
        shutil.rmtree(machine, ignore_errors=True)


def test_a_backup_of_an_older_program_is_counted_and_says_how_its_chain_is_verified(
    cast: Cast, folder: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = folder / nightly.back_up().file
    known = restore.migrations_of_program()
    monkeypatch.setattr(restore, "migrations_of_program", lambda: (*known, "trial.9999_of_tomorrow"))
    call_command("restore", str(dump), into=elsewhere.name)
    said, head = capsys.readouterr().out, manifest.checked(dump).contents.head
    assert "each table as in the backup" in said and "is sound" not in said
    assert f"Run manage.py migrate on it, then manage.py verify_audit --head {head}" in said
    with pytest.raises(CommandError, match="another version of the program; make a backup first"):
        call_command("restore_drill")


def test_a_backup_of_a_newer_program_is_refused(
    database: str, folder: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = folder / nightly.back_up().file
    known = restore.migrations_of_program()
    monkeypatch.setattr(restore, "migrations_of_program", lambda: known[:-1])
    with pytest.raises(CommandError, match="is of a newer version of the program"):
        call_command("restore", str(dump), into=elsewhere.name)
    assert not places.exists(elsewhere)
