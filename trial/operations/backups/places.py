"""Databases by their address, the embedded server's own databases, and PostgreSQL's programs run against them."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from trial.refused import Refused
from trial.runtime import addresses
from trial.runtime.postgres import SUPERUSER, binaries, living_server
from trial.runtime.supervisor import Supervisor

_ALIAS = "beside_the_live_one"


@dataclass(frozen=True)
class Place:
    """Address of one database: name, role and server. The password is never printed."""

    name: str
    user: str
    host: str
    port: str = ""
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.name} on {self.host}"

    @property
    def environment(self) -> dict[str, str]:
        """Returns the variables for PostgreSQL's programs; on the command line every user could read a password."""
        words = {"PGDATABASE": self.name, "PGUSER": self.user, "PGHOST": self.host, "PGPORT": self.port,
                 "PGPASSWORD": self.password}  # fmt: skip
        words |= {f"PG{name.upper().replace('_', '')}": value for name, value in self.options}
        return {name: word for name, word in words.items() if word}

    def connect(self, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """Opens a connection of its own, beside Django's. Raises psycopg.OperationalError."""
        words: dict[str, Any] = {"connect_timeout": 10} | dict(self.options)
        return psycopg.connect(
            dbname=self.name, user=self.user, host=self.host, port=self.port or None, password=self.password or None,
            autocommit=autocommit, **words,
        )  # fmt: skip

    def named(self, name: str) -> "Place":
        """Returns another database of the same server and role."""
        return replace(self, name=name)

    def is_same(self, other: "Place") -> bool:
        """Returns whether both are one database, whatever the role."""
        return (self.name, self.host, self.port or "5432") == (other.name, other.host, other.port or "5432")


def _of(row: dict[str, Any]) -> Place:
    """Reads one entry of DATABASES."""
    options = {name: str(value) for name, value in row.get("OPTIONS", {}).items() if name in addresses.DRIVER_OPTIONS}
    port, password = str(row.get("PORT") or ""), row.get("PASSWORD") or ""
    return Place(row["NAME"], row["USER"], row["HOST"], port, password, tuple(sorted(options.items())))


def live() -> Place:
    """Returns the live database, as the role of this process."""
    return _of(connections["default"].settings_dict)


def of_the_owner() -> Place:
    """Returns the live database as the owner of its tables; as the role of this process where no owner is named."""
    if settings.EMBEDDED:
        return replace(live(), user=addresses.OWNER)
    return _of(addresses.owner()).named(live().name)


def of_the_superuser() -> Place:
    """Returns the embedded server's maintenance database, which creates and drops scratch databases."""
    return replace(live(), name="postgres", user=SUPERUSER)


def at(words: str) -> Place:
    """Returns a database by address, or by its name on the live server. Raises ValueError for an invalid address."""
    return _of(addresses.from_url(words)) if "://" in words else of_the_owner().named(words)


@contextmanager
def django_connection(place: Place) -> Iterator[BaseDatabaseWrapper]:
    """Yields a connection of Django to that database, under an alias that is removed afterwards."""
    more = {"NAME": place.name, "USER": place.user, "HOST": place.host, "PORT": place.port, "PASSWORD": place.password}
    connections.settings[_ALIAS] = {**connections["default"].settings_dict, **more, "OPTIONS": dict(place.options)}
    try:
        yield connections[_ALIAS]
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS]
        del connections.settings[_ALIAS]


@contextmanager
def embedded_server() -> Iterator[None]:
    """Runs the embedded server during the block, and keeps the product from starting meanwhile.

    Does nothing with a real server, or when the embedded one is already running. Raises Refused.
    """
    is_up = "ENDPOINT_SOCKET_DIRECTORY" in os.environ or living_server(addresses.DATA / "postgres")
    if is_up or not settings.EMBEDDED:
        yield
        return
    supervisor = Supervisor()
    try:
        supervisor.start_database()
        yield
    finally:
        supervisor.stop()


def create(place: Place) -> None:
    """Creates an empty database of the embedded server, owned by the place's role. Raises psycopg.Error."""
    words = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
    with of_the_superuser().connect() as connection:
        connection.execute(words.format(sql.Identifier(place.name), sql.Identifier(place.user)))


def exists(place: Place) -> bool:
    """Returns whether the embedded server has that database."""
    with of_the_superuser().connect() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [place.name]).fetchone() is not None


def drop(place: Place) -> None:
    """Drops a database of the embedded server if it exists, whoever is connected. Raises psycopg.Error."""
    with of_the_superuser().connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(place.name)))


class ProgramFailed(Exception):
    """pg_dump or pg_restore ended badly; the message is safe to show and to log."""


def run_program(program: str, words: list[str], place: Place, output: IO[bytes] | None = None) -> None:
    """Runs one of PostgreSQL's programs against the place. Raises ProgramFailed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = plain | place.environment | {"LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    try:
        done = subprocess.run(
            [str(binaries() / program), "--no-password", *words], env=environment, check=False,
            stdin=subprocess.DEVNULL, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    except (OSError, Refused) as error:
        raise ProgramFailed(f"{program} cannot be run: {error}") from error
    if done.returncode:
        raise ProgramFailed(safe_message(program, done.returncode, done.stderr.decode(errors="replace")))


def safe_message(program: str, code: int, said: str) -> str:
    """Returns the first error in one line, without study data.

    PostgreSQL quotes rows that did not load after `ERROR:` of a COPY and in the lines DETAIL and CONTEXT.
    """
    error = re.search(rf"^{program}: error: (.*)$", said, re.MULTILINE)
    words = error.group(1) if error else f"it ended with {code}"
    words = re.sub(r"(COPY failed for table \S+?):? ERROR:.*", r"\1", words)
    words = re.sub(r"(: (?:ERROR|FATAL):  )invalid input.*", r"\1a value is not of its type", words)
    return f"{program}: {words}"[:300]
