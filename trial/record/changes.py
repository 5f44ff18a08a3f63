"""The one way to write the record: `with changes.record(person, "enter", participant=participant) as change:`.

An import writes many Changes, all of them or none: `with changes.importing(person, reason) as run:` is one transaction,
`with run.change(participant):` one Change in it, and what the services record meanwhile joins that Change.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, OperationalError, connection, transaction

from trial.audit.holds import HELD
from trial.audit.install import WRITERS_LOCK
from trial.models import Change, Participant, Person, Site
from trial.models.audit import ACTS
from trial.record import access, save_once
from trial.rules.typed_text import unseen
from trial.runtime.program import PROGRAM

log = logging.getLogger(__name__)

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """No wake-ups: for thousands of Changes before a worker runs, which sweeps when it comes up."""
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)


def wake(groups: set[str]) -> None:
    """Tells the worker; a broker that is down costs at most the minute until the sweep, never the save."""
    if _QUIET.get():
        return
    # Not Celery's current_app: in the web's other threads that can be an app of its own, without our broker.
    from trial.celery import celery_app

    for group in sorted(groups):
        try:
            celery_app.send_task("analysis.recompute", args=[group], retry=False)
        except Exception:
            log.exception("the wake-up for group %s was not sent; the sweep will find it", group)


Also = Callable[[datetime], None]
_ALSO: ContextVar[Also | None] = ContextVar("also", default=None)


@contextmanager
def with_the_next_change(also: Also) -> Iterator[None]:
    """The next Change opened inside does this too at its end, with its server time; without one nothing is done."""
    before = _ALSO.set(also)
    try:
        yield
    finally:
        _ALSO.reset(before)


def do(at: datetime) -> None:
    """Called at the end of a Change, still inside it; each is done once."""
    also = _ALSO.get()
    if also is not None:
        _ALSO.set(None)
        also(at)


_PROGRAM: ContextVar[str] = ContextVar("program", default=PROGRAM)
NEEDS_REASON = frozenset({"correct", "strike_out", "account", "approve", "reopen", "black_out"})
LOCK_TIMEOUT_SECONDS = 5
LOCK_NOT_AVAILABLE = "55P03"


class ReasonMissing(ValueError):
    """A correction or strike-out without a reason."""


class RecordBusy(RuntimeError):
    """Other writers held the record for too long; nothing was saved and the save can be tried again."""


class ReasonNotPrintable(RecordBusy):
    """The reason holds a character that nobody can see; nothing was saved."""


class ReturnedForm(RecordBusy):
    """A form came back by itself after its session had ended, or again after it was saved: look it over first."""


class NotTrained(RecordBusy):
    """The person has no current training for the role on record; nothing was saved."""


class RecordHeld(RecordBusy):
    """This part of the record is frozen or locked; nothing was saved, and nothing will be until that is lifted."""


@contextmanager
def entered_through(name: str) -> Iterator[None]:
    """Changes opened inside name what entered them beside the version of the program, such as `demo A7`."""
    before = _PROGRAM.set(f"{PROGRAM}, {name}")
    try:
        yield
    finally:
        _PROGRAM.reset(before)


def stop_unprintable(*texts: str) -> None:
    """Raises ReasonNotPrintable for words, to be kept, that hold a character nobody can see."""
    for text in texts:
        if refused := unseen(text):
            raise ReasonNotPrintable(refused)


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

    person None is the system itself. Raises ReasonMissing, RecordBusy and RecordHeld (nothing saved), ValueError for an
    unknown act, RuntimeError inside another transaction.
    """
    if act not in ACTS:
        raise ValueError(f"unknown act {act!r}")
    if act in NEEDS_REASON and not reason.strip():
        raise ReasonMissing("Enter a reason for the change.")
    stop_unprintable(reason)
    stop_if_returned()
    if untrained := access.in_the_way(person, act):
        raise NotTrained(untrained)
    run = _RUNNING.get()
    if run is not None and run.now is not None:
        with run.joined(person, participant, groups) as change:
            yield change
        return
    if connection.in_atomic_block:
        raise RuntimeError("A Change is a transaction of its own and is not opened inside another.")
    with _busy_in_words(), transaction.atomic():
        change = _open(person, act, reason, participant, site, {str(group) for group in groups if group})
        transaction.on_commit(lambda: wake(change.groups), robust=True)
        yield change
        do(change.at)


@dataclass
class Import:
    """A running import: who brings it, why, its open Change, the groups touched, and how many Changes it has sealed."""

    person: Person
    reason: str
    now: OpenChange | None = None
    groups: set[str] = field(default_factory=set)
    sealed: int = 0

    @contextmanager
    def change(self, participant: Participant | None = None, site: Site | None = None) -> Iterator[OpenChange]:
        """One Change (act import), sealed at the end of the block; an exception undoes it and goes on to the caller."""
        if self.now is not None:
            raise RuntimeError("A Change of this import is open already.")
        groups = {participant.group} if participant else set()
        with transaction.atomic():
            self.now = change = _open(self.person, "import", self.reason, participant, site, groups)
            try:
                yield change
            finally:
                self.now = None
            with connection.cursor() as cursor:
                # Sealed here and not at commit, since the next Change chains to this one.
                cursor.execute("SET CONSTRAINTS endpoint_seal IMMEDIATE; SET CONSTRAINTS endpoint_seal DEFERRED")
        self.groups |= change.groups
        self.sealed += 1

    @contextmanager
    def joined(
        self, person: Person | None, participant: Participant | None, groups: Iterable[str]
    ) -> Iterator[OpenChange]:
        """The open Change, for a service that records; what the service wrote is undone when it fails.

        The service speaks for the importer or for nobody: the Change names one person.
        """
        if person is not None and person.pk != self.person.pk:
            raise RuntimeError("An import writes in the name of the person who imports.")
        assert self.now is not None
        with _busy_in_words(), transaction.atomic():
            more = {str(group) for group in groups if group} - self.now.groups
            self.now.groups |= more
            if participant is not None and more:
                self.now.concerns(participant)
            yield self.now

    def undo(self) -> None:
        """Lets nothing of the import stay: for a rehearsal, and when something was refused."""
        transaction.set_rollback(True)


_RUNNING: ContextVar[Import | None] = ContextVar("import", default=None)


@contextmanager
def importing(person: Person, reason: str) -> Iterator[Import]:
    """One transaction of many Changes under the writers' lock from the beginning to the end: a stated maintenance
    window, in which other saves are answered "busy, nothing was saved", so that what was checked is what is written.

    Raises ReasonMissing, RecordBusy, RuntimeError inside another transaction.
    """
    if not reason.strip():
        raise ReasonMissing("Enter the source of the import.")
    if connection.in_atomic_block:
        raise RuntimeError("An import is a transaction of its own and is not opened inside another.")
    run = Import(person, reason)
    with _busy_in_words(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
        transaction.on_commit(lambda: wake(run.groups), robust=True)
        token = _RUNNING.set(run)
        try:
            yield run
        finally:
            _RUNNING.reset(token)


@contextmanager
def _busy_in_words() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise RecordBusy("Nothing was saved because another user was saving. Save again.") from error
        raise
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == HELD:
            raise RecordHeld(error.__cause__.diag.message_primary) from error  # type: ignore[union-attr]
        raise


def current() -> Change:
    """The Change that is open in this transaction: for code that is called inside one and needs who and when."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT endpoint_current_change()")
        return Change.objects.select_related("person").get(pk=cursor.fetchone()[0])


def _open(
    person: Person | None, act: str, reason: str, participant: Participant | None, site: Site | None, groups: set[str]
) -> OpenChange:
    if site is None and participant is not None:
        site = participant.site
    parameters = [
        person.pk if person else None, act, reason.strip(),
        participant.pk if participant else None, site.pk if site else None, sorted(groups), _PROGRAM.get(),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
        cursor.execute("SELECT * FROM endpoint_open_change(%s, %s, %s, %s, %s, %s::text[], %s)", parameters)
        number, at = cursor.fetchone()
    save_once.keep(number)
    return OpenChange(number, at, set(groups))


AFTER_THE_SESSION = "Your session had ended. Nothing was saved. Check the form and save it."
_RETURNED: ContextVar[str] = ContextVar("returned", default="")


@contextmanager
def returned(because: str = AFTER_THE_SESSION) -> Iterator[None]:
    """While a form finds its way back to its page nothing is written: every page that saves says so in these words."""
    token = _RETURNED.set(because)
    try:
        yield
    finally:
        _RETURNED.reset(token)


def stop_if_returned() -> None:
    """Raises ReturnedForm while a form finds its way back; asked first where a page wants a password too."""
    if _RETURNED.get():
        raise ReturnedForm(_RETURNED.get())
