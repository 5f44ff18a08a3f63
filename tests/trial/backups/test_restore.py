"""What comes back is what was saved: rows, chain and rights; and nothing is overwritten by accident."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.cast import Cast
from trial import audit
from trial.backups import contents, manifest, nightly, places
from trial.backups.places import Place
from trial.runtime import addresses


def test_a_backup_comes_back_with_the_same_rows_chain_and_rights(
    cast: Cast, folder: Path, elsewhere: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    report = audit.verify(connection)
    call_command("backup")
    call_command("restore", str(manifest.newest(folder)), into=elsewhere.name)
    said = capsys.readouterr().out
    assert f"The chain of {report.changes} changes is sound up to the head of the backup, {report.head}" in said
    assert f"  trial_participant: 2\n  trial_person: {len(cast.people) + len(cast.elsewhere)}\n" in said
    with replace(elsewhere, user=addresses.APPLICATION).connect() as application:
        newest = application.execute("SELECT reason FROM trial_change ORDER BY id DESC LIMIT 1").fetchone()
        assert newest and newest[0].endswith(f"which ends with change {report.changes}")
        for forbidden in ("DELETE FROM trial_version", "UPDATE trial_change SET reason = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(forbidden)
        with pytest.raises(psycopg.errors.RaiseException, match="only be written inside a Change"):
            application.execute("UPDATE trial_site SET name = 'x'")
    with places.django_connection(elsewhere) as restored:
        again = audit.verify(restored, [report.head] if report.head else [])
    assert (again.first_break, again.changes) == (None, report.changes + 1)


def test_a_database_in_use_or_not_empty_is_left_alone(cast: Cast, folder: Path, elsewhere: Place) -> None:
    dump = folder / nightly.back_up().file
    with pytest.raises(CommandError, match="is in use. Stop web, worker and clock first"):
        call_command("restore", str(dump), into=places.live().name, replace=True)
    call_command("restore", str(dump), into=elsewhere.name)
    with elsewhere.connect() as owner:
        before = contents.of(owner)
    with pytest.raises(CommandError, match="is not empty. Restore into an empty database, or say --replace"):
        call_command("restore", str(dump), into=elsewhere.name)
    with elsewhere.connect() as owner:
        assert contents.of(owner) == before
    call_command("restore", str(dump), into=elsewhere.name, replace=True)


def test_a_head_noted_elsewhere_is_compared(cast: Cast, folder: Path, elsewhere: Place) -> None:
    dump = folder / nightly.back_up().file
    with pytest.raises(CommandError, match="Change 900 was on record once and is cut off"):
        call_command("restore", str(dump), into=elsewhere.name, head=f"900:{'a' * 64}")
