"""Beside the tasks of “My work”: what the next days bring, forms that were left half-typed, and the last saves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.urls import Resolver404, resolve, reverse

from capture.casebook import labels
from capture.casebook.registry import ENTRY_FORMS
from capture.participants import selectors
from capture.participants.selectors import Today
from trial.models import Draft, DueItem, Participant, Person
from trial.record import save_once

DAYS_AHEAD = 14
MOST_SHOWN = 8
PAGES = {"register": "Registration", "correct": "Registration", "assessment_new": "Tumor assessment",
         "assessment": "Tumor assessment", "cycle": "Cycle"}  # fmt: skip


@dataclass(frozen=True)
class Ahead:
    """Something whose window opens soon."""

    participant: Participant
    what: str
    due_on: date
    url: str


@dataclass(frozen=True)
class Done:
    """A form that was left, or saved: what, when, and where it is opened."""

    what: str
    at: datetime
    url: str
    participant: Participant | None = None


def ahead(participants: Sequence[Participant], today: Today) -> list[Ahead]:
    """What the next 14 days bring of these participants, by due date; one statement. today: site id → the day there."""
    by_id = {each.pk: each for each in participants}
    days = {today(each.site_id) for each in participants}
    if not days:
        return []
    until = timedelta(days=DAYS_AHEAD)
    rows = DueItem.objects.filter(participant__in=by_id, window_from__gt=min(days), window_from__lte=max(days) + until)
    rows = rows.filter(Q(listed_from=None) | Q(listed_from__lte=F("window_from"))).order_by("due_on", "id")
    found = []
    for item in rows:
        one, planned = by_id[item.participant_id], item.planned
        if today(one.site_id) < item.window_from <= today(one.site_id) + until:
            url = selectors.url_to_enter(one.reference, planned, planned.what)
            found.append(Ahead(one, planned.what, item.due_on, url))
    return found


def half_typed(person: Person) -> list[Done]:
    """The forms that the person began and did not save, the newest first; two statements."""
    drafts = list(Draft.objects.filter(person=person, is_sent=False).order_by("-kept_at", "-id")[:MOST_SHOWN])
    saved = save_once.those_saved(dict(each.fields).get(save_once.FIELD, "") for each in drafts)
    named = [(each, _name_of(each)) for each in drafts if dict(each.fields).get(save_once.FIELD, "") not in saved]
    return [Done(name, each.kept_at, each.path) for each, name in named if name]


def _name_of(draft: Draft) -> str:
    """`Visit NET-089`; of a registration the birth that was typed; empty where the page is no form of the casebook."""
    try:
        page = resolve(draft.path)
    except Resolver404:
        return ""
    title = labels.TITLES.get(page.kwargs.get("form", "")) or PAGES.get(page.url_name or "", "")
    number = page.kwargs.get("number", "") if page.url_name == "cycle" else ""
    born = dict(draft.fields).get("born_on", "") if page.url_name == "register" else ""
    words = (title, str(number), page.kwargs.get("reference", ""), born and f"born {born}")
    return " ".join(filter(None, words)) if title else ""


def last_saves(person: Person, participants: Sequence[Participant]) -> list[Done]:
    """The newest changes of the casebook that the person made; one statement."""
    by_id = {each.pk: each for each in participants}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.participant_id, c.at, p.form, p.entry FROM
                (SELECT id, at, participant_id FROM trial_change WHERE person_id = %s AND participant_id IS NOT NULL
                    ORDER BY id DESC LIMIT 5) c
                CROSS JOIN LATERAL (SELECT v.table_name, v.row FROM trial_version v WHERE v.change_id = c.id
                    ORDER BY v.id LIMIT 1) v
                CROSS JOIN LATERAL endpoint_place_of(v.table_name, v.row) p ORDER BY c.id DESC""",
            [person.pk],
        )
        rows = [row for row in cursor.fetchall() if row[0] in by_id]
    return [Done(labels.TITLES.get(form, "Participant"), at, _url(by_id[key], form, entry), by_id[key])
            for key, at, form, entry in rows]  # fmt: skip


def _url(participant: Participant, form: str, entry: int | None) -> str:
    if form in ENTRY_FORMS and entry is not None:
        return reverse("capture:entry", args=[participant.reference, form, entry])
    return reverse("capture:participant", args=[participant.reference])
