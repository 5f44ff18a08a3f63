"""The help beside a field's label."""

from typing import Any

from django import template
from django.forms import BoundField

from capture.casebook.forms import field_help as helps

register = template.Library()


@register.inclusion_tag("capture/casebook/_field_help.html")
def field_help(field: BoundField) -> dict[str, Any]:
    """What the protocol asks for in this field; nothing where the list has none."""
    return {"help": helps.of(type(field.form).__name__, field.name), "field": field}
