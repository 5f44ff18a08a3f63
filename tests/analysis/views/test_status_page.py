"""The Status page says what stands still, what is behind and whether the chain was found sound."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from analysis import tasks
from analysis.models import GroupResult
from analysis.results.recompute import newest_change
from analysis.views import status as status_page
from capture.tasks import send_digest
from tests.cast import Cast
from trial.models import Medication, Role, StatusNote, operations
from trial.record import changes
from trial.rules.dates import site_time
from trial.rules.dates.partial_date import PartialDate
from trial.tasks import verify_audit


def said() -> dict[str, tuple[bool | None, str]]:
    """Part → (good, words)."""
    return {line.part: (line.is_good, line.words) for line in status_page.lines()}


def test_before_the_first_sweep_worker_and_results_want_a_look(cast: Cast) -> None:
    found = said()
    assert found["Worker and clock"] == (False, "no report yet")
    assert found["Results of group A"] == (False, "no results yet")
    assert found["Results of group B"][0] is True
    assert found["Database schema"][0] is True
    assert found["Broker"] == (True, "reachable")
    assert found["Audit chain"][0] is None and found["Backup"][0] is None


def test_a_sweep_is_the_heartbeat_and_brings_the_groups_up_to_date(cast: Cast) -> None:
    tasks.sweep()
    found = said()
    assert found["Worker and clock"][0] is True
    assert found["Results of group A"][0] is True and "up to date with change" in found["Results of group A"][1]


def test_results_that_a_change_did_not_move_are_up_to_date(cast: Cast) -> None:
    """Such a result is not stored again; one with a clinical cut-off says nothing of today."""
    tasks.sweep()
    with changes.record(None, "system", "moves no number", participant=cast.participant, groups=("A",)):
        began = PartialDate(2026, 1, 9)
        Medication.objects.create(participant=cast.participant, kind="other", name="loperamide", started_on=began)
    good, words = said()["Results of group A"]
    assert good is False and "behind" in words
    tasks.sweep()
    stored = GroupResult.objects.get(group="A", cutoff=None)
    assert stored.change < stored.holds_to == newest_change("A")
    assert said()["Results of group A"] == (True, f"up to date with change {stored.holds_to}")
    GroupResult.objects.filter(pk=stored.pk).update(cutoff=date(2026, 1, 1))
    assert said()["Results of group A"] == (False, "no results yet")


@override_settings(MAIL_IS_SENT=False)
def test_reminders_that_cannot_leave_want_a_look(cast: Cast) -> None:
    good, words = said()["Digest of reports"]
    assert good is False and "no mail server is set" in words and words.endswith("no email sent yet")
    send_digest()
    assert said()["Digest of reports"][0] is False


def test_the_last_email_that_was_sent_is_told(cast: Cast) -> None:
    operations.note("mail", True, "4 emails sent")
    at = StatusNote.objects.get(name="mail").at
    with override_settings(MAIL_IS_SENT=True):
        send_digest()
        good, words = said()["Digest of reports"]
    assert good is True and words.endswith(f"last email sent {site_time.in_utc(at)}")


def test_a_heart_that_stopped_three_minutes_ago_is_told(cast: Cast) -> None:
    tasks.sweep()
    StatusNote.objects.filter(name="sweep").update(at=datetime.now(UTC) - timedelta(minutes=3))
    good, words = said()["Worker and clock"]
    assert good is False and "has stopped" in words


@pytest.mark.requirement("R21")
def test_the_nightly_verification_keeps_its_result(cast: Cast) -> None:
    assert verify_audit() is True
    good, words = said()["Audit chain"]
    assert good is True and "verified" in words
    StatusNote.objects.filter(name="audit").update(at=datetime.now(UTC) - timedelta(hours=27))
    assert said()["Audit chain"][0] is False


@pytest.mark.requirement("R21")
def test_a_broken_chain_is_on_the_page(cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]]) -> None:
    database_owner.execute("ALTER TABLE trial_site DISABLE TRIGGER USER")
    database_owner.execute("UPDATE trial_site SET name = 'x'")
    assert verify_audit() is False
    with pytest.raises(CommandError):
        call_command("verify_audit")
    good, words = said()["Audit chain"]
    assert good is False and "trial_site" in words


@pytest.mark.requirement("R21")
def test_the_clock_verifies_each_night_and_sweeps_each_minute() -> None:
    from trial.celery import celery_app

    named = {entry["task"]: entry["schedule"] for entry in celery_app.conf.beat_schedule.values()}
    assert named["analysis.sweep"] == 60.0
    assert (named["trial.verify_audit"].hour, named["trial.verify_audit"].minute) == ({2}, {15})
    celery_app.loader.import_default_modules()
    assert set(named) <= set(celery_app.tasks)


def test_a_broker_that_is_down_is_said_in_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from trial.celery import celery_app

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no broker at amqp://secret@nowhere")

    monkeypatch.setattr(celery_app, "connection_for_write", refuse)
    good, words = said()["Broker"]
    assert good is False and "nothing is lost" in words and "secret" not in words


@pytest.mark.requirement("R63")
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.STATISTICIAN, Role.CHAIR])
def test_the_page_shows_a_recorded_backup(cast: Cast, role: Role) -> None:
    operations.note("backup", True, "93 participants, 12 MB")
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/status/").content.decode()
    assert "93 participants, 12 MB" in page and ">Check<" in page
