"""Adverse events that measured values propose; nothing is created, and what is settled is not proposed again.

A value of grade 1 or more proposes the event of its term. It is settled by an event of that term, of that grade or a
higher one, that covers the day, or by the site's word, with a reason, that it is no adverse event.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Min, Q, QuerySet
from django.urls import reverse

from capture.grading.grades import PRESSURE, WEIGHT, Past, grade_body, past_of
from trial.models import Acknowledgement, AdverseEvent, BloodPressure, Cycle, LaboratoryResult, Participant, Visit
from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.dates import partial_date
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import Grading
from trial.runtime.database.at_once import at_once

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
    def url(self) -> str:
        """The entry that the value is of."""
        return reverse("capture:entry", args=[self.participant.reference, self.form, self.row_id])

    @property
    def judge_url(self) -> str:
        """Where the site says that this value is no adverse event."""
        return f"{reverse('capture:judge')}?{urlencode({'what': judged_as([self])})}"

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


def judged_as(proposals: Sequence[Proposal]) -> str:
    """Names the participant, the highest grade and the values that are judged together; `named` finds them again."""
    keys = ",".join(each.key for each in proposals)
    return f"{proposals[0].participant.reference}:{max(each.grade for each in proposals)}:{keys}"


def named(names: Sequence[str], participants: Sequence[Participant]) -> list[list[Proposal]]:
    """The open values of each name; empty where one is settled by now or the highest grade is another."""
    waiting = {(each.participant.reference, each.key): each for each in open_proposals(participants)}
    found = []
    for name in names:
        reference, _, keys = name.partition(":")
        values = [waiting.get((reference, key)) for key in keys.partition(":")[2].split(",")]
        there = [each for each in values if each is not None]
        found.append(there if len(there) == len(values) and judged_as(there) == name else [])
    return found


@dataclass(frozen=True)
class Value:
    """One measured value; proposal: None where it has no grade."""

    analyte: str
    measured_on: date
    proposal: Proposal | None = None


@dataclass(frozen=True)
class Measured:
    """Every measured value of the participants, and what is settled. day_1: participant id → day 1 of treatment."""

    values: dict[int, list[Value]]
    day_1: dict[int, date]
    events: dict[int, list[AdverseEvent]]
    said: frozenset[tuple[str, int, str]]

    def waits(self, proposal: Proposal) -> bool:
        """Whether the site has recorded no event for it and has not said that it is none."""
        events = self.events[proposal.participant.pk]
        said = (proposal.form, proposal.row_id, proposal.words) in self.said
        return not said and not any(_settles(event, proposal) for event in events)


@dataclass(frozen=True)
class _Record:
    """The rows that proposals are made from, by participant; those of the laboratory by visit."""

    visits: dict[int, list[Visit]]
    pressures: dict[int, list[BloodPressure]]
    laboratory: dict[int, list[LaboratoryResult]]
    inside: dict[int, list[str]]
    events: dict[int, list[AdverseEvent]]


def measured(participants: Sequence[Participant]) -> Measured:
    """One statement whatever the number of participants."""
    registered = [each for each in participants if each.is_registered]
    said = _standing(Acknowledgement, registered).filter(check_id__startswith=NOT_AN_EVENT)
    said = said.values_list("form", "row_id", "words")
    begun = _standing(Cycle, registered).order_by().values_list("participant").annotate(day_1=Min("started_on"))
    record = _record(registered, said, begun)
    values = {each.pk: _values(each, record) for each in registered}
    return Measured(values, dict(begun), record.events, frozenset(said))


def open_proposals(participants: Sequence[Participant]) -> list[Proposal]:
    """Each value that waits for the site, the gravest first."""
    record = measured(participants)
    every = (value.proposal for values in record.values.values() for value in values)
    found = [each for each in every if each is not None and record.waits(each)]
    return sorted(found, key=lambda each: (-each.grade, -each.measured_on.toordinal()))


def find(participant: Participant, key: str) -> Proposal | None:
    """The proposal of this key, settled or not; None when the value proposes nothing, or no longer."""
    proposals = (each.proposal for each in _values(participant, _record([participant])))
    return next((each for each in proposals if each is not None and each.key == key), None)


def _record(participants: Sequence[Participant], *also: QuerySet[Any]) -> _Record:
    # What lies inside the laboratory's own normal range is grade 0: its day is enough, but for the albumin.
    outside = Q(value__lt=F("lower_limit")) | Q(value__gt=F("upper_limit"))
    outside |= Q(lower_limit__isnull=True) | Q(upper_limit__isnull=True) | Q(analyte="ALB")
    every = LaboratoryResult.objects.standing("visit").filter(visit__participant__in=participants, value__isnull=False)
    lines, normal = every.filter(outside), every.exclude(outside).values_list("visit_id", "analyte")
    visits, pressures, events = (_standing(model, participants) for model in (Visit, BloodPressure, AdverseEvent))
    at_once(lines, normal, visits, pressures, events, *also)
    inside: dict[int, list[str]] = defaultdict(list)
    for visit, analyte in normal:
        inside[visit].append(analyte)
    return _Record(
        _by(visits, "participant_id"), _by(pressures, "participant_id"), _by(lines, "visit_id"), inside,
        _by(events, "participant_id"),
    )  # fmt: skip


def _standing(model: Any, participants: Sequence[Participant]) -> QuerySet[Any]:
    return model.objects.standing().filter(participant__in=participants)


def _by(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _values(participant: Participant, record: _Record) -> list[Value]:
    visits, pressures = record.visits[participant.pk], record.pressures[participant.pk]
    past, found = past_of(visits, pressures), []
    for visit in visits:
        entry, early = ("visit", visit.pk), visit.cycle_number == 0
        body, measured = grade_body(vars(visit), visit.visited_on, past), _laboratory(record.laboratory[visit.pk])
        found += _made(participant, entry, visit.visited_on, body, early, record)
        found += _made(participant, entry, visit.measured_on, measured, early, record)
        found += [Value(analyte, visit.measured_on) for analyte in record.inside[visit.pk]]
    for each in pressures:
        graded = _pressure_alone(each, past)
        found += _made(participant, ("blood_pressure", each.pk), each.measured_on, graded, False, record)
    return found


def _laboratory(lines: list[LaboratoryResult]) -> dict[str, Grading]:
    every = [vars(each) for each in lines]
    graded = {each["analyte"]: grade_line(each, every) for each in every}
    return {analyte: each for analyte, each in graded.items() if each is not None}


def _pressure_alone(row: BloodPressure, past: Past) -> dict[str, Grading]:
    return {name: each for name, each in grade_body(vars(row), row.measured_on, past).items() if name != WEIGHT}


def _made(
    participant: Participant, entry: tuple[str, int], day: date, graded: dict[str, Grading], early: bool,
    record: _Record,
) -> list[Value]:  # fmt: skip
    events = record.events[participant.pk]

    def proposal(analyte: str, each: Grading) -> Proposal:
        below = next((event.continues_id or event.pk for event in events if _covers(event, each.term, day)), None)
        because = "; ".join(filter(None, (each.because, each.note)))
        return Proposal(participant, *entry, analyte, each.term, each.grade, day, because, each.judgement, early, below)

    return [Value(analyte, day, proposal(analyte, each) if each.grade else None) for analyte, each in graded.items()]


def _covers(event: AdverseEvent, term: str, day: date) -> bool:
    """Whether the event may have been there on the day, partial dates read in its favour."""
    began = event.onset_on is None or event.onset_on.earliest() <= day
    return event.term == term and began and (event.resolved_on is None or event.resolved_on.latest() >= day)


def _settles(event: AdverseEvent, proposal: Proposal) -> bool:
    high_enough = event.grade is not None and event.grade >= proposal.grade
    return high_enough and _covers(event, proposal.term, proposal.measured_on)
