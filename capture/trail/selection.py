"""Which Changes of the trail were asked for: filtered, and paged by change number, never by offset."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from capture.casebook.labels import titles
from trial.models import Change, Person, Version
from trial.models.audit import ACTS
from trial.record import access
from trial.refused import Refused
from trial.rules import typed_text
from trial.rules.dates.partial_date import parse

Row = TypeVar("Row", bound=Model)
PAGE = 50
SYSTEM = "system"


@dataclass(frozen=True)
class Filter:
    """What the page was asked for; texts as they stand in the address, empty for everything.

    person: id or `system`; from_on, to_on: days in UTC as typed; table: of the versions; since: the change number after
    which to begin.
    """

    person: str = ""
    from_on: str = ""
    to_on: str = ""
    site: str = ""
    table: str = ""
    act: str = ""
    participant: str = ""
    since: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filter":
        """Reads the address; what can be none of the choices is dropped."""
        given = {each.name: asked.get(each.name, "").strip()[:40] for each in fields(cls)}
        known = {"table": given["table"] in titles(), "act": given["act"] in ACTS,
                 "since": number(given["since"]) > 0,
                 "person": given["person"] == SYSTEM or number(given["person"]) > 0}  # fmt: skip
        return cls(**{name: text if known.get(name, True) else "" for name, text in given.items()})

    @property
    def query(self) -> str:
        """The filter as it stands in an address; empty without one."""
        return urlencode({each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)})

    @property
    def narrows(self) -> bool:
        """Whether anything but the first change number is chosen."""
        return replace(self, since="") != Filter()

    @property
    def complaints(self) -> list[str]:
        """Days that cannot be read, in words; nothing is found then, so that nobody reads more than was asked for."""
        asked = (("From", self.from_on), ("To", self.to_on))
        return [
            f"{label}: “{text}” is not a date. Enter it as 12-MAR-2026."
            for label, text in asked
            if text and not day(text)
        ]


@dataclass(frozen=True)
class Page:
    """Changes, newest first, with the numbers that lead to the pages beside it (None where there is none)."""

    changes: list[Change]
    older: int | None
    newer: int | None


def number(text: str) -> int:
    """A change number or key as typed; 0 when it is none."""
    return typed_text.key(text) or 0


def day(text: str) -> date | None:
    """A whole day as typed (`t` is today); None when it is none."""
    try:
        typed = parse(text, datetime.now(UTC).date())
    except Refused:
        return None
    return date(typed.year, typed.month, typed.day) if typed.month and typed.day else None


def found(person: Person, asked: Filter) -> QuerySet[Change]:
    """The Changes of the person's sites that pass the filter, without an order."""
    rows = access.changes_for(person).order_by()
    if asked.complaints:
        return rows.none()
    if asked.person:
        rows = rows.filter(person=None) if asked.person == SYSTEM else rows.filter(person=number(asked.person))
    for value, condition in (
        (asked.site, Q(site__code=asked.site)),
        (asked.act, Q(act=asked.act)),
        (asked.participant, _is(asked.participant)),
        (asked.since, Q(id__gt=number(asked.since))),
    ):
        rows = rows.filter(condition) if value else rows
    if asked.table:
        rows = rows.filter(Exists(Version.objects.filter(change=OuterRef("pk"), table_name=asked.table)))
    return between(rows, day(asked.from_on), day(asked.to_on))


def _is(reference: str) -> Q:
    key = number(reference.upper().removeprefix("S-"))
    return Q(participant__number=reference.upper()) | (Q(participant__screening_number=key) if key else Q(pk__in=()))


def between(rows: QuerySet[Row], first: date | None, last: date | None) -> QuerySet[Row]:
    """Those of these days in UTC, both included; None: without a bound."""
    if first:
        rows = rows.filter(at__gte=datetime.combine(first, time(), tzinfo=UTC))
    if last and last < date.max:
        rows = rows.filter(at__lt=datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC))
    return rows


def page(rows: QuerySet[Change], before: int = 0, after: int = 0) -> Page:
    """Fifty Changes below `before`, or above `after`, or the newest."""
    chosen = rows.select_related("person", "participant", "site")
    if after:
        read = list(chosen.filter(id__gt=after).order_by("id")[: PAGE + 1])
        more_above, shown = len(read) > PAGE, read[:PAGE][::-1]
        return Page(shown, after + 1, shown[0].pk if shown and more_above else None)
    read = list((chosen.filter(id__lt=before) if before else chosen).order_by("-id")[: PAGE + 1])
    shown = read[:PAGE]
    newer = (shown[0].pk if shown else before - 1) if before else None
    return Page(shown, shown[-1].pk if len(read) > PAGE else None, newer)
