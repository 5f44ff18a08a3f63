"""One entry of the demo's story and the day it is made. Pure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trial.partial_date import PartialDate

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
