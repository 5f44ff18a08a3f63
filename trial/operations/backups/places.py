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

from trial.runtime import addresses
from trial.runtime.postgres import SUPERUSER, CannotRun, binaries, living_server
from trial.runtime.supervisor import Supervisor

_ALIAS = "beside_the_live_one"


@dataclass(frozen=True)
class Place:
    """One database: its name, and who reaches it where. The password is never part of its words."""

    name: str
    user: str
    host: str
    port: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.name} on {self.host}"

    @property
    def environment(self) -> dict[str, str]:
        """For PostgreSQL's programs; no password stands in a command line, where everybody on the machine reads it."""
        words = {"PGDATABASE": self.name, "PGUSER": self.user, "PGHOST": self.host, "PGPORT": self.port,
                 "PGPASSWORD": self.password}  # fmt: skip
        return {name: word for name, word in words.items() if word}

    def connect(self, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of its own, beside Django's. Raises psycopg.OperationalError."""
        return psycopg.connect(
            dbname=self.name, user=self.user, host=self.host, port=self.port or None, password=self.password or None,
            connect_timeout=10, autocommit=autocommit,
        )  # fmt: skip

    def named(self, name: str) -> "Place":
        """Another database of the same server and role."""
        return replace(self, name=name)

    def is_same(self, other: "Place") -> bool:
        """Whether both are one database, whoever asks."""
        return (self.name, self.host, self.port or "5432") == (other.name, other.host, other.port or "5432")


def _of(found: dict[str, Any]) -> Place:
    return Place(found["NAME"], found["USER"], found["HOST"], str(found.get("PORT") or ""), found.get("PASSWORD") or "")


def live() -> Place:
    """The record that the product works on, as the role that this process is."""
    return _of(connections["default"].settings_dict)


def of_the_owner() -> Place:
    """The live database as the role that owns the tables; a server without one named is asked as the role we are."""
    if settings.EMBEDDED:
        return replace(live(), user=addresses.OWNER)
    return _of(addresses.owner()).named(live().name)


def of_the_superuser() -> Place:
    """The embedded server's own maintenance database: for making and dropping a scratch database."""
    return replace(live(), name="postgres", user=SUPERUSER)


def at(words: str) -> Place:
    """A database by address, or by its name on the live server. Raises ValueError for an address that is none."""
    return _of(addresses.from_url(words)) if "://" in words else of_the_owner().named(words)


@contextmanager
def django_connection(place: Place) -> Iterator[BaseDatabaseWrapper]:
    """A connection of Django to that database, under a name of its own and gone afterwards."""
    more = {"NAME": place.name, "USER": place.user, "HOST": place.host, "PORT": place.port, "PASSWORD": place.password}
    connections.settings[_ALIAS] = {**connections["default"].settings_dict, **more, "OPTIONS": {}}
    try:
        yield connections[_ALIAS]
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS]
        del connections.settings[_ALIAS]


@contextmanager
def embedded_server() -> Iterator[None]:
    """Starts it for the block and stops it after, and keeps the product from starting meanwhile.

    Does nothing with a real server, or when the embedded one runs already. Raises CannotRun.
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
    """A new empty database of the embedded server for the place's role. Raises psycopg.Error."""
    words = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
    with of_the_superuser().connect() as connection:
        connection.execute(words.format(sql.Identifier(place.name), sql.Identifier(place.user)))


def exists(place: Place) -> bool:
    """Whether the embedded server has that database."""
    with of_the_superuser().connect() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [place.name]).fetchone() is not None


def drop(place: Place) -> None:
    """Drops it if it is there, whoever is connected. Raises psycopg.Error."""
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
    except (OSError, CannotRun) as error:
        raise ProgramFailed(f"{program} cannot be run: {error}") from error
    if done.returncode:
        raise ProgramFailed(safe_message(program, done.returncode, done.stderr.decode(errors="replace")))


def safe_message(program: str, code: int, said: str) -> str:
    """The first error in one line. Rows that did not load are quoted by PostgreSQL after `ERROR:` of a COPY, and in
    the lines DETAIL and CONTEXT; none of that is kept."""
    found = re.search(rf"^{program}: error: (.*)$", said, re.MULTILINE)
    words = found.group(1) if found else f"it ended with {code}"
    words = re.sub(r"(COPY failed for table \S+?):? ERROR:.*", r"\1", words)
    words = re.sub(r"(: (?:ERROR|FATAL):  )invalid input.*", r"\1a value is not of its type", words)
    return f"{program}: {words}"[:300]
