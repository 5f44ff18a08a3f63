"""One entry of the demo's story and the day it is made. Pure."""

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from trial.rules.dates.partial_date import PartialDate


@dataclass(frozen=True)
class DemoLesion:
    """A target lesion at baseline."""

    organ: str
    longest_diameter_mm: Decimal


@dataclass
class DemoScan:
    """A follow-up: millimetres by target (None: not evaluated, with the reason), what else was seen, and how."""

    on: date
    millimetres: list[Decimal | None]
    why_missing: str = ""
    new_lesion: bool = False
    non_target_progressed: bool = False
    marker: str = "not_done"
    opinion: str = ""
    scanned_late: dict[int, date] = field(default_factory=dict)


Values = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """What somebody enters on a day: the kind of form or act, its values, and the lines below it.

    looked_at: what is said to its soft checks; empty: nobody has looked at them.
    """

    on: date
    kind: str
    values: Values = field(default_factory=dict)
    lines: tuple[Values, ...] = ()
    looked_at: str = "As in the source document."


def full(day: date) -> PartialDate:
    """A date that is known to the day."""
    return PartialDate(day.year, day.month, day.day)


def month_of(day: date) -> PartialDate:
    """A date of which the day is unknown."""
    return PartialDate(day.year, day.month)


def year_of(day: date) -> PartialDate:
    """A date of which only the year is known."""
    return PartialDate(day.year)


IN_GROUP = {"A": 50, "B": 43}


@dataclass(frozen=True)
class DemoEvent:
    """An adverse event as it went; grade None: not on record."""

    term: str
    grade: int | None
    onset_on: date
    resolved_on: date | None
    present_at_baseline: bool = False


@dataclass
class DemoParticipant:
    """One synthetic participant; `chance` is a generator of its own, so that nobody depends on another.

    last_day: the last day on which anything can be seen of the participant, today at the latest.
    """

    group: str
    rank: int
    site: str
    course_name: str
    consented_on: date
    registered_on: date
    today: date
    chance: random.Random
    tumour_type: str = ""
    prior: tuple[tuple[str, str, str, str], ...] = ()
    day_1: date | None = None
    last_day: date = date.max
    off_on: date | None = None
    off_reason: str = ""
    died_on: date | None = None
    lesions: list[DemoLesion] = field(default_factory=list)
    scans: list[DemoScan] = field(default_factory=list)
    cycle_starts: list[date] = field(default_factory=list)
    events: list[DemoEvent] = field(default_factory=list)

    @property
    def key(self) -> str:
        """`A7`: group and rank."""
        return f"{self.group}{self.rank}"

    @property
    def is_registered(self) -> bool:
        """Whether the participant is ever registered."""
        return self.rank <= IN_GROUP[self.group]

    def is_rank(self, *keys: str) -> bool:
        """Whether the participant is one of these."""
        return self.key in keys
