"""The sections of a participant's page: each reads what it shows, below the band that all of them share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from capture.casebook import labels
from capture.casebook.forms.reasons import NotAnEventForm
from capture.entry import deviations
from capture.entry.services import registration
from capture.expedited import listing
from capture.grading import dose_advice
from capture.grading.episodes import Episode, by_grade
from capture.participants.by_week import by_week
from capture.participants.entry_lists import EntryList
from capture.participants.matrix import Row
from capture.participants.timeline.facts import Course, QueryFact
from capture.participants.timeline.sheet import Timeline, timeline
from trial.models import Assessment, DosingPeriod, LesionReading, Participant, Waiver
from trial.rules.eligibility import NOT_MET
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.evaluation.response_in_words import ResponseToDate, response_to_date
from trial.runtime.database.at_once import at_once


@dataclass(frozen=True)
class Opened:
    """A participant whose page is opened, with what every section may ask of."""

    participant: Participant
    row: Row
    lists: Sequence[EntryList]
    clocks: Sequence[listing.Line]
    episodes: Sequence[Episode]
    decided: dict[str, Any]
    today: date

    def entries(self, kind: str) -> Sequence[Any]:
        """The entries of a form."""
        return next((each.entries for each in self.lists if each.form.kind == kind), ())


@dataclass(frozen=True)
class Section:
    """A section: its name in the address, its title, what it shows. counts: how many there are; None: not counted."""

    code: str
    title: str
    reads: Callable[[Opened], dict[str, Any]]
    counts: Callable[[Opened], int] | None = None

    @property
    def template(self) -> str:
        """The part of the page."""
        return f"capture/participants/sections/{self.code}.html"


@dataclass(frozen=True)
class Tab:
    """The link to a section."""

    title: str
    url: str
    is_current: bool
    count: int | None


@dataclass(frozen=True)
class LesionLine:
    """One lesion over all assessments."""

    lesion: Any
    readings: tuple[LesionReading | None, ...]


def lesion_table(participant: Participant, scans: Sequence[Assessment]) -> list[LesionLine]:
    """Lesions × assessments, targets first."""
    lesions = participant.lesions.standing().order_by("-kind", "id")
    readings = LesionReading.objects.standing().filter(lesion__participant=participant)
    at_once(lesions, readings)
    by_place = {(each.assessment_id, each.lesion_id): each for each in readings}
    return [LesionLine(lesion, tuple(by_place.get((scan.pk, lesion.pk)) for scan in scans)) for lesion in lesions]


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


def _overview(of: Opened) -> dict[str, Any]:
    return {
        "course": course_of(of.participant, of.row, of.lists, of.today),
        "dose_advice": dose_advice.ongoing(of.participant, of.today), "deviations": deviations.proposed(of.participant),
        **of.decided,
    }  # fmt: skip


def _casebook(of: Opened) -> dict[str, Any]:
    return {"casebook": by_week(of.row, of.lists) if of.row.evaluation else None}


def _events(of: Opened) -> dict[str, Any]:
    return {"events": of.entries("adverse_event"), "dose_advice": dose_advice.ongoing(of.participant, of.today)}


def _lesions(of: Opened) -> dict[str, Any]:
    scans = of.participant.assessments.standing().order_by("assessed_on", "id")
    lines = lesion_table(of.participant, scans)
    return {"scans": _with_response(scans, of.row), "lesions": lines}


def _judge(of: Opened) -> dict[str, Any]:
    return {"grades": by_grade(of.episodes),
            "judge_form": NotAnEventForm(auto_id="judge-%s"), "only_judge": True}  # fmt: skip


def _paper(of: Opened) -> dict[str, Any]:
    """All that is printed of a participant: the overview, lesions, events and doses, with nothing to press."""
    cycles = of.participant.cycles.standing().prefetch_related(
        Prefetch("periods", DosingPeriod.objects.standing(), to_attr="doses")
    )
    return {**_lesions(of), **_events(of), **_overview(of), "cycles": cycles, "is_paper": True}


OVERVIEW = Section("overview", "Overview", _overview)
PAPER = Section("paper", "Summary to print", _paper)
SECTIONS = (
    OVERVIEW,
    Section("casebook", "Casebook", _casebook),
    Section("events", "Adverse events", _events, lambda of: len(of.entries("adverse_event"))),
    Section("lesions", "Lesions", _lesions),
    Section("judge", "To judge", _judge, lambda of: sum(each.is_worse for each in of.episodes)),
)


def section(code: str, participant: Participant) -> Section:
    """The section of this name; the overview for any other, and before registration."""
    found = next((each for each in (*SECTIONS, PAPER) if each.code == code), OVERVIEW)
    return found if participant.is_registered else OVERVIEW


def tabs(of: Opened, current: Section) -> list[Tab]:
    """The links to the sections; none before registration, while there is only one."""
    address = reverse("capture:participant", args=[of.participant.reference])
    return (
        [
            Tab(
                each.title,
                address if each is OVERVIEW else f"{address}?section={each.code}",
                each is current,
                each.counts(of) if each.counts else None,
            )
            for each in SECTIONS
        ]
        if of.participant.is_registered
        else []
    )


def _with_response(scans: Iterable[Assessment], row: Row) -> list[dict[str, Any]]:
    """The assessments with their responses; dated_on: the day of the response where that is another one."""
    outcomes = row.evaluation.outcomes if row.evaluation else {}
    found = ((scan, outcomes.get(scan.pk)) for scan in scans)
    return [
        {"scan": scan, "response": outcome.overall.value if outcome else "",
         "dated_on": outcome.dated_on if outcome and outcome.dated_on != scan.assessed_on else None}
        for scan, outcome in found
    ]  # fmt: skip


def screening(participant: Participant, decided: dict[str, Any]) -> dict[str, Any]:
    """What stands against registration, and what the site can do about it; of a registered participant what it says."""
    found = registration.standing_against(participant)
    waits = any(each.decision == Waiver.Decision.OPEN and not each.is_struck_out for each in decided["waivers"])
    all_answered = all(each.kind == NOT_MET for each in found)
    return {
        "against": found,
        "counted": registration.counted_of(participant),
        "failures": decided["screen_failures"],
        "has_failed": any(not each.is_struck_out for each in decided["screen_failures"]),
        "may_register": not found,
        "may_request_waiver": bool(found) and all_answered and not waits,
    }
