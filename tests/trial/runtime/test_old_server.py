"""A server that is too old is refused in words before the first migration, and by the check of the database."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import NotSupportedError, connection
from django.db.backends.base import base

from trial.runtime.database.base import Features


@pytest.fixture
def too_old(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server is older than what the product asks for, and this process has not connected yet."""
    monkeypatch.setattr(base, "RAN_DB_VERSION_CHECK", set())
    monkeypatch.setattr(Features, "minimum_database_version", (99,))
    connection.close()
    connection.close_pool()


@pytest.mark.requirement("R67")
def test_nothing_is_migrated(too_old: None) -> None:
    with pytest.raises(NotSupportedError, match="PostgreSQL 99 or later is required"):
        call_command("migrate", "trial", verbosity=0, skip_checks=True)


def test_the_check_of_the_database_names_the_version(too_old: None) -> None:
    with pytest.raises(SystemCheckError, match="PostgreSQL 99 or later is required"):
        call_command("check", databases=["default"])
