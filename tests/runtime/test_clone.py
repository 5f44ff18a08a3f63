"""The tests' own database: a clone per test, connected as the application's role."""

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.cast import cast_of
from tests.plugin_postgres import ROOT, another_database, kept_database
from trial.models import Site
from trial.record import changes
from trial.runtime import addresses


def test_a_test_is_connected_as_the_application_and_not_as_a_superuser(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname::text, current_database()::text, rolsuper FROM pg_roles WHERE rolname = user")
        assert cursor.fetchone() == ("endpoint_app", database, False)


def test_on_commit_runs_because_commits_are_real(database: str) -> None:
    ran: list[int] = []
    with transaction.atomic():
        transaction.on_commit(lambda: ran.append(1))
        assert ran == []
    assert ran == [1]


def test_what_the_owner_makes_the_application_may_read_and_write(
    database: str, database_owner: psycopg.Connection
) -> None:
    database_owner.execute("CREATE TABLE made_by_owner (id bigserial PRIMARY KEY, word text)")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO made_by_owner (word) VALUES ('kept') RETURNING id")
        assert cursor.fetchone() == (1,)
        with pytest.raises(Exception, match="must be owner"):
            cursor.execute("DROP TABLE made_by_owner")


def test_the_server_speaks_on_a_socket_only(database_owner: psycopg.Connection) -> None:
    assert database_owner.execute("SHOW listen_addresses").fetchone() == ("",)
    assert "18." in str(database_owner.execute("SHOW server_version").fetchone())


def _add_site(code: str) -> None:
    with changes.record(None, "system"):
        Site.objects.create(code=code, name=code.title())


def test_what_tests_begin_with_is_entered_once_and_no_test_changes_it(database: str) -> None:
    asked: list[str] = []

    def fill(name: str) -> None:
        asked.append(name)
        _add_site("KEPT")

    for _ in range(2):
        with another_database(database, kept_database("of_this_test", fill)):
            assert list(Site.objects.values_list("code", flat=True)) == ["KEPT"]
            _add_site("OWN")
    assert len(asked) == 1 and not Site.objects.exists()


def test_the_cast_that_is_read_is_the_cast_that_was_entered(database: str) -> None:
    entered = cast_of()
    read = cast_of()
    assert read == entered and {one.username for one in read.people.values()} >= {"nora", "chris"}


def test_tests_neither_read_nor_write_the_data_of_the_checkout() -> None:
    # Who started the product in this folder has seals noted there, by which no record of a test verifies.
    assert ROOT not in addresses.DATA.absolute().parents
    assert settings.BACKUPS is None or ROOT not in settings.BACKUPS.parents
