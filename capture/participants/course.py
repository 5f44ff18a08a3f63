"""The course of one participant for the participant's page: the response to date in words, and the timeline.

Facts are read as the endpoints read them, of this participant alone: whoever may open the page may see its response.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from capture.casebook import labels
from capture.participants.entry_lists import EntryList
from capture.participants.matrix import Row
from capture.participants.timeline.facts import Course, QueryFact
from capture.participants.timeline.sheet import Timeline, timeline
from trial.models import Participant
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.evaluation.response_in_words import ResponseToDate, response_to_date


@dataclass(frozen=True)
class CoursePage:
    """What the page says and draws of the course."""

    response: ResponseToDate
    timeline: Timeline


def course_of(participant: Participant, row: Row, entries: Sequence[EntryList], today: date) -> CoursePage | None:
    """By the settings of the group; None before registration. row: what is due; entries: those of the casebook."""
    if row.evaluation is None:
        return None
    due = [cell.due for cell in (row.baseline, *row.assessments) if cell]
    drawn = timeline(_course(participant, row.evaluation, entries, today), lambda entry: _url(participant, entry))
    return CoursePage(response_to_date(row.evaluation, due), drawn)


def _course(participant: Participant, evaluation: Evaluation, entries: Sequence[EntryList], today: date) -> Course:
    events = [each.row for listed in entries if listed.form.kind == "adverse_event" for each in listed.entries]
    return Course(
        facts=evaluation.facts,
        assessed=evaluation.assessed,
        disease=evaluation.disease,
        today=today,
        event_names={each.pk: each.name for each in events},
        onset_missing={each.pk: each.get_onset_on_missing_display() for each in events if each.onset_on is None},
        queries=_queries(participant),
    )


def _queries(participant: Participant) -> tuple[QueryFact, ...]:
    rows = list(participant.queries.standing().order_by("id"))
    for row in rows:
        row.participant = participant
    titles = labels.places(rows)
    return tuple(
        QueryFact(row.pk, row.raised_at.date(), row.state, titles[(row.form, row.row_id)].title) for row in rows
    )


def _url(participant: Participant, entry: str) -> str:
    """The page of an entry as facts name it: `assessment/12`, `cycle/3` by number, `queries/` for all of them."""
    form, _, key = entry.partition("/")
    one = participant.reference
    if form == "queries":
        return f"{reverse('capture:queries')}?state=all&participant={one}"
    if form == "query":
        return reverse("capture:query", args=[key])
    if form == "registration":
        return reverse("capture:correct", args=[one])
    if form in ("assessment", "cycle"):
        return reverse(f"capture:{form}", args=[one, key])
    return reverse("capture:entry", args=[one, form, key])
