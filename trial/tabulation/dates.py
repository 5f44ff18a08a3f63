"""Dates of the standards: as entered, never completed; days and epochs from what is certain only. PURE."""

from collections.abc import Sequence
from datetime import date, timedelta

from trial.rules.dates.partial_date import from_stored


def complete(dtc: str | None) -> date | None:
    """The day of `2006-01-12`; None of a partial date or none."""
    return date.fromisoformat(dtc) if dtc and len(dtc) == 10 else None


def study_day(dtc: str | None, reference: date | None) -> int | None:
    """Days from the reference day, which is day 1; the day before it is -1. None where either is not known."""
    on = complete(dtc)
    if on is None or reference is None:
        return None
    days = (on - reference).days
    return days + 1 if days >= 0 else days


def later(on: str, days: int) -> str:
    """The ISO date so many days later."""
    return (date.fromisoformat(on) + timedelta(days=days)).isoformat()


def epoch(dtc: str | None, elements: Sequence[tuple[str, str]]) -> str | None:
    """The epoch of a date. elements: (first day, epoch) of each that began, in order.

    None before the first one, and of a partial date that may lie in two of them.
    """
    if not dtc:
        return None
    known = from_stored(dtc)
    found = {_of_day(day, elements) for day in (known.earliest(), known.latest())}
    return found.pop() if len(found) == 1 else None


def _of_day(day: date, elements: Sequence[tuple[str, str]]) -> str | None:
    begun = [name for first, name in elements if first <= day.isoformat()]
    return begun[-1] if begun else None
