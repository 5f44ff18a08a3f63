"""Databases for the tests of the installer and of upgrades."""

import uuid
from collections.abc import Iterator

import pytest
from django.db import connections
from psycopg import sql

from tests.plugin_postgres import _point_django_at, _superuser
from tests.trial.audit.database import BASELINE, restore, upgrade
from trial.runtime import addresses


@pytest.fixture
def empty(template_database: str) -> Iterator[str]:
    """A database with nothing in it, of the owner; Django is connected to it afterwards as the application."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    words = sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {}")
    with _superuser() as server:
        server.execute(words.format(sql.Identifier(name), sql.Identifier(addresses.OWNER)))
    _point_django_at(name)
    yield name
    connections.close_all()
    _point_django_at(template_database)
    with _superuser() as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def upgraded(empty: str) -> str:
    """The filled baseline, as it is after `migrate`."""
    restore(empty, BASELINE)
    upgrade(empty)
    return empty
