"""What people do with queries: the monitor raises, closes, reopens and cancels; the site answers. One Change each."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from capture.conduct import places
from trial import access, asking, changes, together
from trial.models import Participant, Person, Query, Role

State = Query.State
# What a monitor may make of a query in each state.
MOVES: dict[str, tuple[str, ...]] = {
    State.OPEN: (State.CANCELLED,),
    State.REOPENED: (State.CLOSED, State.CANCELLED),
    State.ANSWERED: (State.CLOSED, State.REOPENED),
    State.CLOSED: (State.REOPENED,),
    State.CANCELLED: (),
}
NEEDS_WORDS = (State.REOPENED, State.CANCELLED)


class NotPossible(Exception):
    """The step does not fit the state of things, or the person; the message says why in words."""


@dataclass(frozen=True)
class Where:
    """A place of the casebook that a query is about."""

    form: str
    row_id: int | None = None
    field: str = ""


class WaitsAlready(NotPossible):
    """The same words wait for the site's answer at this place."""


def raise_query(
    person: Person, participant: Participant, where: Where, words: str, *, unless_it_waits: bool = False
) -> Query:
    """A monitor asks the site about an entry; raises NotPossible (WaitsAlready where asked for), changes.RecordHeld."""
    _monitor(person)
    if not words.strip():
        raise NotPossible("Write the question.")
    if where.form not in places.TITLES:
        raise NotPossible("There is no such form in the casebook.")
    if where.row_id is not None and places.row_of(participant, where.form, where.row_id) is None:
        raise NotPossible("There is no such entry.")
    with changes.record(person, "query", participant=participant) as change:
        if unless_it_waits and _waits(participant, where, words.strip()):
            raise WaitsAlready("The same question waits for an answer.")
        return asking.open_one(participant, where.form, where.row_id, where.field, "", words.strip(), "", change.at,
                               person)  # fmt: skip


def raise_many(person: Person, asked: Iterable[tuple[Participant, Where]], words: str) -> int:
    """One wording for many places, one Change each; returns how many were asked.

    Where the same words wait for an answer nobody is asked again. So what was sent twice, or broke off in the middle
    (a place further on is locked, the server was lost) and is sent again, asks each place once.
    """
    found = 0
    for participant, where in asked:
        with suppress(WaitsAlready):
            raise_query(person, participant, where, words, unless_it_waits=True)
            found += 1
    return found


def _waits(participant: Participant, where: Where, words: str) -> bool:
    return Query.objects.filter(
        participant=participant, form=where.form, row_id=where.row_id, field=where.field, words=words,
        state__in=(State.OPEN, State.REOPENED), struck_out_reason="",
    ).exists()  # fmt: skip


def answer(person: Person, query: Query, words: str) -> Query:
    """The site's answer; the monitor decides whether it closes the query."""
    if not access.may_enter(person):
        raise NotPossible("The site answers a query.")
    if not words.strip():
        raise NotPossible("Write the answer, or correct the value.")
    return _move(person, query, State.ANSWERED, words, (State.OPEN, State.REOPENED))


def answered_by_correction(person: Person, query: Query, reason: str) -> AbstractContextManager[None]:
    """The correction saved inside answers the query with its reason, in the same Change: both or neither.

    A query that is no longer open by then stays as it is.
    """

    def also(at: datetime) -> None:
        # Read under the writers' lock, and after the checks of the entry, which may have closed it themselves.
        current = Query.objects.select_related("participant").get(pk=query.pk)
        if current.waits_for_site:
            asking.move(current, State.ANSWERED, f"Corrected: {reason}" if reason else "Corrected.", person, at)

    return together.with_the_next_change(also)


def decide(person: Person, query: Query, to: str, words: str = "") -> Query:
    """The monitor closes, reopens or cancels; reopening and cancelling need words."""
    _monitor(person)
    if to not in (State.CLOSED, State.REOPENED, State.CANCELLED):
        raise NotPossible("A query is closed, reopened or cancelled.")
    if to in NEEDS_WORDS and not words.strip():
        raise NotPossible("Say why.")
    allowed = tuple(state for state, moves in MOVES.items() if to in moves)
    return _move(person, query, to, words, allowed)


def _move(person: Person, query: Query, to: str, words: str, allowed: tuple[str, ...]) -> Query:
    with changes.record(person, "query", participant=query.participant) as change:
        # Read again under the writers' lock: two people may answer or close at once.
        current = Query.objects.select_related("participant").get(pk=query.pk)
        if current.state not in allowed:
            raise NotPossible(f"The query is {current.get_state_display().lower()} already.")
        asking.move(current, to, words.strip(), person, change.at)
    return current


def _monitor(person: Person) -> None:
    if person.role != Role.MONITOR:
        raise NotPossible("Only a monitor does this.")
