"""Verification finds what was altered behind the application's back."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from trial.audit import verify
from trial.models import Site
from trial.record import changes

Owner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def tamper(database: str, database_owner: Owner) -> Callable[[str], verify.AuditReport]:
    """Three changes; the fixture runs SQL as the owner with the triggers switched off, and verifies."""
    for name in ("one", "two", "three"):
        with changes.record(None, "system", name):
            Site.objects.update_or_create(code="HD", defaults={"name": name})

    def run(text: str) -> verify.AuditReport:
        for table in ("trial_site", "trial_change", "trial_version"):
            database_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        database_owner.execute(text)
        for table in ("trial_site", "trial_change", "trial_version"):
            database_owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return verify.verify(connection)

    return run


@pytest.mark.requirement("R21")
def test_an_untouched_record_is_sound(tamper: Callable[[str], verify.AuditReport]) -> None:
    report = tamper("SELECT 1")
    assert (report.changes, report.versions, report.first_break) == (3, 3, None)


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('UPDATE trial_version SET row = row || \'{"name": "x"}\' WHERE change_id = 2', "Change 2 or one of"),
        ("DELETE FROM trial_version WHERE change_id = 2", "Change 2 or one of"),
        ("UPDATE trial_change SET reason = 'x' WHERE id = 1", "Change 1 or one of"),
        ("DELETE FROM trial_version WHERE change_id = 2; DELETE FROM trial_change WHERE id = 2", "Change 2 is missing"),
        ("UPDATE trial_site SET name = 'x'", "is not what its newest version says"),
        ("INSERT INTO trial_site (code, name, time_zone, struck_out_reason) VALUES ('X', 'x', 'UTC', '')",
         "was never recorded"),
        ("DELETE FROM trial_site", "is gone"),
    ],
)
def test_what_the_owner_alters_is_found(tamper: Callable[[str], verify.AuditReport], text: str, words: str) -> None:
    assert words in str(tamper(text).first_break)


@pytest.mark.requirement("R19")
def test_triggers_switched_off_are_found(tamper: Callable[[str], verify.AuditReport], database_owner: Owner) -> None:
    database_owner.execute("ALTER TABLE trial_site DISABLE TRIGGER USER")
    assert "triggers of trial_site are missing or disabled" in str(verify.verify(connection).first_break)


@pytest.mark.requirement("R21")
def test_a_cut_off_tail_shows_against_the_witness(
    tamper: Callable[[str], verify.AuditReport], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = tmp_path / "heads"
    call_command("verify_audit", witness=witness)
    assert "Verified: 3 changes" in capsys.readouterr().out
    report = tamper("""DELETE FROM trial_version WHERE change_id = 3; DELETE FROM trial_change WHERE id = 3;
        UPDATE trial_site SET name = 'two'""")
    assert report.first_break is None
    with pytest.raises(CommandError, match="Change 3 is missing at the end of the audit chain"):
        call_command("verify_audit", witness=witness)
    assert len(witness.read_text().splitlines()) == 1


def test_a_head_noted_elsewhere_is_compared(tamper: Callable[[str], verify.AuditReport]) -> None:
    head = tamper("SELECT 1").head
    call_command("verify_audit", head=str(head))
    with pytest.raises(CommandError, match="Change 3 has a different seal"):
        call_command("verify_audit", head=f"3:{'0' * 64}")
    with pytest.raises(CommandError, match="is not of the form"):
        call_command("verify_audit", head="3:abc")
