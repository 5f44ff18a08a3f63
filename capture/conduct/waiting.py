"""What waits for a person in the conduct of the study, for “My work”."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from capture.conduct import query_list
from trial.models import Participant, Person


@dataclass(frozen=True)
class Waiting:
    """One thing: about whom, what, since when in words, a status of the schedule as its urgency, and where."""

    participant: Participant
    what: str
    when: str
    status: str
    url: str


OLD_DAYS = 14


def queries(person: Person, now: datetime) -> list[Waiting]:
    """Queries for the site to answer, or for the monitor to close; the oldest first."""
    rows = query_list.found(person, query_list.Filter(), now) if query_list.waiting_for(person) else None
    return [] if rows is None else [_query(each) for each in query_list.listed(rows, now)]


def _query(each: query_list.Listed) -> Waiting:
    what = f"{': '.join(filter(None, (each.place.title, each.field)))}. {each.query.words}"
    when = f"{each.age_days} day{'' if each.age_days == 1 else 's'} old"
    status = "overdue" if each.age_days >= OLD_DAYS else "due"
    return Waiting(each.query.participant, what, when, status, reverse("capture:query", args=[each.query.pk]))
