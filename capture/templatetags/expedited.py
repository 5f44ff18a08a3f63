"""Template tags that show the clock of an expedited report on the page of its event."""

from django import template
from django.utils import timezone

from capture.expedited import listing
from capture.expedited.clocks import clock_of, combinations
from trial.models import AdverseEvent

register = template.Library()


@register.simple_tag
def event_clock(event: AdverseEvent | None) -> listing.Line | None:
    """The clock of a saved event that stands; None for a new one."""
    if event is None or event.is_struck_out:
        return None
    return listing.line(clock_of(event, timezone.now()), timezone.now())


@register.simple_tag
def asking() -> str:
    """For which grades, attributions and expectednesses the form asks what a report needs."""
    return " ".join(combinations())
