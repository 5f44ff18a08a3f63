"""The list of queries: filtered by state, site, form, age and person, in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from capture.conduct import places
from trial import access
from trial.models import Person, Query, QueryMessage, Role

MOST_SHOWN = 200
TO_DO = "to_do"
STATES = ((TO_DO, "To do"), ("standing", "Not closed"), *Query.State.choices, ("all", "All"))
AGES = (("", "Any age"), ("7", "7 days or more"), ("14", "14 days or more"), ("28", "28 days or more"))
_STANDING = (Query.State.OPEN, Query.State.REOPENED, Query.State.ANSWERED)


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
    place: places.Place
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


def for_person(person: Person) -> QuerySet[Query]:
    """Every query the person may see."""
    return Query.objects.filter(participant__in=access.participants_for(person), struck_out_reason="")


def waiting_for(person: Person) -> tuple[str, ...]:
    """The states in which a query waits for this person's role; empty for roles that only read."""
    if access.may_enter(person):
        return (Query.State.OPEN, Query.State.REOPENED)
    return (Query.State.ANSWERED,) if person.role == Role.MONITOR else ()


def found(person: Person, asked: Filter, now: datetime) -> QuerySet[Query]:
    """The queries that pass the filter, the oldest first."""
    rows = for_person(person)
    states = {TO_DO: waiting_for(person) or _STANDING, "standing": _STANDING, "all": None}
    wanted = states.get(asked.state, (asked.state,))
    rows = rows if wanted is None else rows.filter(state__in=wanted)
    for value, column in ((asked.site, "participant__site__code"), (asked.form, "form"),
                          (asked.participant, "participant__number")):  # fmt: skip
        rows = rows.filter(**{column: value}) if value else rows
    if asked.age.isascii() and asked.age.isdigit() and len(asked.age) < 5:
        rows = rows.filter(raised_at__lte=now - timedelta(days=int(asked.age)))
    if asked.mine:
        own = {"raised_by": person} if person.role == Role.MONITOR else {"assigned_role": person.role}
        rows = rows.filter(**own)
    return rows.order_by("raised_at", "id")


def listed(rows: QuerySet[Query], now: datetime) -> list[Listed]:
    """The first rows with their places."""
    rows = rows.select_related("participant__site", "raised_by").prefetch_related("messages__said_by")
    shown = list(rows[:MOST_SHOWN])
    at = places.places(shown)
    return [one(query, at[(query.form, query.row_id)], now) for query in shown]


def one(query: Query, place: places.Place, now: datetime) -> Listed:
    """One query with its place."""
    field: Any = places.field_label(query.form, query.field) if query.field else ""
    return Listed(query, place, field, (now - query.raised_at).days)
