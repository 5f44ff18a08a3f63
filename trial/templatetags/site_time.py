"""How pages write dates and instants: every page uses these filters, and no date format of its own.

The filters are built into every template (`TEMPLATES` in `trial/settings.py`).
"""

from datetime import date, datetime

from django import template
from django.utils import timezone

from trial.models import Site
from trial.record.site_clock import zone, zone_of
from trial.rules.dates import partial_date, site_time
from trial.rules.dates.partial_date import PartialDate

register = template.Library()


@register.filter
def clinical_date(value: date | PartialDate | str | None, precision: str = "") -> str:
    """A date as `12-JAN-2006`, an instant as `24-NOV-2026 14:30 UTC`; empty for None.

    value: a date, an instant, a partial date, or the stored text of one. precision: "seconds" adds them to an instant.
    """
    if isinstance(value, datetime):
        return site_time.in_utc(value, seconds=precision == "seconds")
    if isinstance(value, date):
        return partial_date.shown(value)
    return str(partial_date.from_stored(value) if isinstance(value, str) and value else value or "")


@register.filter
def at_site(at: datetime, site: Site) -> str:
    """`24-NOV-2026 04:30 UTC−05:00 (09:30 UTC)`; at a site in UTC `24-NOV-2026 09:30 UTC`."""
    return site_time.shown(at, zone_of(site))


@register.filter
def zone_name(site: Site) -> str:
    """The time zone of a site, as pages name it: `America/New York`."""
    return site_time.place(zone_of(site))


@register.filter
def to_the_second(at: datetime) -> str:
    """An instant with seconds at the site of the open participant: for histories and signatures."""
    return site_time.shown(at, zone(), seconds=True)


@register.simple_tag
def seconds_from_utc() -> int:
    """Offset of the open site from UTC now, in seconds: `t` in a date field uses it."""
    offset = timezone.now().astimezone(zone()).utcoffset()
    return int(offset.total_seconds()) if offset else 0


@register.simple_tag
def times_are() -> str:
    """Time zone of the page, for its footer."""
    where = zone()
    if where.key == site_time.UTC_NAME:
        return "Times are UTC unless an offset is shown"
    return f"Dates and entered times are those of the site, {site_time.place(where)}"
