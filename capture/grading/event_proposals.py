"""Adverse events that measured values propose; nothing is created, and what is settled is not proposed again.

A value of grade 1 or more proposes the event of its term. It is settled by an event of that term, of that grade or a
higher one, that covers the day, or by the site's word, with a reason, that it is no adverse event.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from capture.grading.grades import PRESSURE, WEIGHT, Past, grade_body, grade_line, past_of
from trial.models import Acknowledgement, AdverseEvent, BloodPressure, LaboratoryResult, Participant, Visit
from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record.rows import at_once
from trial.rules.dates import partial_date
from trial.rules.safety.laboratory import Grading

# Rows of the record in which the site says that a value is no adverse event; the analyte follows.
NOT_AN_EVENT = "NOT-AE-"
TITLES = {**ANALYTES, PRESSURE: "Blood pressure"}


@dataclass(frozen=True)
class Proposal:
    """One value that proposes an event. form and row_id: where it was measured; continues: a lower grade on record."""

    participant: Participant
    form: str
    row_id: int
    analyte: str
    term: str
    grade: int
    measured_on: date
    because: str
    judgement: str
    before_treatment: bool
    continues: int | None = None

    @property
    def key(self) -> str:
        """Names the proposal in an address without saying a value."""
        return f"{self.form}-{self.row_id}-{self.analyte}"

    @property
    def record_url(self) -> str:
        """The adverse-event form, filled with what the value says; a further episode where a lower grade stands."""
        address = reverse("capture:entry_new", args=[self.participant.reference, "adverse_event"])
        more = f"&continues={self.continues}" if self.continues else ""
        return f"{address}?proposal={self.key}{more}"

    @property
    def title(self) -> str:
        """What was measured."""
        return TITLES[self.analyte]

    @property
    def words(self) -> str:
        """The value, its grade and its term: what an event or a dismissal is held against."""
        short = ctcae_v3.term(self.term).short_name
        on = partial_date.shown(self.measured_on)
        return f"{self.title} on {on}: {self.because}. {short}, grade {self.grade}."[:300]


@dataclass(frozen=True)
class _Record:
    """The rows that proposals are made from, by participant."""

    visits: dict[int, list[Visit]]
    pressures: dict[int, list[BloodPressure]]
    laboratory: dict[int, list[LaboratoryResult]]
    events: dict[int, list[AdverseEvent]]
    said: frozenset[tuple[str, int, str]]


def open_proposals(participants: Sequence[Participant]) -> list[Proposal]:
    """What waits for the site, the gravest first; one statement whatever the number of participants."""
    registered = [each for each in participants if each.is_registered]
    record = _record(registered)
    found = [
        each for participant in registered for each in _of(participant, record)
        if (each.form, each.row_id, each.words) not in record.said
        and not any(_settles(event, each) for event in record.events[participant.pk])
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.grade, -each.measured_on.toordinal()))


def find(participant: Participant, key: str) -> Proposal | None:
    """The proposal of this key, settled or not; None when the value proposes nothing, or no longer."""
    return next((each for each in _of(participant, _record([participant])) if each.key == key), None)


def _record(participants: Sequence[Participant]) -> _Record:
    said = _standing(Acknowledgement, participants).filter(check_id__startswith=NOT_AN_EVENT)
    # What lies inside the laboratory's own normal range is grade 0 and need not be fetched, but for the albumin.
    outside = Q(value__lt=F("lower_limit")) | Q(value__gt=F("upper_limit"))
    outside |= Q(lower_limit__isnull=True) | Q(upper_limit__isnull=True) | Q(analyte="ALB")
    lines = LaboratoryResult.objects.standing("visit").filter(
        outside, visit__participant__in=participants, value__isnull=False,
    )  # fmt: skip
    said = said.values_list("form", "row_id", "words")
    visits, pressures, events = (_standing(model, participants) for model in (Visit, BloodPressure, AdverseEvent))
    at_once(said, lines, visits, pressures, events)
    return _Record(
        _by(visits, "participant_id"), _by(pressures, "participant_id"), _by(lines, "visit_id"),
        _by(events, "participant_id"), frozenset(said),
    )  # fmt: skip


def _standing(model: Any, participants: Sequence[Participant]) -> QuerySet[Any]:
    return model.objects.standing().filter(participant__in=participants)


def _by(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _of(participant: Participant, record: _Record) -> list[Proposal]:
    visits, pressures = record.visits[participant.pk], record.pressures[participant.pk]
    past, found = past_of(visits, pressures), []
    for visit in visits:
        graded = {**grade_body(vars(visit), visit.visited_on, past), **_laboratory(record.laboratory[visit.pk])}
        early = visit.cycle_number == 0
        found += _made(participant, "visit", visit.pk, visit.visited_on, graded, early, record)
    for each in pressures:
        graded = _pressure_alone(each, past)
        found += _made(participant, "blood_pressure", each.pk, each.measured_on, graded, False, record)
    return found


def _laboratory(lines: list[LaboratoryResult]) -> dict[str, Grading]:
    every = [vars(each) for each in lines]
    graded = {each["analyte"]: grade_line(each, every) for each in every}
    return {analyte: each for analyte, each in graded.items() if each is not None}


def _pressure_alone(row: BloodPressure, past: Past) -> dict[str, Grading]:
    return {name: each for name, each in grade_body(vars(row), row.measured_on, past).items() if name != WEIGHT}


def _made(
    participant: Participant, form: str, row_id: int, day: date, graded: dict[str, Grading], early: bool,
    record: _Record,
) -> list[Proposal]:  # fmt: skip
    events = record.events[participant.pk]
    return [
        Proposal(participant, form, row_id, analyte, each.term, each.grade, day,
                 "; ".join(filter(None, (each.because, each.note))), each.judgement, early,
                 next((event.continues_id or event.pk for event in events if _covers(event, each.term, day)), None))
        for analyte, each in graded.items() if each.grade
    ]  # fmt: skip


def _covers(event: AdverseEvent, term: str, day: date) -> bool:
    """Whether the event may have been there on the day, partial dates read in its favour."""
    began = event.onset_on is None or event.onset_on.earliest() <= day
    return event.term == term and began and (event.resolved_on is None or event.resolved_on.latest() >= day)


def _settles(event: AdverseEvent, proposal: Proposal) -> bool:
    high_enough = event.grade is not None and event.grade >= proposal.grade
    return high_enough and _covers(event, proposal.term, proposal.measured_on)
