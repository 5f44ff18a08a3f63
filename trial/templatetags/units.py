"""A number and its unit stay on one line, and so does a date where a page asks for it."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_BEFORE_A_UNIT = re.compile(r"(?<=[0-9]) (?=(?:mmHg|mm|cm|mg|µg|ng|pg|kg|ms|[mnp]?mol|[mdµ]?L|(?:g|U|IU)(?=/))(?!\w))")


@register.filter
def keep_units(html: SafeString) -> SafeString:
    """The page with a no-break space between number and unit, in its texts only: what a box holds stays as typed.

    `base.html` and what is loaded into a page pass through it.
    """

    def space(found: re.Match[str]) -> str:
        tag = html.rfind("<", 0, found.start())
        is_text = tag < 0 or html.find(">", tag, found.start()) >= 0 and not html.startswith("<textarea", tag)
        return "\N{NO-BREAK SPACE}" if is_text else " "

    return SafeString(_BEFORE_A_UNIT.sub(space, html))


_WHOLE = re.compile(r"\b(?:\d{2}|UNK)-[A-Z]{3}-\d{4}\b|[+−±]?\d+(?:\.\d+)?(?: mm|%)")


@register.filter
def whole(words: str) -> SafeString:
    """The words, escaped, in which no line breaks inside a date, or between a number and its unit."""
    return mark_safe(_WHOLE.sub(lambda found: f'<span class="whole">{found.group()}</span>', escape(words)))
