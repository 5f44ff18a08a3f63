"""The token by which a form is known when it is sent again."""

import uuid
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trial.record import save_once

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_once(context: dict[str, Any]) -> SafeString:
    """A hidden field beside the form's CSRF token; a form that was refused keeps the token it came with."""
    request = context["request"]
    came_with = save_once.sent(request.POST) if request.method == "POST" else None
    anew = came_with is None or getattr(request, "starts_anew", False)
    token = uuid.uuid4() if anew else came_with.token  # type: ignore[union-attr]
    return format_html('<input type="hidden" name="{}" value="{}">', save_once.FIELD, token)
