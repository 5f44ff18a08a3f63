"""Template tags of the page frame: navigation, the study's name, the person's sites."""

from typing import Any

from django import template

from trial import navigation as nav
from trial import protocol

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[nav.Entry]:
    """The entries of the main navigation for the person who is looking; empty when signed out."""
    request = context.get("request")
    return nav.entries(request) if request is not None else []


@register.simple_tag
def study_short_name() -> str:
    """The study's short name, as the protocol module states it."""
    return protocol.STUDY_SHORT_NAME


@register.simple_tag(takes_context=True)
def person_sites(context: dict[str, Any]) -> str:
    """Codes of the person's sites, "all sites" for roles that read every site, empty when there are none."""
    request = context.get("request")
    return nav.sites_in_words(request.user) if request is not None else ""
