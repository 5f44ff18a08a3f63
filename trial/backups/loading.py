"""Brings a backup back into a database, and proves that what is there is what was saved."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import DatabaseError

from trial.audit import verify
from trial.backups import contents, places, programs
from trial.backups.manifest import CannotRestore, Manifest
from trial.backups.places import Place

PATIENCE_SECONDS = 2.0
_OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL"""


@dataclass(frozen=True)
class Proof:
    """What was compared and found equal. `chain` is None when the program's tables are not those of the backup."""

    rows: int
    tables: int
    chain: verify.AuditReport | None


def make_room(place: Place, replacing: bool) -> None:
    """Leaves the database empty. Raises CannotRestore when somebody is connected, or it holds tables that nobody said
    may go; psycopg.Error."""
    with place.connect() as connection:
        if not _is_quiet(connection):
            raise CannotRestore(f"{place} is in use. Stop web, worker and clock first; nothing was changed.")
        if not contents.tables(connection):
            return
        if not replacing:
            raise CannotRestore(f"{place} is not empty. Restore into an empty database, or say --replace.")
        connection.execute("DROP OWNED BY CURRENT_USER")
        if contents.tables(connection):
            raise CannotRestore(f"{place} holds tables of somebody other than {place.user}; empty it first.")


def _is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Whether nobody else is connected; sessions that have just been closed are given a moment to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(_OTHERS).fetchone() != (0,):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def load(dump: Path, place: Place, with_rights: bool = True) -> None:
    """All of the dump or nothing of it; rows come before triggers and keys. Without rights: for a role that is not the
    owner of the record, such as that of a drill. Raises CannotRestore."""
    words = ["--exit-on-error", "--single-transaction", f"--dbname={place.name}"]
    words += [] if with_rights else ["--no-owner", "--no-privileges"]
    try:
        programs.run("pg_restore", [*words, str(dump)], place)
    except programs.ProgramFailed as error:
        raise CannotRestore(f"The dump could not be loaded, nothing of it was kept. {error}.") from error
    with place.connect() as connection:
        connection.execute("ANALYZE")


def prove(place: Place, manifest: Manifest, heads: tuple[verify.Head, ...] = ()) -> Proof:
    """Counts every table, compares with the manifest, walks the chain to its head and to heads noted elsewhere.

    Raises CannotRestore with every difference. The chain needs tables of this program: after a restore of an older
    version it is walked only once the migrations have run.
    """
    with place.connect() as connection:
        found = contents.of(connection)
    wrong = contents.differences(manifest.contents, found)
    chain = None
    if manifest.contents.migrations == migrations_of_program():
        chain = _walked(place, manifest, heads)
        wrong += [chain.first_break] if chain.first_break else []
    if wrong:
        raise CannotRestore("What was restored is not what was saved: " + "; ".join(wrong) + ".")
    return Proof(found.all_rows, len(found.rows), chain)


def migrations_of_program() -> tuple[str, ...]:
    """The migrations this program knows, as a manifest writes them."""
    from django.db.migrations.loader import MigrationLoader

    return tuple(sorted(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations))


def _walked(place: Place, manifest: Manifest, heads: tuple[verify.Head, ...]) -> verify.AuditReport:
    own = (manifest.contents.head,) if manifest.contents.head else ()
    try:
        with places.django_connection(place) as connection:
            return verify.verify(connection, own + heads)
    except DatabaseError as error:
        raise CannotRestore("The chain of changes could not be read after the restore.") from error
