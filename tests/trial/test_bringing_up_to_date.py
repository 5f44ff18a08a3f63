"""Bringing a filled database to the newest version keeps every value, every line of the trail and every signature.

The databases were filled by the earlier versions themselves (`earlier/README.md`), not by today's code.
"""

import gzip
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import signing
from capture.entry.services import entries
from tests.plugin_postgres import _point_django_at, _superuser
from trial import audit, free_text
from trial.models import AdverseEvent, Change, FollowUp, Person, Signature, Site
from trial.record import changes, versions_in_force
from trial.runtime import addresses
from trial.spine import WATCHED_TABLES

ROOT = Path(__file__).resolve().parent.parent.parent
EARLIER = Path(__file__).resolve().parent / "earlier"
Rows = dict[Any, Any]


@pytest.fixture
def empty(template_database: str) -> Iterator[str]:
    """A database with nothing in it, of the owner; Django is connected to it afterwards as the application."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    words = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}")
    with _superuser() as server:
        server.execute(words.format(sql.Identifier(name), sql.Identifier(addresses.OWNER)))
    _point_django_at(name)
    yield name
    connections.close_all()
    _point_django_at(template_database)
    with _superuser() as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _owner(name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(host=addresses.socket_directory(), user=addresses.OWNER, dbname=name, autocommit=True)


def _restore(name: str, file: str) -> None:
    lines = gzip.decompress((EARLIER / file).read_bytes()).decode().splitlines()
    with _owner(name) as owner:
        # Lines with a backslash speak to psql, not to the server.
        owner.execute("\n".join(line for line in lines if not line.startswith("\\")).encode())


def _bring_up_to_date(name: str) -> None:
    environment = os.environ | {"ENDPOINT_DATABASE_ROLE": "owner", "ENDPOINT_DATABASE_NAME": name}
    words = [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "migrate", "--skip-checks", "-v", "0"]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]


def _everything(name: str) -> dict[str, Rows]:
    """Table → id → row as JSON, of every table of the record, its changes, versions and accounts."""
    found: dict[str, Rows] = {}
    with _owner(name) as owner:
        there = {row[0] for row in owner.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")}
        for table in ("trial_change", "trial_version", "trial_person", *WATCHED_TABLES):
            if table in there:
                rows = owner.execute(f"SELECT t.id, to_jsonb(t) FROM public.{table} t ORDER BY 1").fetchall()  # type: ignore[arg-type]
                found[table] = dict(rows)
    return found


EARLIER_VERSIONS = [("first_forms.sql.gz", 13, 0), ("first_signature.sql.gz", 8, 1)]


@pytest.mark.parametrize(("file", "at_least", "signatures"), EARLIER_VERSIONS)
def test_a_filled_database_of_an_earlier_version_keeps_everything(
    empty: str, file: str, at_least: int, signatures: int
) -> None:
    _restore(empty, file)
    before = _everything(empty)
    assert len(before["trial_change"]) >= at_least and len(before.get("trial_signature", {})) == signatures
    _bring_up_to_date(empty)
    after = _everything(empty)
    for table, rows in before.items():
        for key, row in rows.items():
            assert {name: after[table][key].get(name) for name in row} == row, (table, key)
    new = [row for key, row in after["trial_change"].items() if key not in before["trial_change"]]
    assert {row["role"] for row in new} <= {"system"}, "only the system writes while a version is brought up to date"
    newest = max(before["trial_change"])
    head = audit.Head(newest, before["trial_change"][newest]["seal"].removeprefix("\\x"))
    assert audit.verify(connection, [head]).first_break is None
    for signature in Signature.objects.all():
        assert signing.is_bound(signature)
        assert signing.standing(signature.participant).state == signing.SIGNED
    for event in AdverseEvent.objects.all():
        told = versions_in_force.saved_by("adverse_event", event)
        assert event.form_edition is None and told == (1, True), "what this version never asked it cannot have been"
    _written_on_in_the_same_chain()


def _written_on_in_the_same_chain() -> None:
    """A contact of the first version names a method of no progression; corrected today, it is cleared."""
    changed, contact = Change.objects.count(), FollowUp.objects.first()
    with changes.record(None, "system"):
        Site.objects.create(code="NEW", name="A site of today")
    if contact is not None:
        assert contact.progression_method == "mri"
        form = ENTRY_FORMS["follow_up"]
        values = {name: getattr(contact, name) for name in form.form.base_fields}  # type: ignore[union-attr]
        nora, cleared = Person.objects.get(username="nora"), values | {"progression_method": ""}
        entries.save(nora, contact.participant, form, cleared, row=contact, reason="Entry error")
        changed += 1
    assert Change.objects.count() == changed + 1
    assert audit.verify(connection).first_break is None


def test_each_migrate_writes_the_list_of_free_text_anew(database: str) -> None:
    def known() -> set[tuple[str, str]]:
        with _owner(database) as owner:
            rows = owner.execute("SELECT of_table, field FROM endpoint_free_text()").fetchall()
        return set(rows)

    with _owner(database) as owner:
        owner.execute("""CREATE OR REPLACE FUNCTION endpoint_free_text() RETURNS TABLE (of_table text, field text,
            most int) LANGUAGE sql IMMUTABLE AS $$ VALUES ('trial_deviation', 'action', 0) $$""")
    assert known() == {("trial_deviation", "action")}
    _bring_up_to_date(database)
    assert known() == {(each.table, each.column) for each in free_text.fields()}
