"""Nightly backup and drill; their results are kept for the Status page and logged, without any study data.

Only backups of the product's own folder count there: one made elsewhere by hand must not hide that the nightly fails.
"""

import logging
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from trial.models import operations
from trial.operations.backups import drill, dump, manifest
from trial.operations.backups.drill import Drill, NowhereToDrill
from trial.operations.backups.dump import UnderWay
from trial.operations.backups.manifest import Manifest
from trial.refused import Refused
from trial.rules.dates import site_time
from trial.runtime import addresses

log = logging.getLogger(__name__)


def folder() -> Path:
    """Returns the folder of backups; the embedded default is created, one that was named must exist already.

    Raises Refused when none is named.
    """
    if settings.BACKUPS is None:
        raise Refused("No folder for backups is named (ENDPOINT_BACKUPS).")
    if addresses.DATA.absolute() / "backups" == settings.BACKUPS and settings.BACKUPS.parent.is_dir():
        settings.BACKUPS.mkdir(mode=0o700, exist_ok=True)
    return settings.BACKUPS


def back_up() -> Manifest:
    """Makes a backup in the product's folder and notes how it went. Raises Refused."""
    try:
        made = dump.back_up(folder(), settings.BACKUPS_KEPT_DAYS)
    except UnderWay:
        raise
    except Refused as error:
        log.error("no backup was made: %s", error)
        _note("backup", False, f"failed: {error} {_newest_good()}")
        raise
    _note("backup", True, words(made))
    log.info("backup made: %s", words(made))
    return made


def _note(name: str, is_good: bool, said: str) -> None:
    """Notes a result; a database that does not answer keeps none, and the page then calls the last one overdue."""
    try:
        operations.note(name, is_good, said)
    except DatabaseError:
        log.error("the Status page could not be told")


def words(made: Manifest) -> str:
    """Describes a finished backup in one line."""
    held = made.contents
    up_to = f"up to change {held.head.number}" if held.head else "no change yet"
    return f"{held.all_rows:,} rows in {len(held.rows)} tables, {up_to}; {made.bytes / 1e6:.1f} MB, {made.file}"


def _newest_good() -> str:
    try:
        last = manifest.read(manifest.beside(manifest.newest(folder())))
    except Refused:
        return "There is no earlier backup."
    return f"The last backup is of {site_time.in_utc(last.made_at)}."


def restore_drill() -> Drill:
    """Drills with the newest backup of the product's folder, notes how it went. Raises Refused."""
    try:
        done = drill.drill(folder())
    except UnderWay:
        raise
    except Refused as error:
        log.error("the restore drill failed: %s", error)
        if not (isinstance(error, NowhereToDrill) and _drilled_by_hand()):
            _note("drill", False, f"failed: {error}")
        raise
    _note("drill", True, words_of_drill(done))
    log.info("restore drill: %s", words_of_drill(done))
    return done


def _drilled_by_hand() -> bool:
    """Returns whether the last drill was good: by hand, in a database named for it. The page judges its age."""
    try:
        said = operations.notes().get("drill")
    except DatabaseError:
        return False
    return said is not None and said.is_good


def words_of_drill(done: Drill) -> str:
    """Describes a good drill in one line."""
    proof = done.proof
    changes = proof.chain.changes if proof.chain else 0
    return (f"{proof.rows:,} rows in {proof.tables} tables came back equal, the chain of {changes} changes is sound; "
            f"{done.seconds:.1f} s, {done.backup.file}")  # fmt: skip


def back_up_and_drill() -> bool:
    """Makes a backup and drills with it; returns whether both succeeded. Failures are noted and logged, not raised."""
    try:
        back_up()
        restore_drill()
    except Refused:
        return False
    return True
