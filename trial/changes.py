"""The one way to write to the record: `with changes.record(person, act, reason, ...) as change:`.

Validate first and enter the block last: it holds the one write lock until it commits. The database numbers, times,
versions and seals the Change (see `trial.spine`); the groups it touched are woken for recompute after commit.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, transaction

from trial.models import Participant, Person, Site

ACTS = ("register", "enter", "correct", "strike_out", "query", "sign", "freeze", "import", "settings", "system")
ACTS_WITH_REASON = ("correct", "strike_out")
LOCK_TIMEOUT = "5s"
_LOCK_NOT_AVAILABLE = "55P03"


class RecordBusy(Exception):
    """Others were writing for longer than the lock timeout; nothing was saved, trying again is safe."""


class ReasonMissing(ValueError):
    """A correction or a striking out needs a reason."""


class ChangeInsideTransaction(RuntimeError):
    """A Change is a transaction of its own: it must be neither nested in another Change nor in `atomic`."""


@dataclass
class OpenChange:
    """The Change being written: its number `id`, and the groups it touches so far."""

    id: int
    groups: tuple[str, ...]

    def add_groups(self, *groups: str) -> None:
        """Names further groups this Change touches, such as the one a participant moves to."""
        self._add([str(group) for group in groups], None)

    def concern(self, participant: Participant) -> None:
        """Names the participant a Change is about when the row was created inside it."""
        self._add([], participant.pk)

    def _add(self, groups: list[str], participant_id: int | None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT endpoint_add_to_change(%s::text[], %s)", [groups, participant_id])
        self.groups = tuple(sorted({*self.groups, *groups}))


@contextmanager
def record(
    person: Person | None,
    act: str,
    reason: str = "",
    participant: Participant | None = None,
    site: Site | None = None,
    groups: Iterable[str] = (),
) -> Iterator[OpenChange]:
    """Opens one Change around the block and commits it; `person` None is a process of the system.

    Raises ReasonMissing, ChangeInsideTransaction, RecordBusy; an error inside the block keeps nothing.
    """
    _check(act, reason)
    keys = [getattr(row, "pk", None) for row in (person, participant, site)]
    touched = sorted({str(group) for group in groups if group})
    try:
        with transaction.atomic(durable=True):
            change = _open(act, reason.strip(), *keys, touched)
            yield change
            for group in change.groups:
                # robust: a broker that is down must neither undo nor fail a save; the sweep catches up.
                transaction.on_commit(partial(_wake, group), robust=True)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise RecordBusy("Others are saving at this moment. Nothing was saved; please try again.") from error
        raise


def _check(act: str, reason: str) -> None:
    if act not in ACTS:
        raise ValueError(f"{act!r} is no act of a Change; the acts are {', '.join(ACTS)}")
    if act in ACTS_WITH_REASON and not reason.strip():
        raise ReasonMissing("Say why the record is changed.")
    if connection.in_atomic_block:
        raise ChangeInsideTransaction("a Change is a transaction of its own and cannot be opened inside another")


def _open(
    act: str, reason: str, person: int | None, participant: int | None, site: int | None, groups: list[str]
) -> OpenChange:
    program = getattr(settings, "PROGRAM_VERSION", "0.1.0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
        cursor.execute(
            "SELECT endpoint_open_change(%s, %s, %s, %s, %s, %s::text[], %s)",
            [person, act, reason, participant, site, groups, program],
        )
        return OpenChange(cursor.fetchone()[0], tuple(groups))


def _wake(group: str) -> None:
    # Imported here: the app object of this project, since Celery's current_app is another one in other threads.
    from trial.celery import celery_app

    celery_app.send_task("analysis.recompute", args=[group], retry=False)
