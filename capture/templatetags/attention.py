"""What needs the person who looks at the results, and the measures of the data, for the dashboard."""

from typing import Any

from django import template
from django.utils import timezone

from capture.participants.work import attention as of_record
from trial.record import site_clock

register = template.Library()


@register.simple_tag(takes_context=True)
def attention(context: dict[str, Any]) -> of_record.Attention:
    """Of all sites of the person, now."""
    return of_record.attention(context["request"].user, timezone.now(), site_clock.today_by_site())


@register.simple_tag(takes_context=True)
def decisions(context: dict[str, Any]) -> int:
    """How many decisions wait for the person, for the menu."""
    return of_record.decisions(context["request"].user)
