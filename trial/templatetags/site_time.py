"""How pages write an instant: by the clock of the site it belongs to, with the instant in UTC beside it."""

from datetime import datetime

from django import template
from django.utils import timezone

from trial.models import Site
from trial.record.site_clock import zone, zone_of
from trial.rules.dates import site_time

register = template.Library()


@register.filter
def at_site(at: datetime, site: Site) -> str:
    """`24-NOV-2026 04:30 UTC−05:00 (09:30 UTC)`; at a site in UTC `24-NOV-2026 09:30 UTC`."""
    return site_time.shown(at, zone_of(site))


@register.filter
def zone_name(site: Site) -> str:
    """The zone of a site, as a page names it."""
    return site_time.place(zone_of(site))


@register.filter
def to_the_second(at: datetime) -> str:
    """With seconds, at the site that is worked at: for histories and signatures of one participant."""
    return site_time.shown(at, zone(), seconds=True)


@register.simple_tag
def seconds_from_utc() -> int:
    """How far the clock of the site that is worked at is from UTC now: `t` in a date field asks for it."""
    offset = timezone.now().astimezone(zone()).utcoffset()
    return int(offset.total_seconds()) if offset else 0


@register.simple_tag
def times_are() -> str:
    """Which clock the page is by, for its foot."""
    where = zone()
    if where.key == site_time.UTC_NAME:
        return "times are UTC where no other offset stands beside them"
    return f"days and typed times are those of the site, {site_time.place(where)}"
