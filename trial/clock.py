"""The one clock: which day it is at a site, and whether this machine's clock follows a time source.

Instants on record are the database server's. A day is the site's: in Auckland the next one begins while it is noon in
UTC. Whoever opens a participant works at that participant's site until the answer is given (`stand_at`).

Linux keeps how far its clock may be off (`man adjtimex`): whoever sets it (chrony, ntpd, systemd-timesyncd, the host of
a container) says so there, and nothing is asked over the network.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from trial.models import Participant, Site
from trial.rules.dates import site_time
from trial.rules.dates.partial_date import PartialDate

LARGEST_DRIFT_SECONDS = 1.0  # EMA guideline on computerised systems (2023): a clock further off is reported
UNSYNCHRONISED = 0x0040  # STA_UNSYNC of the kernel
_ERROR = -1
NOWHERE = site_time.zone(site_time.UTC_NAME)


@dataclass(frozen=True)
class Standing:
    """Where and of whom is worked: the zone of the site, and the birth of the participant (None: nobody, not known)."""

    zone: ZoneInfo = NOWHERE
    born_on: PartialDate | None = None


_STANDING: ContextVar[Standing] = ContextVar("where and of whom is worked", default=Standing())  # noqa: B039 (frozen)


def zone_of(site: Site | None) -> ZoneInfo:
    """The zone of a site; UTC for none."""
    return site_time.zone(site.time_zone) if site is not None else NOWHERE


def zone() -> ZoneInfo:
    """The zone of the site that is worked at; UTC while no participant is open."""
    return _STANDING.get().zone


def born_on() -> PartialDate | None:
    """The birth of the participant who is worked at: earlier than which nothing happened; None: not known."""
    return _STANDING.get().born_on


def today_at(site: Site) -> date:
    """The day at the site, now."""
    return timezone.now().astimezone(zone_of(site)).date()


def today() -> date:
    """The day at the site that is worked at: what `t` means in a date field, and later than which is the future."""
    return timezone.now().astimezone(zone()).date()


def today_by_site() -> Callable[[int], date]:
    """Site id → the day there, all of one instant; one SQL statement."""
    now = timezone.now()
    days = {key: now.astimezone(site_time.zone(name)).date() for key, name in Site.objects.values_list(
        "pk", "time_zone")}  # fmt: skip
    return days.__getitem__


def stand_at(site: Site | None) -> None:
    """From here to the end of `at` around it, days and times are those of this site, of nobody yet."""
    _STANDING.set(Standing(zone_of(site)))


def stand_with(participant: Participant) -> None:
    """From here to the end of `at` around it, days and times are those of this participant, at the own site."""
    _STANDING.set(Standing(zone_of(participant.site), participant.born_on))


@contextmanager
def at(site: Site | None, born_on: PartialDate | None = None) -> Iterator[None]:
    """Meanwhile days and times are those of this site and birth; whoever stood elsewhere does so again afterwards."""
    before = _STANDING.set(Standing(zone_of(site), born_on))
    try:
        yield
    finally:
        _STANDING.reset(before)


class Timex(ctypes.Structure):
    """`struct timex` of Linux up to what is read here, with room for the rest of it; times in microseconds."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("constant", ctypes.c_long),
        ("precision", ctypes.c_long), ("tolerance", ctypes.c_long), ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long), ("tick", ctypes.c_long), ("rest", ctypes.c_char * 256),
    )  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """What the kernel says: whether a time source sets its clock, and by how many seconds it may be off at most."""

    follows_a_source: bool
    off_by_at_most_seconds: float


def read() -> Timex | None:
    """The kernel's own account (nothing is set: modes is 0); None where there is none to read."""
    if not sys.platform.startswith("linux"):
        return None
    found = Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(found))
    except (OSError, AttributeError):
        return None
    return None if state == _ERROR else found


def kernel() -> Kernel | None:
    """None where the kernel does not say: another system than Linux, or a sandbox that refuses the question."""
    found = read()
    if found is None:
        return None
    return Kernel(not found.status & UNSYNCHRONISED, found.maxerror / 1_000_000)


def apart_seconds() -> float:
    """How far the database server's clock is from this machine's, the time of the question itself taken off."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        at = cursor.fetchone()[0]
        after = datetime.now(UTC)
    return max((before - at).total_seconds(), (at - after).total_seconds(), 0.0)


def judged(said: Kernel | None, apart: float) -> tuple[bool | None, str]:
    """Whether the clock is as it should be, and why; None where nobody knows, which is never called well."""
    if apart > LARGEST_DRIFT_SECONDS:
        return False, f"the database server's clock is {apart:.1f} s from this machine's"
    if said is None:
        return None, "not known: this machine does not say whether its clock follows a time source"
    if not said.follows_a_source:
        return False, "no time source sets this machine's clock: it may be off by any amount"
    if said.off_by_at_most_seconds > LARGEST_DRIFT_SECONDS:
        return False, f"may be off by {said.off_by_at_most_seconds:.1f} s: its time source has not been heard for long"
    return True, f"follows a time source, off by at most {said.off_by_at_most_seconds:.3f} s"
