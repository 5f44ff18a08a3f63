"""A past moment as it is typed: a change number or an instant, as the number of the newest change known then."""

import re
from datetime import UTC, date, datetime, time, timedelta

from trial.models import Change, DataCut
from trial.models.audit import last_change
from trial.refused import Refused
from trial.rules.dates import partial_date
from trial.rules.typed_text import key

_CLOCK = re.compile(r"^(?P<day>.+?)[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:Z| UTC)?$", re.I)


class WrongMoment(ValueError):
    """The as-of date, cut-off or data cut does not exist; the message says why."""


def named(as_of: str, cut: str, cutoff: str = "") -> tuple[int, DataCut | None]:
    """The newest change that is known at a moment or in a data cut, and that data cut; of neither the newest of all.

    cutoff: looked at only since a data cut has its own. Raises WrongMoment.
    """
    if not cut:
        return change_at(as_of) if as_of else last_change(), None
    if as_of or cutoff:
        raise WrongMoment("Name a data cut or a moment, not both.")
    found = DataCut.objects.filter(name=cut).first()
    if found is None:
        raise WrongMoment(f"There is no data cut named “{cut}”.")
    return found.as_of_change, found


def change_at(text: str) -> int:
    """A change number, or an instant (UTC; a day means its end), as the number of the newest change known then."""
    number = key(text)
    if number is not None:
        if not 1 <= number <= last_change():
            raise WrongMoment(f"There is no change {text}: the newest is {last_change()}.")
        return number
    at = _instant(text)
    newest = Change.objects.filter(at__lte=at).order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        raise WrongMoment(f"Nothing was on record at {text}.")
    return int(newest)


def day(text: str) -> date:
    """`12-FEB-2006` and what else the product reads as a full date."""
    try:
        read = partial_date.parse(text, datetime.now(UTC).date())
    except Refused as refusal:
        raise WrongMoment(str(refusal)) from None
    if not read.is_complete:
        raise WrongMoment(f"“{text}” names no day. Type it as 12-FEB-2006.")
    return read.earliest()


def _instant(text: str) -> datetime:
    clock = _CLOCK.match(text)
    if clock is None:
        return datetime.combine(day(text) + timedelta(days=1), time(0), UTC) - timedelta(microseconds=1)
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        raise WrongMoment(f"“{text}” has no such time of day.")
    # The whole second, or minute, that was typed is still part of it.
    whole = timedelta(seconds=1) if clock["second"] else timedelta(minutes=1)
    return datetime.combine(day(clock["day"]), time(hour, minute, second), UTC) + whole - timedelta(microseconds=1)
