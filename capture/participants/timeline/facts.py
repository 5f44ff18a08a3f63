"""What the timeline is drawn from: the facts of one participant, what the rules make of them, and the queries. PURE."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from trial.drawing.axes import round_step
from trial.rules.dates.partial_date import PartialDate, shown
from trial.rules.evaluation import disease
from trial.rules.evaluation.facts import ParticipantFact
from trial.rules.evaluation.response import Assessed

STEPS = (7, 14, 28, 56, 84, 112, 168, 336)
MOST_TICKS = 7
# Percent of the width where the first and the last day stand, so that half a value has room at either end.
LEFT, RIGHT = 3.4, 97.4
# Before registration no more than this is drawn: the baseline may be 28 days before day 1.
MOST_BEFORE = 42


@dataclass(frozen=True)
class DayTick:
    """One tick: where it stands, the day and the date, and by how many pixels its words are moved to stay inside."""

    x: float
    day: str
    date: str
    dx: int = 0


@dataclass(frozen=True)
class Days:
    """From day `first` to day `last` of the registration, day 0; first < last."""

    registered_on: date
    first: int
    last: int

    def of(self, on: date) -> int:
        """Days from registration."""
        return (on - self.registered_on).days

    def x(self, day: int) -> float:
        """Percent of the width, never beyond the edges."""
        within = min(max(day, self.first), self.last)
        return round(LEFT + (within - self.first) / (self.last - self.first) * (RIGHT - LEFT), 2)

    def at(self, on: date) -> float:
        """The same for a date."""
        return self.x(self.of(on))

    @property
    def ticks(self) -> tuple[DayTick, ...]:
        """Round numbers of days from registration, with their dates."""
        step = round_step(self.last - self.first, STEPS, MOST_TICKS)
        return tuple(self._tick(day) for day in range(0, self.last + 1, step))

    def _tick(self, day: int) -> DayTick:
        x = self.x(day)
        return DayTick(x, f"day {day}", shown(self.registered_on + timedelta(days=day)), inward(x))


@dataclass(frozen=True)
class Read:
    """A date of the record as it is drawn: the earliest and the latest day that it can mean."""

    earliest: date
    latest: date
    words: str

    @property
    def is_exact(self) -> bool:
        """Whether day, month and year are on record."""
        return self.earliest == self.latest


def read(when: date | PartialDate) -> Read:
    """A full or partial date."""
    if isinstance(when, date):
        return Read(when, when, shown(when))
    return Read(when.earliest(), when.latest(), str(when))


def inward(x: float) -> int:
    """By how many pixels a date centered at x moves, so that it stays on the narrowest sheet."""
    if x < 5.5:
        return round((5.5 - x) * 6.4)
    return -round((x - 94.5) * 6.4) if x > 94.5 else 0


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
