"""Template tags for the head of a form, and for the way back from it."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from capture.entry.views import place
from trial.models import Participant

register = template.Library()
register.filter("mark_of", place.mark_of)
register.filter("led_back", place.led_back)


@register.simple_tag(takes_context=True)
def visit_of(context: dict[str, Any], participant: Participant, form: str) -> list[str]:
    """What a new entry is for, part by part."""
    return place.visit_of(context["request"], participant, form)


@register.simple_tag(takes_context=True)
def opened_from(context: dict[str, Any]) -> SafeString:
    """A hidden field that leads back to where the form was opened."""
    section = place.opened_from(context["request"])
    return format_html('<input type="hidden" name="{}" value="{}">', place.FROM, section) if section else SafeString()
