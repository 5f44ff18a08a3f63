"""The embedded server: its databases, and a start for a command that is given while the product is stopped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from psycopg import sql

from trial.backups import places
from trial.backups.places import Place
from trial.runtime import addresses
from trial.runtime.postgres import living_server
from trial.runtime.supervisor import Supervisor


@contextmanager
def running() -> Iterator[None]:
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
    with places.of_the_superuser().connect() as connection:
        connection.execute(words.format(sql.Identifier(place.name), sql.Identifier(place.user)))


def exists(place: Place) -> bool:
    """Whether the embedded server has that database."""
    with places.of_the_superuser().connect() as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [place.name]).fetchone() is not None


def drop(place: Place) -> None:
    """Drops it if it is there, whoever is connected. Raises psycopg.Error."""
    with places.of_the_superuser().connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(place.name)))
