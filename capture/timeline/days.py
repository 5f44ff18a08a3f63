"""The axis of the timeline: days from registration, their dates, and how a date that is not complete is read. PURE.

A partial date is drawn over every day that it can mean, earliest to latest, and marked as approximate.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from trial.drawing import round_step
from trial.partial_date import PartialDate, shown

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
    """By how many pixels a date centred at x moves, so that it stays on the narrowest sheet."""
    if x < 5.5:
        return round((5.5 - x) * 6.4)
    return -round((x - 94.5) * 6.4) if x > 94.5 else 0
