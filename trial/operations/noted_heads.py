"""Seals noted outside the database: in the manifests of backups, and in a file beside them by each verification.

A cut-off tail of the record leaves a sound chain; only what was noted elsewhere shows that there was more. A restore
from a backup begins anew from its newest Change: what was noted after it, before the restore, is of a line given up.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trial.audit import verify
from trial.audit.verify import AuditReport, Head
from trial.models import Change
from trial.operations import sent_seals
from trial.operations.backups import manifest, nightly
from trial.operations.backups.restore import RESTORED
from trial.refused import Refused

log = logging.getLogger(__name__)
FILE = "noted_heads.txt"


@dataclass(frozen=True)
class Noted:
    """One seal noted at a moment; of: `changes` or `access` (the access log)."""

    at: datetime
    of: str
    head: Head


def check(more: tuple[Head, ...] = ()) -> AuditReport:
    """Verifies the record against everything noted, notes the result for System status, and notes the new heads.

    more: further heads of the audit chain, kept elsewhere.
    """
    noted = list(_in_force())
    report = verify.check((*more, *(one.head for one in noted if one.of == "changes")),
                          [one.head for one in noted if one.of == "access"])  # fmt: skip
    if report.first_break is None:
        _note(report)
    return report


def _in_force() -> Iterator[Noted]:
    """What was noted and still has to be there."""
    restores = [(change.at, int(change.reason.rsplit(" ", 1)[1]))
                for change in Change.objects.filter(act="system", reason__startswith=RESTORED)]  # fmt: skip
    for one in _noted():
        later = [(at, kept) for at, kept in restores if at > one.at]
        if not later or (one.of == "changes" and all(one.head.number <= kept for _, kept in later)):
            yield one


def _noted() -> Iterator[Noted]:
    try:
        folder = nightly.folder()
    except Refused:
        return
    for place in sorted(folder.glob("endpoint-*.json")):
        try:
            made = manifest.read(place)
        except Refused:  # a damaged manifest is told of by the drill
            continue
        if made.contents.head is not None:
            yield Noted(made.made_at, "changes", made.contents.head)
    for place in (folder / FILE, *sorted(folder.glob(sent_seals.STAMPED))):
        yield from _of_own_file(place)


def _of_own_file(place: Path) -> Iterator[Noted]:
    """Lines `time of number:seal`; one that is none is logged."""
    if not place.exists():
        return
    for line in place.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            at, of, head = line.split()
            yield Noted(datetime.fromisoformat(at), of, verify.head_from(head))
        except ValueError:
            log.error("a line of %s cannot be read: %r", place.name, line[:100])


def _note(report: AuditReport) -> None:
    """Adds the newest heads; without a folder of backups nothing is noted outside the database."""
    try:
        with (nightly.folder() / FILE).open("a", encoding="ascii") as file:
            file.writelines(sent_seals.lines(report))
    except (Refused, OSError) as error:
        log.warning("the newest seal could not be noted outside the database: %s", type(error).__name__)
