"""What people do with queries: the monitor raises, closes, reopens and cancels; the site answers. One Change each."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from capture.casebook import labels
from trial.models import Participant, Person, Query, QueryMessage, Role
from trial.record import access, changes, system_queries
from trial.record.save import Save
from trial.refused import NotOfRole, Refused
from trial.rules.typed_text import key

MOST_SHOWN = 200
TO_DO = "to_do"
STATES = ((TO_DO, "To do"), ("standing", "Not closed"), *Query.State.choices, ("all", "All"))
COUNTED = {TO_DO: (), "standing": Query.NOT_CLOSED, "all": Query.State.values}
AGES = (("", "Any age"), ("7", "7 days or more"), ("14", "14 days or more"), ("28", "28 days or more"))


@dataclass(frozen=True)
class Filter:
    """What the page was asked for; texts as they stand in the address."""

    state: str = TO_DO
    site: str = ""
    form: str = ""
    age: str = ""
    mine: str = ""
    participant: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filter":
        """Reads the address; what it does not know it ignores."""
        given = {name: asked.get(name, "")[:40] for name in ("site", "form", "age", "mine", "participant")}
        state = asked.get("state", TO_DO)
        return cls(state=state if state in dict(STATES) else TO_DO, **given)


@dataclass(frozen=True)
class Listed:
    """One query of the list, with its place and its age in whole days."""

    query: Query
    place: labels.Place
    field: str
    age_days: int

    @property
    def last_said(self) -> QueryMessage | None:
        """The last words after the question itself; None while nobody answered."""
        said = [each for each in self.query.messages.all() if each.state != Query.State.OPEN]
        return said[-1] if said else None

    @property
    def opens(self) -> str:
        """The page of the entry, carrying the query, so that a correction there answers it."""
        return f"{self.place.url}?query={self.query.pk}"


def waiting_for(person: Person) -> tuple[str, ...]:
    """The states in which a query waits for this person's role; empty for roles that only read."""
    if access.may_enter(person):
        return Query.FOR_SITE
    return (Query.State.ANSWERED,) if person.role == Role.MONITOR else ()


def counted(person: Person) -> list[tuple[str, str]]:
    """The states of the filter, each with how many queries it has for this person."""
    rows = access.queries_for(person).order_by().values_list("state").annotate(Count("pk"))
    by_state = dict(rows)
    members = COUNTED | {TO_DO: waiting_for(person) or Query.NOT_CLOSED}
    return [(state, f"{words} ({sum(by_state.get(each, 0) for each in members.get(state, (state,)))})")
            for state, words in STATES]  # fmt: skip


def found(person: Person, asked: Filter, now: datetime) -> QuerySet[Query]:
    """The queries that pass the filter, the oldest first."""
    rows = access.queries_for(person)
    states = {TO_DO: waiting_for(person) or Query.NOT_CLOSED, "standing": Query.NOT_CLOSED, "all": None}
    wanted = states.get(asked.state, (asked.state,))
    rows = rows if wanted is None else rows.filter(state__in=wanted)
    for value, column in ((asked.site, "participant__site__code"), (asked.form, "form"),
                          (asked.participant, "participant__number")):  # fmt: skip
        rows = rows.filter(**{column: value}) if value else rows
    if key(asked.age) is not None and len(asked.age) < 5:
        rows = rows.filter(raised_at__lte=now - timedelta(days=int(asked.age)))
    if asked.mine:
        own = {"raised_by": person} if person.role == Role.MONITOR else {"assigned_role": person.role}
        rows = rows.filter(**own)
    return rows.order_by("raised_at", "id")


def listed(rows: QuerySet[Query], now: datetime) -> list[Listed]:
    """The first rows with their places."""
    rows = rows.select_related("participant__site", "raised_by").prefetch_related("messages__said_by")
    shown = list(rows[:MOST_SHOWN])
    at = labels.places(shown)
    return [one(query, at[(query.form, query.row_id)], now) for query in shown]


def one(query: Query, place: labels.Place, now: datetime) -> Listed:
    """One query with its place."""
    field: Any = labels.field_label(query.form, query.field) if query.field else ""
    return Listed(query, place, field, (now - query.raised_at).days)


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


@dataclass(frozen=True)
class Where:
    """A place of the casebook that a query is about."""

    form: str
    row_id: int | None = None
    field: str = ""


class WaitsAlready(Refused):
    """The same words wait for the site's answer at this place."""


class MovedMeanwhile(Refused):
    """The query is not in the state that was read any more."""


def raise_query(
    save: Save, participant: Participant, where: Where, words: str, *, unless_it_waits: bool = False
) -> Query:
    """A monitor asks the site about an entry; raises Refused, WaitsAlready where asked for."""
    _monitor(save.person)
    if not words.strip():
        raise Refused("Enter the query text.")
    changes.stop_unprintable(words)
    if where.form not in labels.TITLES:
        raise Refused("The casebook has no such form.")
    if where.row_id is not None and labels.row_of(participant, where.form, where.row_id) is None:
        raise Refused("This entry does not exist.")
    if where.field and not labels.has_field(participant, where.form, where.field):
        raise Refused("The form has no such field.")
    with changes.record(save, "query", participant=participant) as change:
        if unless_it_waits and _waits(participant, where, words.strip()):
            raise WaitsAlready("The same query is already open.")
        found = system_queries.Finding("", where.form, where.row_id, where.field, "")
        return system_queries.open_one(participant, found, words.strip(), change.at, save.person)


def raise_many(save: Save, asked: Iterable[tuple[Participant, Where]], words: str) -> int:
    """One wording for many places, one Change each; returns how many were asked.

    Where the same words wait for an answer nobody is asked again. So what was sent twice, or broke off in the middle
    (a place further on is locked, the server was lost) and is sent again, asks each place once.
    """
    found = 0
    for participant, where in asked:
        with suppress(WaitsAlready):
            raise_query(save, participant, where, words, unless_it_waits=True)
            found += 1
    return found


def _waits(participant: Participant, where: Where, words: str) -> bool:
    return Query.objects.standing().filter(
        participant=participant, form=where.form, row_id=where.row_id, field=where.field, words=words,
        state__in=Query.FOR_SITE,
    ).exists()  # fmt: skip


def answer(save: Save, query: Query, words: str, *, read: str | None = None) -> Query:
    """The site's answer; the monitor decides whether it closes the query. read: the state that was seen, if it counts.

    Raises Refused, MovedMeanwhile.
    """
    if not access.may_enter(save.person):
        raise NotOfRole("Only the site can answer a query.")
    if not words.strip():
        raise Refused("Enter an answer, or correct the value.")
    return _move(save, query, State.ANSWERED, words, Query.FOR_SITE, read)


def decide(save: Save, query: Query, to: str, words: str = "", *, read: str | None = None) -> Query:
    """The monitor closes, reopens or cancels; reopening and cancelling need words. read, raises: as `answer`."""
    _monitor(save.person)
    if to not in (State.CLOSED, State.REOPENED, State.CANCELLED):
        raise Refused("A query can only be closed, reopened or canceled.")
    if to in NEEDS_WORDS and not words.strip():
        raise Refused("Enter a reason.")
    allowed = tuple(state for state, moves in MOVES.items() if to in moves)
    return _move(save, query, to, words, allowed, read)


def _move(save: Save, query: Query, to: str, words: str, allowed: tuple[str, ...], read: str | None) -> Query:
    changes.stop_unprintable(words)
    with changes.record(save, "query", participant=query.participant) as change:
        # Read again under the writers' lock: two people may answer or close at once.
        current = Query.objects.select_related("participant").get(pk=query.pk)
        if read not in (None, current.state):
            raise MovedMeanwhile("This query has changed since you read it.")
        if current.state not in allowed:
            raise Refused(f"The query is already {current.get_state_display().lower()}.")
        system_queries.move(current, to, words.strip(), save.person, change.at)
    return current


def _monitor(person: Person) -> None:
    if person.role != Role.MONITOR:
        raise NotOfRole("Only a monitor can do this.")
