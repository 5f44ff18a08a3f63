"""Makes a backup: dump and row counts of one exported snapshot, renamed into place only when both are complete."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import psycopg

from trial.operations.backups import manifest, places
from trial.operations.backups.manifest import Manifest
from trial.refused import Refused
from trial.runtime.program import PROGRAM

PART = ".part"


class UnderWay(Refused):
    """Another backup or drill of the same folder is running."""


def back_up(folder: Path, kept_days: int) -> Manifest:
    """Dumps the live database into the folder, then deletes backups older than `kept_days`. Raises Refused."""
    with only_one(folder), _in_words(folder):
        for left_behind in folder.glob(f"endpoint-*{PART}"):  # of a backup that was killed; no other runs now
            left_behind.unlink()
        made = _make(folder, datetime.now(UTC))
        _forget(folder, made.made_at - timedelta(days=kept_days), made.file)
    return made


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Holds the folder's lock for the block. Raises UnderWay when it is taken, Refused for no such folder."""
    if not folder.is_dir():
        raise Refused(f"There is no folder {folder} (a disk that is not mounted?).")
    with _in_words(folder):
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UnderWay("Another backup or drill is under way; wait for it to end.") from None
    finally:
        os.close(lock)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused(_full(folder)) from error
        raise Refused(f"{folder} cannot be written: {error.strerror}.") from error
    except places.ProgramFailed as error:
        raise Refused(_full(folder) if "No space left" in str(error) else f"{error}.") from error
    except psycopg.Error as error:
        raise Refused(f"The database refused or does not answer ({type(error).__name__}).") from error


def _full(folder: Path) -> str:
    return f"The disk of {folder} is full: {shutil.disk_usage(folder).free / 1e6:.0f} MB are left."


def _make(folder: Path, at: datetime) -> Manifest:
    dump = folder / f"endpoint-{at:%Y%m%dT%H%M%SZ}.dump"
    part, said = Path(f"{dump}{PART}"), Path(f"{manifest.beside(dump)}{PART}")
    if dump.exists():
        raise Refused(f"{dump.name} exists already; try again in a second.")
    try:
        with private(part) as file:
            held, server = _dump(file)
        made = Manifest(dump.name, manifest.sha256_of(part), part.stat().st_size, at, PROGRAM, server, held)
        with private(said) as file:
            file.write(made.text().encode())
        part.rename(dump)
        said.rename(manifest.beside(dump))  # last: without its manifest a dump does not count
        manifest.sync(folder)
        return made
    finally:
        part.unlink(missing_ok=True)
        said.unlink(missing_ok=True)


@contextmanager
def private(place: Path) -> Iterator[BinaryIO]:
    """Opens a new file that only its owner reads, and flushes it to disk at the end of the block."""
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file)


def _dump(file: BinaryIO) -> tuple[manifest.Contents, str]:
    """Writes the dump; returns the contents of the same snapshot, and the server's version."""
    place = places.live()
    with place.connect(autocommit=False) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        # Kept open until pg_dump has ended, whatever the server does with idle transactions otherwise.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        row = connection.execute("SELECT pg_export_snapshot(), current_setting('server_version')").fetchone()
        assert row is not None
        words = ["--format=custom", f"--snapshot={row[0]}", "--lock-wait-timeout=60000"]
        places.run_program("pg_dump", words, place, file)
        return manifest.contents_of(connection), row[1]


def _forget(folder: Path, older_than: datetime, newest: str) -> None:
    """Deletes finished backups made before; never the newest one, and nothing whose manifest cannot be read."""
    for place in folder.glob("endpoint-*.json"):
        try:
            kept = manifest.read(place)
        except Refused:
            continue
        if kept.made_at < older_than and kept.file != newest and kept.file == place.with_suffix(".dump").name:
            place.unlink()  # first: a dump without its manifest does not count
            place.with_suffix(".dump").unlink(missing_ok=True)
