"""An email that could not be sent is named on System status, with the reason."""

import smtplib

import pytest
from django.core.mail import EmailMessage

from analysis.views import status
from trial.accounts import outgoing_mail


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
