"""The restore that a person asks for: into the database of a new machine, or beside the live one."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from trial.audit import verify
from trial.backups import embedded, loading, manifest, places
from trial.backups.manifest import CannotRestore, Manifest
from trial.backups.places import Place
from trial.runtime.program import PROGRAM


@dataclass(frozen=True)
class Restored:
    """A backup that came back as it was."""

    backup: Manifest
    place: Place
    proof: loading.Proof


def restore(dump: Path, into: str, replacing: bool, heads: tuple[verify.Head, ...] = ()) -> Restored:
    """Checks file and database, loads, proves, and records the restore as a Change of the system.

    `into` is a database's name on the product's server, or an address. Raises CannotRestore, ValueError for an address
    that is none, psycopg.Error.
    """
    backup = manifest.checked(dump)
    unknown = set(backup.contents.migrations) - set(loading.migrations_of_program())
    if unknown:
        raise CannotRestore(f"{dump.name} is of a newer version of the program, which must be installed first.")
    place = places.at(into)
    if settings.EMBEDDED and "://" not in into and not embedded.exists(place):
        embedded.create(place)
    loading.make_room(place, replacing)
    loading.load(dump, place)
    try:
        proof = loading.prove(place, backup, heads)
    except CannotRestore as error:
        raise CannotRestore(f"{error} Nobody may work in {place}.") from error
    _begin_anew(place, backup)
    return Restored(backup, place, proof)


def _begin_anew(place: Place, backup: Manifest) -> None:
    """Everybody signs in again, since a session that was ended after the backup would be open once more. And the record
    says itself that it was restored: what was saved after the backup is lost, and its change numbers come again.

    By the function that `changes.record` calls, since Django's own connection is to another database.
    """
    with place.connect() as connection:
        connection.execute("DELETE FROM django_session")
    if backup.contents.head is None:
        return
    reason = f"Restored from the backup of {backup.made_at:%d-%b-%Y %H:%M} UTC, which ends with change"
    words = "SELECT endpoint_open_change(NULL, 'system', %s, NULL, NULL, '{}', %s)"
    with place.connect() as connection:
        connection.execute(words, [f"{reason} {backup.contents.head.number}", PROGRAM])


def words(done: Restored) -> list[str]:
    """What the person at the terminal reads."""
    proof, head = done.proof, done.backup.contents.head
    said = [f"Restored into {done.place}: {proof.rows:,} rows in {proof.tables} tables, each table as in the backup."]
    said += [f"  {table}: {count:,}" for table, count in sorted(done.backup.contents.rows.items()) if count]
    if proof.chain is None:
        return [*said, "The chain was not verified, since the backup is of an older version of the program.",
                f"Run manage.py migrate on it, then manage.py verify_audit --head {head}"]  # fmt: skip
    return [*said, f"The chain of {proof.chain.changes} changes is sound up to the head of the backup, {head}."]
