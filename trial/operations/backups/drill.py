"""Restore drill: loads the newest backup into a scratch database, counts every row and verifies the audit chain."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings

from trial.operations.backups import dump, manifest, places, restore
from trial.operations.backups.manifest import Manifest
from trial.operations.backups.places import Place
from trial.refused import Refused
from trial.runtime import addresses

ENDING = "_drill"


class NowhereToDrill(Refused):
    """No scratch database is named."""


@dataclass(frozen=True)
class Drill:
    """Result of a drill that proved the backup."""

    backup: Manifest
    proof: restore.Proof
    seconds: float


def drill(folder: Path) -> Drill:
    """Restores the folder's newest backup and proves it. Raises Refused (folder, under way)."""
    began = time.monotonic()
    with dump.only_one(folder), _database_in_words(), scratch() as place:
        newest = manifest.newest(folder)
        backup = manifest.checked(newest)
        if backup.contents.migrations != restore.migrations_of_program():
            raise Refused(f"{newest.name} is of another version of the program; make a backup first.")
        restore.load(newest, place, with_rights=place.user == addresses.OWNER)
        proof = restore.prove(place, backup)
    return Drill(backup, proof, time.monotonic() - began)


@contextmanager
def scratch() -> Iterator[Place]:
    """Yields an empty database, dropped or emptied afterwards; clears first what a killed drill left behind."""
    if settings.DRILL_DATABASE_URL:
        yield from _named()
        return
    if not settings.EMBEDDED:
        raise NowhereToDrill("No database to drill into is named (ENDPOINT_DRILL_DATABASE_URL).")
    place = places.of_the_owner().named(places.live().name + ENDING)
    places.drop(place)
    places.create(place)
    try:
        yield place
    finally:
        places.drop(place)


def _named() -> Iterator[Place]:
    try:
        place = places.at(settings.DRILL_DATABASE_URL)
    except ValueError as error:
        raise NowhereToDrill(f"ENDPOINT_DRILL_DATABASE_URL: {error}") from error
    if not place.name.endswith(ENDING) or place.is_same(places.live()):
        raise NowhereToDrill(f"The drill's database is emptied each time, so its name must end in {ENDING}.")
    restore.make_room(place, replacing=True)
    try:
        yield place
    finally:
        restore.make_room(place, replacing=True)


@contextmanager
def _database_in_words() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Refused(f"The scratch database refused or does not answer ({type(error).__name__}).") from error
