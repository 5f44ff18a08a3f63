"""The one way to write the record: `with changes.record(person, "enter", participant=participant) as change:`."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, connection, transaction

from trial.models import Participant, Person, Site

PROGRAM = "endpoint 1"
ACTS = frozenset(
    {"register", "enter", "correct", "strike_out", "query", "sign", "freeze", "import", "settings", "system"}
)
NEEDS_REASON = frozenset({"correct", "strike_out"})
LOCK_TIMEOUT_SECONDS = 5
LOCK_NOT_AVAILABLE = "55P03"
log = logging.getLogger(__name__)


class ReasonMissing(ValueError):
    """A correction or strike-out without a reason."""


class RecordBusy(RuntimeError):
    """Other writers held the record for too long; nothing was saved and the save can be tried again."""


@dataclass
class OpenChange:
    """The Change being written: its number, its server time, and the groups it touches."""

    number: int
    at: datetime
    groups: set[str] = field(default_factory=set)

    def concerns(self, participant: Participant, *groups: str) -> None:
        """Names the participant (once it has a row) and further groups, old and new."""
        self.groups |= {str(group) for group in groups if group}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT endpoint_change_concerns(%s, %s, %s::text[])",
                [participant.pk, participant.site_id, sorted(self.groups)],
            )


@contextmanager
def record(
    person: Person | None,
    act: str,
    reason: str = "",
    *,
    participant: Participant | None = None,
    site: Site | None = None,
    groups: Iterable[str] = (),
) -> Iterator[OpenChange]:
    """Opens a Change under the writers' lock, and commits rows, versions and seal together.

    person None is the system itself. Raises ReasonMissing, RecordBusy (nothing saved), ValueError for an unknown
    act, RuntimeError inside another transaction.
    """
    if act not in ACTS:
        raise ValueError(f"unknown act {act!r}")
    if act in NEEDS_REASON and not reason.strip():
        raise ReasonMissing("Say why the record is changed.")
    if connection.in_atomic_block:
        raise RuntimeError("A Change is a transaction of its own and is not opened inside another.")
    try:
        with transaction.atomic():
            change = _open(person, act, reason, participant, site, {str(group) for group in groups if group})
            transaction.on_commit(lambda: _wake(change.groups), robust=True)
            yield change
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise RecordBusy("The record is busy. Nothing was saved; please save again.") from error
        raise


def _open(
    person: Person | None, act: str, reason: str, participant: Participant | None, site: Site | None, groups: set[str]
) -> OpenChange:
    if site is None and participant is not None:
        site = participant.site
    parameters = [
        person.pk if person else None, act, reason.strip(),
        participant.pk if participant else None, site.pk if site else None, sorted(groups), PROGRAM,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
        cursor.execute("SELECT * FROM endpoint_open_change(%s, %s, %s, %s, %s, %s::text[], %s)", parameters)
        number, at = cursor.fetchone()
    return OpenChange(number, at, set(groups))


def _wake(groups: set[str]) -> None:
    """Tells the worker; a broker that is down costs at most the minute until the sweep, never the save."""
    # Not Celery's current_app: in the web's other threads that can be an app of its own, without our broker.
    from trial.celery import celery_app

    for group in sorted(groups):
        try:
            celery_app.send_task("analysis.recompute", args=[group], retry=False)
        except Exception:
            log.exception("the wake-up for group %s was not sent; the sweep will find it", group)
