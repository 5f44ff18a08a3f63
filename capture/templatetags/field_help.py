"""What stands beside a field: its help, its queries, and the reason why its value is missing."""

from dataclasses import replace
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils.html import conditional_escape, escape

from capture.casebook.forms.base import Help
from capture.casebook.forms.base import help_of as declared_help
from capture.templatetags.conduct import field_marks
from trial.drawing import form_layout
from trial.models.fields import in_a_sentence

register = template.Library()
register.filter("in_a_sentence", in_a_sentence)
register.filter("errors_of", form_layout.errors_of)
_help = cache(declared_help)


def help_of(field: BoundField) -> Help | None:
    """What the protocol asks for in this field, in the words of its edition; None where its form has no help for it."""
    found, words = _help(type(field.form), field.name), getattr(field.field, "help_of_edition", "")
    return replace(found, words=words) if found and words else found


@register.simple_tag(takes_context=True)
def one_box(context: Any, field: BoundField) -> str:
    """A field with one box, where a layout names it outside of any frame."""
    return form_layout.one_box(field, context)


def beside_label(field: BoundField, context: Any) -> str:
    """Beside the label of a field: its help, and its queries (`conduct` of the page) or the way to raise one."""
    found, label = help_of(field), conditional_escape(field.label)
    asked = getattr(field.field, "stands_for", field.html_name)  # the field of the record, of a box that finds it
    marks = field_marks(context.get("conduct"), asked, field.label)
    if found is None:
        return marks
    part = f' <a href="{reverse("analysis:protocol")}#{found.part}">Protocol rules</a>' if found.part else ""
    return (f'<details class="field-help"><summary aria-label="Help for {label}">?</summary>'
            f"<p>{escape(found.words)}{part}</p></details>{marks}")  # fmt: skip
