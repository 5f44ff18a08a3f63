"""A tail that was cut off is found by what was noted outside the database; a restore gives up what came after it."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import override_settings

from analysis.models import GroupResult
from trial.audit import verify
from trial.models import Site
from trial.models.audit import Kind, note
from trial.operations import noted_heads
from trial.operations.backups import manifest
from trial.operations.backups.restore import RESTORED
from trial.record import changes
from trial.tasks import verify_audit

Owner = psycopg.Connection[tuple[object, ...]]
CUT = """ALTER TABLE {0} DISABLE TRIGGER USER; {1}; ALTER TABLE {0} ENABLE TRIGGER USER"""


@pytest.fixture
def folder(database: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Three changes; the folder of backups is empty."""
    for code in ("A", "B", "C"):
        _site(code)
    with override_settings(BACKUPS=tmp_path):
        yield tmp_path


def _site(code: str) -> None:
    with changes.record(None, "system", code):
        Site.objects.create(code=code, name=code)


def _cut_last(owner: Owner) -> None:
    """The newest Change and its rows go, as somebody does it who knows the tables."""
    tables = ("trial_site", "trial_version", "trial_change")
    for table in tables:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    owner.execute("""DELETE FROM trial_site WHERE id = (SELECT row_id FROM trial_version ORDER BY id DESC LIMIT 1)""")
    owner.execute("DELETE FROM trial_version WHERE change_id = (SELECT max(id) FROM trial_change)")
    owner.execute("DELETE FROM trial_change WHERE id = (SELECT max(id) FROM trial_change)")
    for table in tables:
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def _manifest(folder: Path, head: verify.Head | None) -> None:
    contents = manifest.Contents({}, (), head)
    made = manifest.Manifest("endpoint-1.dump", "0", 0, datetime.now(UTC), "p", "s", contents)
    (folder / "endpoint-1.json").write_text(made.text(), encoding="utf-8")


@pytest.mark.requirement("R21")
def test_the_nightly_verification_compares_with_its_own_last_note(folder: Path, database_owner: Owner) -> None:
    assert verify_audit() is True
    _cut_last(database_owner)
    assert verify.verify(connection).first_break is None, "the chain alone does not show it"
    assert verify_audit() is False
    assert noted_heads.check().first_break == "Change 3 is missing at the end of the audit chain"
    _site("D")
    assert noted_heads.check().first_break == "Change 3 has a different seal from the one given"


def test_a_backup_knows_its_head(folder: Path, database_owner: Owner) -> None:
    _manifest(folder, verify.verify(connection).head)
    _cut_last(database_owner)
    assert noted_heads.check().first_break == "Change 3 is missing at the end of the audit chain"


def test_a_stored_result_and_the_access_log_miss_their_change(folder: Path, database_owner: Owner) -> None:
    note(None, Kind.RESULTS, "dashboard")
    _cut_last(database_owner)
    assert "Change 3, which the access log names, is missing" in str(verify.verify(connection).first_break)
    _site("D")
    now = datetime.now(UTC)
    GroupResult.objects.create(group="A", change=4, holds_to=4, settings_version="s", engine="e", computed_at=now,
                               seconds_behind=0, result={})  # fmt: skip
    assert "Change 4, which a stored result names, is missing" in str(verify.verify(connection).first_break)


def test_the_end_of_the_access_log_is_compared_too(folder: Path, database_owner: Owner) -> None:
    note(None, Kind.RESULTS, "dashboard")
    assert verify_audit() is True
    database_owner.execute(CUT.format("trial_journalentry", "DELETE FROM trial_journalentry").encode())
    assert noted_heads.check().first_break == "entry 1 of the access log is missing at its end"


def test_what_was_noted_between_a_backup_and_its_restore_is_given_up(folder: Path, database_owner: Owner) -> None:
    assert verify_audit() is True
    _cut_last(database_owner)
    with changes.record(None, "system", f"{RESTORED} 30-NOV-2026 01:30 UTC, which ends with change 2"):
        pass
    assert noted_heads.check().first_break is None
    _cut_last(database_owner)
    assert noted_heads.check().first_break is not None, "the restore itself was noted"
