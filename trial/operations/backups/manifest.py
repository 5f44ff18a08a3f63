"""The manifest beside each dump: what the file is, and the figures of its contents that prove a restore."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from trial.audit import verify
from trial.refused import Refused

FORMAT = 1
_TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2"""


@dataclass(frozen=True)
class Contents:
    """Figures of one database: rows by table, migrations as `app.name` in order, latest seal (None if empty)."""

    rows: dict[str, int]
    migrations: tuple[str, ...]
    head: verify.Head | None

    @property
    def all_rows(self) -> int:
        """Returns the number of rows of all tables together."""
        return sum(self.rows.values())


@dataclass(frozen=True)
class Manifest:
    """One finished backup. `file` is the dump's name, in the manifest's own folder; `made_at` is in UTC."""

    file: str
    sha256: str
    bytes: int
    made_at: datetime
    program: str
    server: str
    contents: Contents

    def text(self) -> str:
        """Returns the JSON text of the file."""
        words = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        contents = words.pop("contents")
        head = str(self.contents.head) if self.contents.head else None
        return json.dumps(words | contents | {"head": head}, indent=1) + "\n"


def beside(dump: Path) -> Path:
    """Returns the path of a dump's manifest."""
    return dump.with_suffix(".json")


def read(place: Path) -> Manifest:
    """Reads one manifest. Raises Refused when it is missing or is not one."""
    try:
        written = json.loads(place.read_text(encoding="utf-8"))
        if written["format"] != FORMAT:
            raise ValueError("another format")
        return _from(written)
    except FileNotFoundError as error:
        raise Refused(f"{place.name} is missing: a dump without its manifest is no finished backup.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{place.name} cannot be read: the manifest is damaged or of another version.") from error


def _from(written: dict[str, Any]) -> Manifest:
    head = verify.head_from(written["head"]) if written["head"] is not None else None
    rows = {str(table): int(count) for table, count in written["rows"].items()}
    return Manifest(
        file=str(written["file"]),
        sha256=str(written["sha256"]),
        bytes=int(written["bytes"]),
        made_at=datetime.fromisoformat(written["made_at"]).astimezone(UTC),
        program=str(written["program"]),
        server=str(written["server"]),
        contents=Contents(rows, tuple(written["migrations"]), head),
    )


def checked(dump: Path) -> Manifest:
    """Returns the manifest of a dump that is byte for byte what was written. Raises Refused otherwise."""
    if not dump.is_file():
        raise Refused(f"There is no file {dump}.")
    manifest = read(beside(dump))
    if manifest.file != dump.name:
        raise Refused(f"The manifest is that of {manifest.file}, not of {dump.name}.")
    try:
        size, digest = dump.stat().st_size, sha256_of(dump)
    except OSError as error:
        raise Refused(f"{dump.name} cannot be read: {error.strerror}.") from error
    if size != manifest.bytes:
        raise Refused(f"{dump.name} has {size} bytes, its manifest says {manifest.bytes}: it is damaged.")
    if digest != manifest.sha256:
        raise Refused(f"{dump.name} is not what its manifest says (SHA-256): it is damaged or was altered.")
    return manifest


def sha256_of(place: Path) -> str:
    """Returns the SHA-256 of a file in hexadecimal."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def newest(folder: Path) -> Path:
    """Returns the newest finished dump of the folder, by name. Raises Refused when there is none."""
    names = sorted(folder.glob("endpoint-*.json")) if folder.is_dir() else []
    if not names:
        raise Refused(f"There is no backup in {folder}.")
    return names[-1].with_suffix(".dump")


def sync(folder: Path) -> None:
    """Flushes a folder to disk, and with it the renames inside."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def tables(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """Lists (schema, table) of every table that is not PostgreSQL's own."""
    return connection.execute(_TABLES).fetchall()


def contents_of(connection: psycopg.Connection[Any]) -> Contents:
    """Counts every table; one instant if the transaction is REPEATABLE READ. Raises psycopg.Error."""
    rows = {}
    for schema, table in tables(connection):
        words = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        name = table if schema == "public" else f"{schema}.{table}"
        rows[name] = int(_one(connection, words)[0])
    return Contents(rows, _migrations(connection, rows), _head(connection, rows))


def _migrations(connection: psycopg.Connection[Any], rows: dict[str, int]) -> tuple[str, ...]:
    if "django_migrations" not in rows:
        return ()
    found = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    return tuple(row[0] for row in found)


def _head(connection: psycopg.Connection[Any], rows: dict[str, int]) -> verify.Head | None:
    if not rows.get("trial_change"):
        return None
    number, seal = _one(connection, "SELECT id, seal FROM trial_change ORDER BY id DESC LIMIT 1")
    return verify.Head(number, bytes(seal or b"").hex())


def _one(connection: psycopg.Connection[Any], words: Any) -> tuple[Any, ...]:
    row = connection.execute(words).fetchone()
    assert row is not None
    return tuple(row)


def differences(expected: Contents, found: Contents) -> list[str]:
    """Lists in words what differs from the backup; empty when all is equal."""
    said = []
    for table in sorted(expected.rows.keys() | found.rows.keys()):
        then, now = expected.rows.get(table), found.rows.get(table)
        if then != now:
            said.append(f"{table}: {_count(now)} here, {_count(then)} in the backup")
    if expected.migrations != found.migrations:
        said.append("the migrations are not those of the backup")
    if expected.head != found.head:
        said.append(f"the newest change is {found.head}, in the backup {expected.head}")
    return said


def _count(count: int | None) -> str:
    return "no such table" if count is None else f"{count} rows"
