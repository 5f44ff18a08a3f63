"""The access log is a chain of its own: no entry is altered, deleted or slipped in without a trace."""

import threading
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection

from trial.audit import verify
from trial.models import JournalEntry
from trial.models.audit import Kind, note

Owner = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def entries(database: str) -> None:
    """Three entries."""
    for number in range(3):
        note(None, Kind.RESULTS, f"page {number}")


def _tamper(owner: Owner, text: str) -> str:
    owner.execute("ALTER TABLE trial_journalentry DISABLE TRIGGER USER")
    owner.execute(text.encode())
    owner.execute("ALTER TABLE trial_journalentry ENABLE TRIGGER USER")
    return str(verify.verify(connection).first_break)


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(("text", "words"), [
    ("SELECT 1", "None"),
    ("UPDATE trial_journalentry SET words = 'x' WHERE id = 2", "entry 2 of the access log is not what was sealed"),
    ("DELETE FROM trial_journalentry WHERE id = 2", "entry 2 of the access log is missing"),
    ("UPDATE trial_journalentry SET seal = NULL WHERE id = 3", "entry 3 of the access log has lost its seal"),
    ("UPDATE trial_journalentry SET previous_seal = decode(repeat('ab', 32), 'hex') WHERE id = 2",
     "entry 2 of the access log does not follow the seal of the entry before it"),
])  # fmt: skip
def test_what_the_owner_alters_is_found(entries: None, database_owner: Owner, text: str, words: str) -> None:
    assert _tamper(database_owner, text) == words


def test_a_deleted_end_is_found_by_an_entry_noted_elsewhere(entries: None, database_owner: Owner) -> None:
    noted = verify.verify(connection).access
    assert noted is not None and noted.number == 3
    assert _tamper(database_owner, "DELETE FROM trial_journalentry WHERE id = 3") == "None"
    found = verify.verify(connection, entries=[noted]).first_break
    assert found == "entry 3 of the access log is missing at its end"


def test_an_end_that_was_sealed_anew_is_found_by_the_one_noted_elsewhere(entries: None) -> None:
    noted = verify.verify(connection).access
    assert noted is not None
    assert verify.verify(connection, entries=[noted]).first_break is None
    found = verify.verify(connection, entries=[replace(noted, seal="ab" * 32)]).first_break
    assert found == "entry 3 of the access log has a different seal from the one noted"


def test_entries_of_many_sessions_at_once_stay_one_chain_without_gaps(database: str) -> None:
    def read() -> None:
        for number in range(5):
            note(None, Kind.RESULTS, f"page {number}")
        connection.close()

    reading = [threading.Thread(target=read) for _ in range(4)]
    for each in reading:
        each.start()
    for each in reading:
        each.join()
    assert list(JournalEntry.objects.order_by("id").values_list("id", flat=True)) == list(range(1, 21))
    assert verify.verify(connection).first_break is None


def test_the_application_deletes_no_evidence(entries: None) -> None:
    for words in (
        "DELETE FROM trial_journalentry", "DELETE FROM django_migrations", "UPDATE django_migrations SET name = 'x'",
        "DELETE FROM axes_accesslog", "DELETE FROM axes_accessfailurelog", "DELETE FROM trial_signin",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(words)


def test_a_search_path_set_for_the_role_is_not_followed(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE CURRENT_USER IN DATABASE " + connection.settings_dict["NAME"]
                       + " SET search_path = elsewhere")  # fmt: skip
    connection.close()
    connection.close_pool()
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone()[0] == "public,pg_temp"
