"""The offer to take up what was typed on this page and not saved."""

import json
from typing import Any

from django import template

from trial.record import access, drafts

register = template.Library()


@register.simple_tag(takes_context=True)
def draft_offer(context: dict[str, Any]) -> dict[str, Any]:
    """A page that comes back with what was typed keeps drafts and offers none; a person who only reads has none."""
    request = context["request"]
    shown = access.may_enter(request.user)
    draft = drafts.waiting(request.user, request.path) if shown and request.method == "GET" else None
    return {"shown": shown, "draft": draft, "fields": json.dumps(dict(draft.fields)) if draft else ""}
