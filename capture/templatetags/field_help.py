"""What a field's template asks beside the field: its help, and the reason why its value is missing."""

from functools import cache

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from capture.casebook.forms.base import Help
from capture.casebook.forms.base import help_of as declared_help
from trial.drawing import form_layout
from trial.models.fields import in_a_sentence

register = template.Library()
register.filter("in_a_sentence", in_a_sentence)
register.filter("reason_of", form_layout.reason_of)
_help = cache(declared_help)


@register.filter
def errors_of(field: BoundField) -> SafeString:
    """What is wrong with the field, read out as it comes; the box names the first."""
    named = [format_html(' id="{}_error"', field.auto_id), *[""] * (len(field.errors) - 1)]
    return format_html_join("", '<div class="invalid-feedback" role="alert"{}>{}</div>',
                            zip(named, field.errors, strict=False))  # fmt: skip


@register.filter
def help_of(field: BoundField) -> Help | None:
    """What the protocol asks for in this field; None where its form has no help for it."""
    return _help(type(field.form), field.name)
