"""A clock that ran ahead or was set back: it is told of, and what it said is kept beside the time of each change."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from analysis.views import status
from trial.audit import verify
from trial.models import Change, Site
from trial.record import changes
from trial.refused import Refused

Owner = psycopg.Connection[tuple[object, ...]]
# A clock three days ahead: this function is found before the system's own.
AHEAD = """CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT pg_catalog.clock_timestamp() + interval '3 days' $$;
    ALTER FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text)
        SET search_path = public, pg_catalog, pg_temp"""
RIGHT_AGAIN = """ALTER FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text)
        SET search_path = pg_catalog, public, pg_temp; DROP FUNCTION public.clock_timestamp()"""


def _site(code: str) -> None:
    with changes.record(None, "system", code):
        Site.objects.create(code=code, name=code)


@pytest.fixture
def after_a_clock_ahead(database: str, database_owner: Owner) -> None:
    """One change before, two while the clock ran ahead by three days, two after it was right again."""
    _site("A")
    database_owner.execute(AHEAD)
    for code in ("B", "C"):
        _site(code)
    database_owner.execute(RIGHT_AGAIN)
    for code in ("D", "E"):
        _site(code)


@pytest.mark.requirement("R21")
def test_what_the_clock_said_is_kept_beside_the_time_and_sealed(
    after_a_clock_ahead: None, database_owner: Owner
) -> None:
    first, ahead, last_ahead, back, newest = Change.objects.order_by("id")
    assert first.at == first.clock and ahead.at == ahead.clock
    assert back.at == newest.at == last_ahead.at, "the order holds"
    assert newest.clock is not None and abs((datetime.now(UTC) - newest.clock).total_seconds()) < 60
    assert newest.at - newest.clock > timedelta(days=2, hours=23)
    database_owner.execute("ALTER TABLE trial_change DISABLE TRIGGER USER")
    database_owner.execute("UPDATE trial_change SET clock = at WHERE id = 5")
    database_owner.execute("ALTER TABLE trial_change ENABLE TRIGGER USER")
    assert "Change 5 or one of its versions" in str(verify.verify(connection).first_break)


def test_verification_and_system_status_name_it(
    after_a_clock_ahead: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BACKUPS", None)  # no seal of this test's record is noted beside the checkout's own
    report = verify.verify(connection)
    assert report.first_break is None
    assert "the clock had been set back before 2 changes (4 to 5), by up to 259" in report.clock
    call_command("verify_audit")
    assert "Note: the clock had been set back before 2 changes" in capsys.readouterr().out
    lines = {line.part: line for line in status.lines()}
    assert lines["Server clock"].is_good is False and "behind the newest change" in lines["Server clock"].words
    assert "the clock had been set back before 2 changes" in lines["Audit chain"].words


def test_machines_whose_clocks_disagree_write_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "CLOCKS_APART_SECONDS", -1.0)
    with pytest.raises(Refused, match="the clocks of the database server and of the web server"):
        _site("A")
    assert not Change.objects.exists()
    monkeypatch.undo()
    _site("A")
    assert verify.verify(connection).clock == ""
