"""One participant's times to event as plain values, with the readings that the sensitivity lines need. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.disease import Course
from trial.rules.evaluation.facts import DatedFact

REGISTRATION = "registration"
PROGRESSION = "progression"
DEATH = "death"
LAST_ASSESSMENT = "last_assessment"
LAST_KNOWN_ALIVE = "last_known_alive"
RESPONSE = "response"
SOURCES = (REGISTRATION, RESPONSE, PROGRESSION, DEATH, LAST_ASSESSMENT, LAST_KNOWN_ALIVE)


@dataclass(frozen=True)
class TimeToEvent:
    """An endpoint: the first of `events` ends it; without one the first of `censors` that has a date stops the clock.

    Events on one day go to the one declared first, so progression is declared before death.
    """

    name: str
    start: str
    events: tuple[str, ...]
    censors: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a source that nobody supplies (ValueError)."""
        unknown = {self.start, *self.events, *self.censors} - set(SOURCES)
        if unknown:
            raise ValueError(f"{self.name} names unknown sources: {', '.join(sorted(unknown))}.")


@dataclass(frozen=True)
class Observation:
    """One participant's time to event: start, end, whether the end is an event, why, and the whole days between."""

    participant: str
    start_on: date
    end_on: date
    event: bool
    because: str
    days: int
    entry: str = ""


class ImpossibleDates(ValueError):
    """The dates entered contradict each other; the message says how."""


PFS = TimeToEvent("Progression-free survival", REGISTRATION, (PROGRESSION, DEATH), (LAST_ASSESSMENT, REGISTRATION))
TTP = TimeToEvent("Time to progression", REGISTRATION, (PROGRESSION,), (LAST_ASSESSMENT, REGISTRATION))
OS = TimeToEvent("Overall survival", REGISTRATION, (DEATH,), (LAST_KNOWN_ALIVE, REGISTRATION))
DOR = TimeToEvent("Duration of response", RESPONSE, (PROGRESSION,), (LAST_ASSESSMENT, RESPONSE))


def observe(declaration: TimeToEvent, dates: Mapping[str, DatedFact | None], participant: str = "") -> Observation:
    """Read a declaration against one participant's dates; a source that is missing or None did not happen.

    Raises ImpossibleDates when the start is unknown or an end precedes it.
    """
    start = dates.get(declaration.start)
    if start is None:
        raise ImpossibleDates(f"{declaration.name}{_of(participant)}: there is no date of {declaration.start}.")
    source, end = _end(declaration, dates)
    if end.on < start.on:
        raise ImpossibleDates(
            f"{declaration.name}{_of(participant)}: {_words(source)} on {shown(end.on)} "
            f"precedes {_words(declaration.start)} on {shown(start.on)}."
        )
    event = source in declaration.events
    because = end.because if event else f"censored: {end.because}"
    return Observation(participant, start.on, end.on, event, because, (end.on - start.on).days, end.entry)


def _end(declaration: TimeToEvent, dates: Mapping[str, DatedFact | None]) -> tuple[str, DatedFact]:
    happened = [(source, fact) for source in declaration.events if (fact := dates.get(source)) is not None]
    if happened:
        # min keeps the first of equals: the order of declaration decides a tie.
        return min(happened, key=lambda ending: ending[1].on)
    for source in declaration.censors:
        fact = dates.get(source)
        if fact is not None:
            return source, _without_follow_up(declaration, source, fact)
    raise ImpossibleDates(f"{declaration.name}: there is neither an event nor a date to censor at.")


def _without_follow_up(declaration: TimeToEvent, source: str, fact: DatedFact) -> DatedFact:
    """Censored at the start: say that nothing was seen since, instead of repeating what the start is."""
    if source != declaration.start:
        return fact
    missing = " and ".join(_words(censor) for censor in declaration.censors if censor != source)
    return DatedFact(fact.on, f"at {_words(source)}, no {missing} on record")


def _words(source: str) -> str:
    words = {LAST_ASSESSMENT: "disease assessment", LAST_KNOWN_ALIVE: "later date known alive"}
    return words.get(source, source)


def _of(participant: str) -> str:
    return f" of {participant}" if participant else ""


Time = dict[str, Any]
BY_KEY = {"os": OS, "pfs": PFS, "ttp": TTP, "dor": DOR}


def all_times(course: Course, began_on: date | None, settings: AnalysisSettings) -> dict[str, Time | None]:
    """`os`, `pfs`, `ttp` and `dor` (None: no confirmed response)."""
    response = None if began_on is None else DatedFact(began_on, "confirmed response")
    return {
        key: None if key == "dor" and response is None else time(declaration, course, response, settings)
        for key, declaration in BY_KEY.items()
    }


def time(declaration: TimeToEvent, course: Course, response: DatedFact | None, settings: AnalysisSettings) -> Time:
    """days, event, start and end as ISO dates, and why; days None where the dates contradict each other, in words."""
    try:
        seen = observe(declaration, course.dates(response))
    except ImpossibleDates as contradiction:
        # No number follows from such dates; the words take its place until they are corrected.
        return {"days": None, "event": False, "on": None, "start_on": None, "because": str(contradiction),
                "entry": ""}
    observed: Time = {
        "days": seen.days,
        "event": seen.event,
        "on": seen.end_on.isoformat(),
        "start_on": seen.start_on.isoformat(),
        "because": seen.because,
        "entry": seen.entry,
    }
    return _truncated(observed, seen.start_on, settings.truncate_after_days)


def _truncated(observed: Time, start_on: date, limit: int | None) -> Time:
    if limit is None or observed["days"] <= limit:
        return observed
    on = date.fromordinal(start_on.toordinal() + limit)
    return {**observed, "days": limit, "event": False, "on": on.isoformat(),
            "because": f"censored: follow-up truncated after {limit} days"}  # fmt: skip


def censored_at_new_therapy(
    course: Course, began_on: date | None, settings: AnalysisSettings
) -> dict[str, Time | None] | None:
    """The times as if nothing were known after new therapy began; None when there was none (nothing differs)."""
    if course.new_therapy is None:
        return None
    return _without_survival(all_times(course.until(course.new_therapy.on), began_on, settings))


def censored_after_missed_assessments(
    course: Course, began_on: date | None, settings: AnalysisSettings
) -> dict[str, Time | None] | None:
    """The times with an event censored when it follows a gap longer than the setting; None when there is none."""
    censored: dict[str, Time | None] = {}
    for key, ends in (("pfs", (course.progression, course.death)), ("ttp", (course.progression,))):
        on = _last_before_gap(course, ends, settings)
        if on is not None:
            censored[key] = time(BY_KEY[key], course.until(on), None, settings)
            if key == "ttp" and began_on is not None:
                response = DatedFact(began_on, "confirmed response")
                censored["dor"] = time(DOR, course.until(max(on, began_on)), response, settings)
    return censored or None


def _last_before_gap(course: Course, ends: tuple[DatedFact | None, ...], settings: AnalysisSettings) -> date | None:
    """The last assessment (or registration) before the first event, if the gap between them is too long."""
    event_on = min((end.on for end in ends if end is not None), default=None)
    if event_on is None:
        return None
    before = [assessment.on for assessment in course.assessments if assessment.on < event_on]
    last = max([course.registration.on, *before])
    return last if (event_on - last).days > settings.missed_assessments_days else None


def _without_survival(times: dict[str, Time | None]) -> dict[str, Time | None]:
    """Overall survival is never censored at new therapy."""
    return {key: value for key, value in times.items() if key != "os"}
