"""Databases for the tests of the installer and of upgrades."""

from collections.abc import Iterator

import pytest

from tests.plugin_postgres import another_database, kept_database
from tests.trial.audit.database import BASELINE, WITH_THE_LATER_FORM, restore, upgrade


@pytest.fixture
def empty(template_database: str) -> Iterator[str]:
    """A database with nothing in it, of the owner; Django is connected to it afterwards as the application."""
    with another_database(template_database, "template0") as name:
        yield name


@pytest.fixture
def upgraded(template_database: str) -> Iterator[str]:
    """The filled baseline, as it is after `migrate`."""
    with another_database(template_database, _upgraded()) as name:
        yield name


@pytest.fixture
def with_the_later_form(template_database: str) -> Iterator[str]:
    """The same after one more `migrate`, of a program with a form that came later."""
    later = kept_database("with_the_later_form", lambda name: upgrade(name, WITH_THE_LATER_FORM), _upgraded())
    with another_database(template_database, later) as name:
        yield name


def _upgraded() -> str:
    def fill(name: str) -> None:
        restore(name, BASELINE)
        upgrade(name)

    return kept_database("upgraded", fill, "template0")
