"""A session that hangs ends, and a writers' lock that is stuck leaves threads to those who read."""

import threading
import time

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection

from tests.trial.record.test_changes import _site
from trial.audit import install
from trial.models import Site
from trial.record import changes
from trial.refused import Refused
from trial.runtime import addresses


def _save(took: list[float], code: str) -> None:
    began = time.monotonic()
    try:
        with changes.record(None, "system"):
            Site.objects.create(code=code, name=code)
    except Refused as reason:
        assert str(reason) == changes.BUSY
        took.append(time.monotonic() - began)
    finally:
        connection.close()


@pytest.mark.requirement("R64")
def test_only_a_few_wait_for_a_stuck_writers_lock_and_the_others_are_told_at_once(
    database: str, database_owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOCK_TIMEOUT_SECONDS", 4)
    took: list[float] = []
    with database_owner.transaction():
        database_owner.execute("SELECT pg_advisory_xact_lock(%s)", [install.WRITERS_LOCK])
        saving = [threading.Thread(target=_save, args=(took, f"S{number}")) for number in range(8)]
        for each in saving:
            each.start()
        for each in saving:
            each.join()
    assert len(took) == 8 and not Site.objects.exists()
    told_at_once = [each for each in took if each < 3]
    assert len(told_at_once) == 4, took
    _site()
    assert Site.objects.count() == 1, "every turn was given back"


def test_a_session_of_web_or_worker_has_limits_and_a_statement_beyond_them_ends(database: str) -> None:
    with connection.cursor() as cursor:
        for name, value in addresses.SESSION_LIMITS.items():
            cursor.execute("SELECT setting || coalesce(unit, '') FROM pg_settings WHERE name = %s", [name])
            set_to = cursor.fetchone()[0]
            seconds = float(value.removesuffix("s"))
            # A unix socket has no keepalives: the server reports none there.
            assert set_to in (f"{seconds * 1000:.0f}ms", "0s" if name.endswith(("idle", "interval")) else "0"), name
        cursor.execute("SET statement_timeout = '100ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(5)")
    connection.close()


def test_a_writer_that_stops_in_the_middle_of_a_change_loses_its_session(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "IDLE_SECONDS", 1)
    with pytest.raises(DatabaseError, match="idle-in-transaction"), changes.record(None, "system"):
        time.sleep(2)
        Site.objects.create(code="A", name="A")
    connection.close()
    assert not Site.objects.exists()
    _site()
    assert Site.objects.count() == 1
