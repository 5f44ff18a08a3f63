"""Databases by their address: the live one, the same server as the owner, and any other named by a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from trial.runtime import addresses
from trial.runtime.postgres import SUPERUSER

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
