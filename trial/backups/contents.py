"""What a database holds, in figures that prove a restore: rows of each table, migrations, the newest Change."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from trial.audit.verify import Head

_TABLES = """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2"""


@dataclass(frozen=True)
class Contents:
    """rows: table → count, of every table; migrations: `app.name` in order; head: None for an empty record."""

    rows: dict[str, int]
    migrations: tuple[str, ...]
    head: Head | None

    @property
    def all_rows(self) -> int:
        """Rows of all tables together."""
        return sum(self.rows.values())


def tables(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """(schema, table) of every table that is not PostgreSQL's own."""
    return connection.execute(_TABLES).fetchall()


def of(connection: psycopg.Connection[Any]) -> Contents:
    """Counts every table; inside one REPEATABLE READ transaction all of it is one moment. Raises psycopg.Error."""
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


def _head(connection: psycopg.Connection[Any], rows: dict[str, int]) -> Head | None:
    if not rows.get("trial_change"):
        return None
    number, seal = _one(connection, "SELECT id, seal FROM trial_change ORDER BY id DESC LIMIT 1")
    return Head(number, bytes(seal or b"").hex())


def _one(connection: psycopg.Connection[Any], words: Any) -> tuple[Any, ...]:
    found = connection.execute(words).fetchone()
    assert found is not None
    return tuple(found)


def differences(expected: Contents, found: Contents) -> list[str]:
    """In words, what is not as it was when the backup was made; empty when all is equal."""
    said = []
    for table in sorted(expected.rows.keys() | found.rows.keys()):
        then, now = expected.rows.get(table), found.rows.get(table)
        if then != now:
            said.append(f"{table}: {_rows(now)} here, {_rows(then)} in the backup")
    if expected.migrations != found.migrations:
        said.append("the migrations are not those of the backup")
    if expected.head != found.head:
        said.append(f"the newest change is {found.head}, in the backup {expected.head}")
    return said


def _rows(count: int | None) -> str:
    return "no such table" if count is None else f"{count} rows"
