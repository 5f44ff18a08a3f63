"""Dates as the clinic knows them: day, month and year, or month and year, or only the year. PURE.

A partial date is never completed in the record; whoever needs a day asks for the earliest or the latest reading.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from trial.protocol import constant
from trial.refused import Refused
from trial.rules.typed_text import unseen

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TYPED = re.compile(r"(?:([0-9]{1,2}|UNK|UN)[- /.]?)?(?:([A-Z]{3}|UNK)[- /.]?)?([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})")
_DIGITS = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_DAYS_OFF = re.compile(r"T([+-][0-9]{1,3})")
_TWO_WAYS = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2,4}")
# Nobody who takes part was born earlier, and nothing is planned further ahead.
EARLIEST_YEAR = constant("first_year") - constant("oldest_age_years")
YEARS_AHEAD = 10


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date whose day, or day and month, may be unknown (None). ValueError for what is no day of the calendar."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError(f"{self.year} has a day but no month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @property
    def is_complete(self) -> bool:
        """Whether day and month are known."""
        return self.day is not None and self.month is not None

    def earliest(self) -> date:
        """The first day the date can mean."""
        return date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    def latest(self) -> date:
        """The last day the date can mean."""
        month = 12 if self.month is None else self.month
        return date(self.year, month, calendar.monthrange(self.year, month)[1] if self.day is None else self.day)

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
    """Reads `12-FEB-2006`, `12feb2006`, `UNK-FEB-2006`, `t` (today), `t-3`, `2006-02-12`, `20060212`, `20/11/2006`.

    Raises Refused in words; a date in digits that can be read two ways (03/04/2006) is refused, and so is a year that
    no date of a participant or of the study can have.
    """
    typed = text.strip().upper()
    if refused := unseen(text.strip()):
        raise Refused(refused)
    if typed in {"T", "TODAY"}:
        return PartialDate(today.year, today.month, today.day)
    if off := _DAYS_OFF.fullmatch(typed):
        day_off = today + timedelta(days=int(off[1]))
        return PartialDate(day_off.year, day_off.month, day_off.day)
    if year_first := _YEAR_FIRST.fullmatch(typed):
        year_read, month_read, day_read = (int(part) for part in year_first.group(1, 3, 4))
        return _checked(year_read, month_read, day_read, text, today)
    if (digits := _DIGITS.fullmatch(typed)) and (reading := _only_reading(int(digits[1]), int(digits[2]))):
        return _checked(int(digits[3]), *reading, text, today)
    if _DAY_NUMBER.fullmatch(typed):
        raise Refused(f"“{text}” is a spreadsheet's number of a day. Type the date as 12-FEB-2006.")
    match = _TYPED.fullmatch(typed)
    if (match is None and _TWO_WAYS.fullmatch(typed)) or (match and match[1] and match[1].isdigit() and not match[2]):
        raise Refused(f"“{text}” can be read in two ways. Type it as 12-FEB-2006.")
    if match is None or not text.strip().isascii():
        raise Refused(f"“{text}” is not a date. Type it as 12-FEB-2006.")
    day, month, year = match.groups()
    return _checked(int(year), _month(month, text), int(day) if day and day.isdigit() else None, text, today)


def _only_reading(one: int, other: int) -> tuple[int, int] | None:
    """(month, day) of two numbers of which one is no month, or that are the same; None where both can be the month."""
    readings = {(month, day) for month, day in ((one, other), (other, one)) if month <= len(MONTHS)}
    return readings.pop() if len(readings) == 1 else None


def _month(name: str | None, text: str) -> int | None:
    if name is None or name == "UNK":
        return None
    if name not in MONTHS:
        raise Refused(f"“{text}”: {name} is not a month. Type it as 12-FEB-2006.")
    return MONTHS.index(name) + 1


def _checked(year: int, month: int | None, day: int | None, text: str, today: date) -> PartialDate:
    if day is not None and month is None:
        raise Refused(f"“{text}” has a day but no month.")
    try:
        read = PartialDate(year, month, day)
    except ValueError:
        raise Refused(f"“{text}” is not a calendar date.") from None
    if not EARLIEST_YEAR <= year <= today.year + YEARS_AHEAD:
        raise Refused(f"“{text}”: the year {year:04d} is out of range. Check the year.")
    return read


def shown(day: date | None) -> str:
    """A full date as the product shows it: `12-FEB-2006`; empty for None."""
    return "" if day is None else f"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d}"


def age(born_on: PartialDate | None, on: date) -> int | None:
    """Completed years; None without a date of birth, and where a partial one leaves two answers."""
    if born_on is None:
        return None
    lowest, highest = ages_on(born_on, on)
    return lowest if lowest == highest else None


def ages_on(born_on: PartialDate, on: date) -> tuple[int, int]:
    """The lowest and the highest age in completed years that a date of birth allows."""
    return _years(born_on.latest(), on), _years(born_on.earliest(), on)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
