"""A day and a time typed by the clock of a site, and the question which of two is meant where it was put back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms

from trial.rules.dates import site_time


def say_whose(field: forms.Field, where: ZoneInfo) -> None:
    """Says beside a time which clock it is typed by."""
    more = f"; {field.help_text}" if field.help_text else ""
    field.help_text = f"Time at the site, {site_time.place(where)}{more}"


def ask_which(field: forms.Field, on: date | None, at: time | None, where: ZoneInfo) -> None:
    """Shows the choice where the clock showed this time twice; elsewhere the field stays out of sight."""
    two = site_time.offsets(on, at, where) if on is not None and at is not None else ()
    if len(two) != 2:
        return
    named = zip(two, ("the first, before the clock was put back", "the second, after it"), strict=True)
    choices = [(site_time.stored(each), f"{words} ({site_time.in_words(each)})") for each, words in named]
    field.widget = forms.Select(choices=[("", "Choose"), *choices], attrs={"class": "form-select"})


def offset_of(on: date, at: time | None, where: ZoneInfo, chosen: str) -> timedelta:
    """The offset of what was typed; chosen: what was said where there are two. ValueError in words."""
    return site_time.offset_at(on, at, where, site_time.from_stored(chosen) if chosen.strip() else None)


def on_the_wall(at: datetime, where: ZoneInfo) -> tuple[date, time, str]:
    """An instant as it is typed: day, time, and the offset where the clock showed that time twice, else empty."""
    there = at.astimezone(where)
    day, wall = there.date(), there.time().replace(fold=0)
    two = len(site_time.offsets(day, wall, where)) == 2
    return day, wall, site_time.stored(there.utcoffset() or timedelta()) if two else ""
