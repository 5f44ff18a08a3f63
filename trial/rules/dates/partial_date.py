"""Dates as the clinic knows them: day, month and year, or month and year, or only the year. PURE.

A partial date is never completed in the record; whoever needs a day asks for the earliest or the latest reading.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TYPED = re.compile(r"^(?:(\d{1,2}|UNK|UN)[-\s/.]?)?(?:([A-Z]{3}|UNK)[-\s/.]?)?(\d{4})$")


class DateNotUnderstood(ValueError):
    """The typed text is no date, or could be read in two ways."""


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date whose day, or day and month, may be unknown (None)."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether day and month are known."""
        return self.day is not None and self.month is not None

    def earliest(self) -> date:
        """The first day the date can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> date:
        """The last day the date can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def stored(self) -> str:
        """`2006-01-12`, `2006-01` or `2006`: sorts by time as text."""
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def __str__(self) -> str:
        """As it is typed and shown: `12-JAN-2006`, `UNK-JAN-2006`, `UNK-UNK-2006`."""
        day = f"{self.day:02d}" if self.day is not None else "UNK"
        month = MONTHS[self.month - 1] if self.month is not None else "UNK"
        return f"{day}-{month}-{self.year:04d}"


def from_stored(text: str) -> PartialDate:
    """The inverse of `PartialDate.stored`."""
    parts = [int(part) for part in text.split("-")]
    return PartialDate(*parts)


def parse(text: str, today: date) -> PartialDate:
    """Reads `12-FEB-2006`, `12feb2006`, `UNK-FEB-2006`, `t` (today), `2006-02-12`.

    Raises DateNotUnderstood in words; a date in digits only (03/04/2006) can be read two ways and is refused.
    """
    typed = text.strip().upper()
    if typed in {"T", "TODAY"}:
        return PartialDate(today.year, today.month, today.day)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
        year_read, month_read, day_read = (int(part) for part in typed.split("-"))
        return _checked(year_read, month_read, day_read, text)
    match = _TYPED.match(typed)
    if match is None and re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}", typed):
        raise DateNotUnderstood(f"“{text}” can be read in two ways. Type it as 12-FEB-2006.")
    if match is None:
        raise DateNotUnderstood(f"“{text}” is not a date. Type it as 12-FEB-2006.")
    day, month, year = match.groups()
    if day and day.isdigit() and month is None:
        raise DateNotUnderstood(f"“{text}” can be read in two ways. Type it as 12-FEB-2006.")
    return _checked(int(year), _month(month, text), int(day) if day and day.isdigit() else None, text)


def _month(name: str | None, text: str) -> int | None:
    if name is None or name == "UNK":
        return None
    if name not in MONTHS:
        raise DateNotUnderstood(f"“{text}”: {name} is not a month. Type it as 12-FEB-2006.")
    return MONTHS.index(name) + 1


def _checked(year: int, month: int | None, day: int | None, text: str) -> PartialDate:
    if day is not None and month is None:
        raise DateNotUnderstood(f"“{text}” has a day but no month.")
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise DateNotUnderstood(f"“{text}” is not a day of the calendar.") from None
    return PartialDate(year, month, day)


def shown(day: date | None) -> str:
    """A full date as the product shows it: `12-FEB-2006`; empty for None."""
    return "" if day is None else f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"
