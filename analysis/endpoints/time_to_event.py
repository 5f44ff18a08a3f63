"""Time-to-event endpoints as declarations: where the clock starts, what ends it, where it stops unobserved. PURE.

Rules: the registry's outcomes; that TTP and duration of response censor deaths is our reading. Durations are whole
days (end − start).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trial.rules.dates.partial_date import shown
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

    Events on one day go to the one declared first, so progression stands before death.
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
    """The dates on record contradict each other; the message says how."""


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
        return min(happened, key=lambda each: each[1].on)
    for source in declaration.censors:
        fact = dates.get(source)
        if fact is not None:
            return source, _without_follow_up(declaration, source, fact)
    raise ImpossibleDates(f"{declaration.name}: there is neither an event nor a date to censor at.")


def _without_follow_up(declaration: TimeToEvent, source: str, fact: DatedFact) -> DatedFact:
    """Censored at the start: say that nothing was seen since, instead of repeating what the start is."""
    if source != declaration.start:
        return fact
    missing = " and ".join(_words(each) for each in declaration.censors if each != source)
    return DatedFact(fact.on, f"at {_words(source)}, no {missing} on record")


def _words(source: str) -> str:
    words = {LAST_ASSESSMENT: "disease assessment", LAST_KNOWN_ALIVE: "later date known alive"}
    return words.get(source, source)


def _of(participant: str) -> str:
    return f" of {participant}" if participant else ""
