"""What the timeline is drawn from: the facts of one participant, what the rules make of them, and the queries. PURE."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from capture.timeline.days import MOST_BEFORE, Days
from trial.evaluation import disease
from trial.evaluation.record import ParticipantFact
from trial.evaluation.response import Assessed


@dataclass(frozen=True)
class QueryFact:
    """A query: `state` as on record, the place that it is about in words."""

    id: int
    raised_on: date
    state: str
    about: str


@dataclass(frozen=True)
class Course:
    """The facts, the responses and dates that follow from them, and by id of an event its name and missing onset."""

    facts: ParticipantFact
    assessed: Assessed
    disease: disease.Course
    today: date
    event_names: Mapping[int, str] = field(default_factory=dict)
    onset_missing: Mapping[int, str] = field(default_factory=dict)
    queries: tuple[QueryFact, ...] = ()

    @property
    def off_study_on(self) -> date | None:
        """The end of the study for the participant."""
        return min((each.on for each in self.facts.withdrawals if each.kind == "off_study"), default=None)

    @property
    def ends_on(self) -> date:
        """The last day that the record can speak of: death, else off study, else today."""
        if self.disease.death is not None:
            return self.disease.death.on
        return min(self.off_study_on or self.today, self.today)

    @property
    def is_open(self) -> bool:
        """Whether the course goes on: alive and on study."""
        return self.disease.death is None and self.off_study_on is None


def days_of(course: Course) -> Days:
    """The axis: from registration, or the first scan or sample not long before it, to the last thing on record."""
    facts, days = course.facts, list(_days_on_record(course))
    start = facts.registered_on - timedelta(days=MOST_BEFORE)
    first = min([on for on in days if on >= start] + [facts.registered_on])
    last = max([*days, course.ends_on, facts.registered_on + timedelta(days=28)])
    return Days(facts.registered_on, (first - facts.registered_on).days, (last - facts.registered_on).days)


def _days_on_record(course: Course) -> Iterator[date]:
    facts = course.facts
    yield from (each.assessed_on for each in facts.assessments)
    yield from (each.assessed_on for each in course.assessed)
    yield from (each.sampled_on for each in facts.hormones if each.value is not None)
    yield from (each.contacted_on for each in facts.follow_ups)
    yield from (each.raised_on for each in course.queries)
    yield from (each.on for each in facts.withdrawals)
    if facts.off_treatment:
        yield facts.off_treatment.off_on
    for cycle in facts.cycles:
        yield cycle.started_on
        yield from (cycle.started_on + timedelta(days=to_day) for _, to_day, _, _ in cycle.periods)
    for event in facts.adverse_events:
        yield from (when.earliest() for when in (event.onset_on, event.resolved_on) if when is not None)
