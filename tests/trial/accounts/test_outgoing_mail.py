"""An email that could not be sent is named on System status, with the reason."""

import smtplib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.mail import EmailMessage

from analysis.views import status
from trial.accounts import outgoing_mail
from trial.operations import machine_room


def _line() -> tuple[bool | None, str]:
    return next((line.is_good, line.words) for line in status.lines() if line.part == "Email")


@pytest.mark.requirement("R08")
def test_system_status_names_what_failed_until_one_goes_out(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _line()[0] is None

    def refuses(_: EmailMessage) -> int:
        raise smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server.")

    monkeypatch.setattr(EmailMessage, "send", refuses)
    assert outgoing_mail.send(EmailMessage("x", "y", to=["a@b.example"]), "a reminder email") is False
    why = "the mail server does not offer STARTTLS or signing in"
    assert _line() == (False, f"a reminder email could not be sent: {why}")
    monkeypatch.setattr(EmailMessage, "send", lambda _: 1)
    assert outgoing_mail.send(EmailMessage("x", "y", to=["a@b.example"]), "a reminder email") is True
    assert _line() == (True, "a reminder email was sent")


def test_disks_and_connections_are_watched(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = {line.part: line for line in status.lines()}
    assert "temporary files" in lines["Disks"].words and "in use" in lines["Database connections"].words
    monkeypatch.setattr("shutil.disk_usage", lambda _: (100e9, 99.9e9, 0.1e9))
    monkeypatch.setattr("trial.operations.machine_room.LEAST_FREE_CONNECTIONS", 10_000)
    lines = {line.part: line for line in status.lines()}
    assert lines["Disks"].is_good is False and lines["Database connections"].is_good is False


def test_the_folder_of_backups_is_made_where_it_is_ours_and_missed_where_it_was_named(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Before the first night a new installation has no fault; a disk that is not mounted is one.
    monkeypatch.setattr("trial.runtime.addresses.DATA", tmp_path)
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "backups")
    assert machine_room.disks()[0] and settings.BACKUPS.is_dir()
    monkeypatch.setattr(settings, "BACKUPS", tmp_path / "not-mounted")
    is_good, words = machine_room.disks()
    assert not is_good and "backups: no such folder" in words and not settings.BACKUPS.exists()
