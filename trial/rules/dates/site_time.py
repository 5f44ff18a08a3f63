"""The clock on the wall of a site: what a day and a time typed there mean, and how an instant is written there. PURE.

Zones are those of the IANA database (https://www.iana.org/time-zones). Where a clock is put forward an hour of the wall
is never shown, where it is put back one is shown twice: the first is refused and the second is asked about.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from trial.refused import Refused

UTC_NAME = "UTC"
_AREAS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
          "Pacific/")  # fmt: skip
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2})(?::(\d{2}))?)?")
MOST = timedelta(hours=14)  # no clock of the world is further from UTC


@cache
def names() -> tuple[str, ...]:
    """The zones that can be chosen: UTC, then places by continent."""
    return (UTC_NAME, *sorted(each for each in available_timezones() if each.startswith(_AREAS)))


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of this name; ValueError for a name that the database does not have."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"“{name}” is not a time zone.") from None


def place(where: ZoneInfo) -> str:
    """The zone as a page names it: `America/New York`."""
    return where.key.replace("_", " ")


def offsets(on: date, at: time, where: ZoneInfo) -> tuple[timedelta, ...]:
    """How far from UTC the wall clock was when it showed this: none (never shown), one, or two, the earlier first."""
    wall = datetime.combine(on, at)
    found = {wall.replace(tzinfo=where, fold=fold).utcoffset() or timedelta() for fold in (0, 1)}
    shown_then = [each for each in found if _instant(wall, each).astimezone(where).replace(tzinfo=None) == wall]
    return tuple(sorted(shown_then, reverse=True))


def offset_at(on: date, at: time | None, where: ZoneInfo, chosen: timedelta | None = None) -> timedelta:
    """The one offset of a typed day and time; without a time that of the beginning of the day.

    chosen: said by the person where the time was shown twice. Raises Refused.
    """
    if at is None:
        # Where midnight itself is left out this is the offset before: the day then begins at the same instant.
        return datetime.combine(on, time.min, where).utcoffset() or timedelta()
    found = offsets(on, at, where)
    if len(found) == 1:
        return found[0]
    if chosen in found:
        return chosen
    raise Refused(_why(on, at, where, found))


def _why(on: date, at: time, where: ZoneInfo, found: tuple[timedelta, ...]) -> str:
    day = f"{on:%d-%b-%Y}".upper()
    if found:
        return (f"{at:%H:%M} occurred twice at the site on {day}, when the clock was put back. "
                f"Choose one: {' or '.join(in_words(each) for each in found)}.")  # fmt: skip
    return (f"{at:%H:%M} did not occur at the site ({place(where)}) on {day}: the clock was put forward. "
            "Check the time.")  # fmt: skip


def instant(on: date, at: time | None, offset: timedelta) -> datetime:
    """The instant, in UTC; without a time the beginning of the day."""
    return _instant(datetime.combine(on, at or time.min), offset)


def _instant(wall: datetime, offset: timedelta) -> datetime:
    return wall.replace(tzinfo=timezone(offset)).astimezone(UTC)


def stored(offset: timedelta) -> str:
    """`UTC`, `UTC-05:00`, `UTC+05:30`: as it stands on record and in files."""
    if not offset:
        return UTC_NAME
    seconds = abs(int(offset.total_seconds()))
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"UTC{'-' if offset < timedelta() else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}{rest}"


def from_stored(text: str) -> timedelta:
    """The inverse; also reads `Z`, `-05:00` and `-0500`. Raises Refused."""
    said = text.strip().upper().replace("−", "-")
    if said in ("UTC", "GMT", "Z"):
        return timedelta()
    found = _OFFSET.fullmatch(said)
    if found is not None and int(found[3] or 0) < 60 and int(found[4] or 0) < 60:
        size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0), seconds=int(found[4] or 0))
        if size <= MOST:
            return -size if found[1] == "-" else size
    raise Refused(f"“{text}” is not an offset from UTC. Write it as UTC-05:00.")


def in_words(offset: timedelta) -> str:
    """As a page says it, with a minus sign that no line breaks after."""
    return stored(offset).replace("-", "−")


def shown(at: datetime, where: ZoneInfo, *, seconds: bool = False) -> str:
    """`24-NOV-2026 04:30 UTC−05:00 (09:30 UTC)`: the time at the site, and the instant; once where both are one."""
    there, here = at.astimezone(where), at.astimezone(UTC)
    clock = "%H:%M:%S" if seconds else "%H:%M"
    offset = there.utcoffset()
    said = f"{there:%d-%b-%Y}".upper() + f" {there:{clock}} {in_words(offset or timedelta())}"
    if not offset:
        return said
    day = "" if there.date() == here.date() else f"{here:%d-%b-%Y} ".upper()
    return f"{said} ({day}{here:{clock}} UTC)"


def in_utc(at: datetime, *, seconds: bool = False) -> str:
    """`24-NOV-2026 14:30 UTC`, with seconds `24-NOV-2026 14:30:05 UTC`."""
    return shown(at, zone(UTC_NAME), seconds=seconds)


def end_of(day: date, where: ZoneInfo) -> datetime:
    """The instant at which a day is over at the site, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, where).astimezone(UTC)
