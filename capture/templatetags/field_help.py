"""The help beside a field's label."""

from typing import Any

from django import template
from django.forms import BoundField

from capture.casebook.forms.base import help_of
from trial.models.fields import in_a_sentence

register = template.Library()
register.filter("in_a_sentence", in_a_sentence)


@register.inclusion_tag("capture/_field_help.html")
def field_help(field: BoundField) -> dict[str, Any]:
    """What the protocol asks for in this field; nothing where the list has none."""
    return {"help": help_of(type(field.form), field.name), "field": field}
