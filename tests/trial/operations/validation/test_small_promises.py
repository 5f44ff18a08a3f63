"""Promises that no other test keeps: what is refused writes nothing, whose clock counts, what the owner may not do."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from tests.cast import cast_of
from tests.security.addresses import address_of, every_url
from trial.models import Change, Role, Site, Version
from trial.record import changes

ROOT = Path(__file__).resolve().parent.parent.parent.parent.parent
Owner = psycopg.Connection[tuple[object, ...]]


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("role", [Role.MONITOR, Role.COORDINATOR])
def test_a_refused_post_writes_nothing(database: str, role: Role) -> None:
    """A role that the rule does not name, and a person of another site: no Change and no version comes of it."""
    cast = cast_of()
    stranger = cast.elsewhere.get(role, cast.people[role])
    client, asked = Client(), 0
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    addresses = [(address_of(route, cast), each.callback.rule, "<str:reference>" in route)
                 for route, each in every_url()]  # fmt: skip
    before = (Change.objects.count(), Version.objects.count())
    for address, rule, of_a_participant in addresses:
        foreign = of_a_participant and role in cast.elsewhere
        if rule != "public" and (role not in rule or foreign):
            asked += 1
            assert client.post(address, {"reason": "x", "reason_code": "entry_error"}).status_code in {403, 404, 405}
    assert asked > 5
    assert (Change.objects.count(), Version.objects.count()) == before


@pytest.mark.requirement("R14")
def test_a_post_from_elsewhere_is_refused(database: str) -> None:
    cast = cast_of()
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    before = Change.objects.count()
    for address in ("/sign-in/", "/sign-out/", "/participants/NET-001/deviation/new/"):
        assert stranger.post(address, {"reason": "x"}).status_code == 403, address
    assert Change.objects.count() == before
    assert stranger.get("/protocol/").status_code == 200, "the session still stands"


@pytest.mark.requirement("R14")
def test_cookies_travel_over_tls_only_in_production_and_never_with_another_site() -> None:
    words = ("from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
             "s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)")  # fmt: skip
    production = {"ENDPOINT_ENV": "production", "ENDPOINT_HOSTS": "trial.example", "ENDPOINT_SECRET_KEY": "k3" * 30}
    said = subprocess.run([sys.executable, "-c", words], cwd=ROOT, env=os.environ | production, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert said.stdout.split() == ["True", "True", "True", "Lax", "Lax"]


@pytest.mark.requirement("R17")
def test_each_of_five_values_stays_readable(database: str) -> None:
    with changes.record(None, "system"):
        site = Site.objects.create(code="V", name="value 1")
    for number in range(2, 6):
        with changes.record(None, "system", f"to {number}"):
            Site.objects.filter(pk=site.pk).update(name=f"value {number}")
    kept = Version.objects.filter(table_name="trial_site", row_id=site.pk).order_by("id")
    assert [each.row["name"] for each in kept] == [f"value {number}" for number in range(1, 6)]


@pytest.mark.requirement("R18")
@pytest.mark.parametrize("table", ["trial_version", "trial_change"])
def test_the_owner_neither_alters_nor_deletes_the_history(database: str, database_owner: Owner, table: str) -> None:
    with changes.record(None, "system"):
        Site.objects.create(code="V", name="v")
    before = database_owner.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
    assert before
    for words in (f"UPDATE {table} SET act = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(psycopg.Error):
            database_owner.execute(words)
    assert database_owner.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() == before


@pytest.mark.requirement("R20")
def test_a_row_whose_version_cannot_be_written_is_not_kept(database: str, database_owner: Owner) -> None:
    database_owner.execute("ALTER TABLE trial_version ADD CONSTRAINT full_disk CHECK (row_id < 0) NOT VALID")
    with pytest.raises(DatabaseError, match="full_disk"), changes.record(None, "system"):
        Site.objects.create(code="V", name="v")
    assert not Site.objects.filter(code="V").exists() and not Change.objects.exists()


@pytest.mark.requirement("R24")
def test_the_time_of_a_change_is_the_database_servers(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the process stands a day ahead; the Change carries the time of the database, with its zone."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.now(UTC) + timedelta(days=1))
    monkeypatch.setattr("time.time", lambda: datetime.now(UTC).timestamp() + 86_400)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        before = cursor.fetchone()[0]
        with changes.record(None, "system"):
            Site.objects.create(code="V", name="v")
        cursor.execute("SELECT clock_timestamp()")
        after = cursor.fetchone()[0]
    at = Change.objects.get().at
    assert before <= at <= after and at.utcoffset() == timedelta(0)
