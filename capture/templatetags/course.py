"""A template filter that keeps dates whole when a line is broken."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
DATE = re.compile(r"\b(?:\d{2}|UNK)-[A-Z]{3}-\d{4}\b|[+−±]?\d+(?:\.\d+)?(?: mm|%)")


@register.filter
def whole(words: str) -> SafeString:
    """The words, escaped, in which no line breaks inside a date, or between a number and its unit."""
    return mark_safe(DATE.sub(lambda found: f'<span class="whole">{found.group()}</span>', escape(words)))
