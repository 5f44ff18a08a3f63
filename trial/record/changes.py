"""The one way to write the record: `with changes.record(save, "enter", participant=participant) as change:`.

An import writes many Changes, all of them or none: `with changes.importing(save) as run:` is one transaction,
`with run.change(participant):` one Change in it, and what the services record with `run.save()` joins that Change.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import DatabaseError, OperationalError, connection, transaction

from trial.audit.holds import HELD
from trial.audit.install import WRITERS_LOCK
from trial.models import Change, Participant, Person, Site
from trial.models.audit import ACTS
from trial.record import access, rows, save_once
from trial.record.save import Save
from trial.refused import Refused, one_of
from trial.rules.typed_text import unseen
from trial.runtime.database.at_once import Asked, at_once
from trial.runtime.program import PROGRAM
from trial.runtime.worker import messages


def wake(groups: set[str]) -> None:
    """Tells the worker; a broker that is down costs at most the time until the sweep, never the save."""
    for group in sorted(groups):
        messages.send("analysis.recompute", group)


NEEDS_REASON = frozenset({"correct", "strike_out", "account", "approve", "reopen", "black_out", "transfer"})
LOCK_TIMEOUT_SECONDS = 5
# Whoever holds the writers' lock and stops in the middle is ended by the database after this.
IDLE_SECONDS = 60
# So many of a process write or wait for the writers' lock: half of the web's threads, the others are for readers.
_TURNS = threading.BoundedSemaphore(4)
TURN_TIMEOUT_SECONDS = 1.5
CLOCKS_APART_SECONDS = 60.0
BUSY = "Nothing was saved because another user was saving. Save again."
LOCK_NOT_AVAILABLE = "55P03"


def stop_unprintable(*texts: str) -> None:
    """Raises Refused for words, to be kept, that hold a character nobody can see."""
    for text in texts:
        if refused := unseen(text):
            raise Refused(refused)


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


SYSTEM = Save()
# Called with the numbers of Changes at their end, still in their transaction: what is derived of them and stored.
# With the participant whom a Change names.
AT_THE_END: list[Callable[[Sequence[int], Participant | None], None]] = []


def _finish(numbers: Sequence[int], participant: Participant | None = None) -> None:
    for each in AT_THE_END:
        each(numbers, participant)


@contextmanager
def record(
    save: Save | None,
    act: str,
    reason: str = "",
    *,
    participant: Participant | None = None,
    site: Site | None = None,
    groups: Iterable[str] = (),
    asked: Sequence[Asked] = (),
) -> Iterator[OpenChange]:
    """Opens a Change under the writers' lock, and commits rows, versions and seal together.

    save: None is the system itself. reason: instead of the one that the save brings. asked: what is to be known under
    the lock, read in the message that opens the Change. Raises Refused (no reason, busy, frozen, not trained),
    SavedAlready, ValueError for an unknown act, RuntimeError inside another transaction.
    """
    save = save or SYSTEM
    reason = reason or save.reason
    if act not in ACTS:
        raise ValueError(f"unknown act {act!r}")
    if act in NEEDS_REASON and not reason.strip():
        raise Refused("Enter a reason for the change.")
    stop_unprintable(reason)
    save.stop_if_returned()
    if untrained := access.in_the_way(save.person, act):
        raise Refused(untrained)
    if save.run is not None:
        with save.run.joined(save.person, participant, groups) as change:
            yield change
        return
    if connection.in_atomic_block:
        raise RuntimeError("A Change is a transaction of its own and is not opened inside another.")
    with one_of(_TURNS, Refused(BUSY), TURN_TIMEOUT_SECONDS), _busy_in_words(), rows.held(), transaction.atomic():
        change = _open(save, act, reason, participant, site, {str(group) for group in groups if group}, asked)
        if save.wakes:
            transaction.on_commit(lambda: wake(change.groups), robust=True)
        yield change
        if save.also is not None:
            save.also(change.at)
        _finish([change.number], participant)


@dataclass
class Import:
    """A running import: who brings it and why, its open Change, the groups touched, the Changes it has sealed."""

    by: Save
    now: OpenChange | None = None
    groups: set[str] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)

    @contextmanager
    def change(self, participant: Participant | None = None, site: Site | None = None) -> Iterator[OpenChange]:
        """One Change (act import), sealed at the end of the block; an exception undoes it and goes on to the caller."""
        if self.now is not None:
            raise RuntimeError("A Change of this import is open already.")
        groups = {participant.group} if participant else set()
        with transaction.atomic():
            self.now = change = _open(self.by, "import", self.by.reason, participant, site, groups)
            try:
                yield change
            finally:
                self.now = None
            with connection.cursor() as cursor:
                # Sealed here and not at commit, since the next Change chains to this one.
                cursor.execute("SET CONSTRAINTS endpoint_seal IMMEDIATE; SET CONSTRAINTS endpoint_seal DEFERRED")
        self.groups |= change.groups
        self.numbers.append(change.number)

    def save(self, edition: int | None = None) -> Save:
        """What a service is handed that writes into the open Change."""
        return Save(edition=edition, run=self)

    @contextmanager
    def joined(
        self, person: Person | None, participant: Participant | None, groups: Iterable[str]
    ) -> Iterator[OpenChange]:
        """The open Change, for a service that records; what the service wrote is undone when it fails.

        The service speaks for the importer or for nobody: the Change names one person.
        """
        if person is not None and (self.by.person is None or person.pk != self.by.person.pk):
            raise RuntimeError("An import writes in the name of the person who imports.")
        if self.now is None:
            raise RuntimeError("An import writes inside one of its Changes.")
        with _busy_in_words(), transaction.atomic():
            more = {str(group) for group in groups if group} - self.now.groups
            self.now.groups |= more
            if participant is not None and more:
                self.now.concerns(participant)
            yield self.now

    def undo(self) -> None:
        """Lets nothing of the import stay: for a rehearsal, and when something was refused."""
        transaction.set_rollback(True)


@contextmanager
def importing(save: Save) -> Iterator[Import]:
    """One transaction of many Changes under the writers' lock from the beginning to the end: a stated maintenance
    window, in which other saves are answered "busy, nothing was saved", so that what was checked is what is written.

    Raises Refused, RuntimeError inside another transaction.
    """
    if not save.reason.strip():
        raise Refused("Enter the source of the import.")
    save.stop_if_returned()
    if connection.in_atomic_block:
        raise RuntimeError("An import is a transaction of its own and is not opened inside another.")
    run = Import(save)
    with one_of(_TURNS, Refused(BUSY), TURN_TIMEOUT_SECONDS), _busy_in_words(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_limits())
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
        transaction.on_commit(lambda: wake(run.groups), robust=True)
        yield run
        if not transaction.get_rollback():
            _finish(run.numbers)


def _limits() -> str:
    """SQL: how long this transaction waits for the writers' lock, and how long it may then stop in the middle."""
    return (f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'; "
            f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")  # fmt: skip


@contextmanager
def _busy_in_words() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise Refused(BUSY) from error
        raise
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == HELD:
            raise Refused(error.__cause__.diag.message_primary) from error  # type: ignore[union-attr]
        raise


def _stop_if_clocks_differ(database: datetime) -> None:
    """A clock that ran ahead would stand in the record for ever: two machines that disagree write nothing."""
    apart = abs((datetime.now(UTC) - database).total_seconds())
    if apart > CLOCKS_APART_SECONDS:
        raise Refused(
            f"Nothing was saved: the clocks of the database server and of the web server are {apart:.0f} seconds "
            "apart. Ask the administrator to correct them, then save again."
        )


def current() -> Change:
    """The Change that is open in this transaction: for code that is called inside one and needs who and when."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint_current_change()")
        return Change.objects.select_related("person").get(pk=cursor.fetchone()[0])


def _open(
    save: Save, act: str, reason: str, participant: Participant | None, site: Site | None, groups: set[str],
    asked: Sequence[Asked] = (),
) -> OpenChange:  # fmt: skip
    if site is None and participant is not None:
        site = participant.site
    parameters = [
        save.person.pk if save.person else None, act, reason.strip(),
        participant.pk if participant else None, site.pk if site else None, sorted(groups),
        f"{PROGRAM}, {save.program}" if save.program else PROGRAM,
    ]  # fmt: skip
    rows.read_anew()
    words = "SELECT *, clock_timestamp() FROM endpoint_open_change(%s, %s, %s, %s, %s, %s::text[], %s)"
    keeping, of_the_form = save_once.keeping(save.sending)
    message = "; ".join(filter(None, (_limits(), words, keeping)))
    answers = at_once(*asked, first=(message, [*parameters, *of_the_form]))
    number, at, clock = answers[0][0]
    _stop_if_clocks_differ(clock)
    save_once.kept(save.sending, answers[1] if keeping else None)
    return OpenChange(number, at, set(groups))
