"""A record worth keeping, and a folder to keep it in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.cast import Cast, cast_of, register
from trial.models import Role
from trial.operations.backups import places
from trial.operations.backups.places import Place
from trial.record import changes
from trial.record.save import Save


@pytest.fixture
def cast(database: str) -> Cast:
    """Two sites, people of every role, two participants and a correction, all of it sealed."""
    found = cast_of()
    participant = register(found.people[Role.COORDINATOR], found.north)
    with changes.record(Save(found.people[Role.COORDINATOR]), "correct", "read again", participant=participant):
        participant.ecog = 2
        participant.save()
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's folder for backups."""
    made = tmp_path / "kept"
    made.mkdir()
    monkeypatch.setattr(settings, "BACKUPS", made)
    return made


@pytest.fixture
def elsewhere(database: str) -> Iterator[Place]:
    """The name of a database beside the live one that is not made yet; dropped afterwards."""
    place = places.of_the_owner().named(f"{database}_back")
    yield place
    places.drop(place)
