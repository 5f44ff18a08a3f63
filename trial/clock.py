"""The one clock: which day it is at a site.

Instants on record are the database server's. A day is the site's: in Auckland the next one begins while it is noon in
UTC. Whoever opens a participant works at that participant's site until the answer is given (`stand_at`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from trial.models import Site
from trial.rules.dates import site_time

NOWHERE = site_time.zone(site_time.UTC_NAME)
_STANDING: ContextVar[ZoneInfo] = ContextVar("zone of the site that is worked at", default=NOWHERE)


def zone_of(site: Site | None) -> ZoneInfo:
    """The zone of a site; UTC for none."""
    return site_time.zone(site.time_zone) if site is not None else NOWHERE


def zone() -> ZoneInfo:
    """The zone of the site that is worked at; UTC while no participant is open."""
    return _STANDING.get()


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
    """From here to the end of `at` around it, days and times are those of this site."""
    _STANDING.set(zone_of(site))


@contextmanager
def at(site: Site | None) -> Iterator[None]:
    """Meanwhile days and times are those of this site; whoever stood elsewhere does so again afterwards."""
    before = _STANDING.set(zone_of(site))
    try:
        yield
    finally:
        _STANDING.reset(before)
