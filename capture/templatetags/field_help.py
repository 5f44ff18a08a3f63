"""What a field's template asks beside the field: its help, and the reason why its value is missing."""

from functools import cache

from django import template
from django.forms import BoundField

from capture.casebook.forms import field_help as helps
from trial.record import form_layout

register = template.Library()
register.filter("reason_of", form_layout.reason_of)
_help = cache(helps.of)


@register.filter
def help_of(field: BoundField) -> helps.Help | None:
    """What the protocol asks for in this field; None where the list has nothing."""
    return _help(type(field.form).__name__, field.name)
