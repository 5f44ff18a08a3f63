"""Restores a backup on a new machine or beside the live database, and proves that it equals what was saved."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError

from trial.audit import verify
from trial.operations.backups import manifest, places
from trial.operations.backups.manifest import Manifest
from trial.operations.backups.places import Place
from trial.refused import Refused
from trial.rules.dates import site_time
from trial.runtime.program import PROGRAM

PATIENCE_SECONDS = 2.0
_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL"""


@dataclass(frozen=True)
class Proof:
    """Figures that were compared and found equal. chain: None when the program's tables are not those of the backup."""

    rows: int
    tables: int
    chain: verify.AuditReport | None


@dataclass(frozen=True)
class Restored:
    """Result of a restore that was proven."""

    backup: Manifest
    place: Place
    proof: Proof


def restore(dump: Path, into: str, replacing: bool, heads: tuple[verify.Head, ...] = ()) -> Restored:
    """Checks file and database, loads, proves, and records the restore as a Change of the system.

    `into` is a database's name on the product's server, or an address. Raises Refused, ValueError for an address
    that is none, psycopg.Error.
    """
    backup = manifest.checked(dump)
    unknown = set(backup.contents.migrations) - set(migrations_of_program())
    if unknown:
        raise Refused(f"{dump.name} is of a newer version of the program, which must be installed first.")
    place = places.at(into)
    if settings.EMBEDDED and "://" not in into and not places.exists(place):
        places.create(place)
    make_room(place, replacing)
    load(dump, place)
    try:
        proof = prove(place, backup, heads)
    except Refused as error:
        raise Refused(f"{error} No user may be connected to {place}.") from error
    _begin_anew(place, backup)
    return Restored(backup, place, proof)


# The beginning of the reason of the Change that a restore writes; its last word is the number of the backup's newest.
RESTORED = "Restored from the backup of"


def _begin_anew(place: Place, backup: Manifest) -> None:
    """Ends every session and records the restore as a Change.

    A session that was ended after the backup would be open again, and change numbers after the backup are given twice.
    Calls the SQL function behind `changes.record`, since Django's own connection is to another database.
    """
    with place.connect() as connection:
        connection.execute("DELETE FROM django_session")
    if backup.contents.head is None:
        return
    reason = f"{RESTORED} {site_time.in_utc(backup.made_at)}, which ends with change"
    words = "SELECT endpoint_open_change(NULL, 'system', %s, NULL, NULL, '{}', %s)"
    with place.connect() as connection:
        connection.execute(words, [f"{reason} {backup.contents.head.number}", PROGRAM])


def words(done: Restored) -> list[str]:
    """Returns the lines that the command prints."""
    proof, head = done.proof, done.backup.contents.head
    said = [f"Restored into {done.place}: {proof.rows:,} rows in {proof.tables} tables, each table as in the backup."]
    said += [f"  {table}: {count:,}" for table, count in sorted(done.backup.contents.rows.items()) if count]
    if proof.chain is None:
        return [*said, "The chain was not verified, since the backup is of an older version of the program.",
                f"Run manage.py migrate on it, then manage.py verify_audit --head {head}"]  # fmt: skip
    return [*said, f"The chain of {proof.chain.changes} changes is sound up to the head of the backup, {head}."]


def make_room(place: Place, replacing: bool) -> None:
    """Empties the database. Raises psycopg.Error, and Refused while others are connected or for tables kept."""
    with place.connect() as connection:
        if not _is_quiet(connection):
            raise Refused(f"{place} is in use. Stop web, worker and clock first; nothing was changed.")
        if not manifest.tables(connection):
            return
        if not replacing:
            raise Refused(f"{place} is not empty. Restore into an empty database, or say --replace.")
        connection.execute("DROP OWNED BY CURRENT_USER")
        if manifest.tables(connection):
            raise Refused(f"{place} holds tables of another owner than {place.user}. Empty it first.")


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Returns whether nobody else is connected; sessions that were just closed have PATIENCE_SECONDS to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(_OTHERS).fetchone() != (0,):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def load(dump: Path, place: Place, with_rights: bool = True) -> None:
    """Loads all of the dump or nothing; rows come before triggers and keys. Raises Refused.

    with_rights: False for a role that does not own the tables, such as that of a drill.
    """
    words = ["--exit-on-error", "--single-transaction", f"--dbname={place.name}"]
    words += [] if with_rights else ["--no-owner", "--no-privileges"]
    try:
        places.run_program("pg_restore", [*words, str(dump)], place)
    except places.ProgramFailed as error:
        raise Refused(f"The dump could not be loaded, nothing of it was kept. {error}.") from error
    with place.connect() as connection:
        connection.execute("ANALYZE")


def prove(place: Place, backup: Manifest, heads: tuple[verify.Head, ...] = ()) -> Proof:
    """Compares every table with the manifest and verifies the chain up to its head and to heads noted elsewhere.

    Raises Refused with every difference. The chain needs tables of this program: after a restore of an older
    version it is walked only once the migrations have run.
    """
    with place.connect() as connection:
        restored = manifest.contents_of(connection)
    wrong = manifest.differences(backup.contents, restored)
    chain = None
    if backup.contents.migrations == migrations_of_program():
        chain = _walked(place, backup, heads)
        wrong += [chain.first_break] if chain.first_break else []
    if wrong:
        raise Refused("What was restored is not what was saved: " + "; ".join(wrong) + ".")
    return Proof(restored.all_rows, len(restored.rows), chain)


def migrations_of_program() -> tuple[str, ...]:
    """Lists the migrations of this program, as a manifest writes them."""
    from django.db.migrations.loader import MigrationLoader

    return tuple(sorted(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations))


def _walked(place: Place, backup: Manifest, heads: tuple[verify.Head, ...]) -> verify.AuditReport:
    own = (backup.contents.head,) if backup.contents.head else ()
    try:
        with places.django_connection(place) as connection:
            return verify.verify(connection, own + heads)
    except DatabaseError as error:
        raise Refused("The chain of changes could not be read after the restore.") from error
