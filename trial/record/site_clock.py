"""The one clock: which day it is at a site.

Instants on record are the database server's. A day is the site's: in Auckland the next one begins while it is noon in
UTC. Whoever opens a participant works at that participant's site until the answer is given (`stand_at`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from trial.models import Participant, Site
from trial.rules.dates import site_time
from trial.rules.dates.partial_date import PartialDate

NOWHERE = site_time.zone(site_time.UTC_NAME)


@dataclass(frozen=True)
class Standing:
    """Where and of whom is worked: the zone of the site, and the birth of the participant (None: nobody, not known)."""

    zone: ZoneInfo = NOWHERE
    born_on: PartialDate | None = None


# A context variable: the fields of a form are declared once, for every site, and Django hands them no request.
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
