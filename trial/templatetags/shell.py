"""Template tags of the page frame: navigation, the study's name, the person's sites."""

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from trial import protocol
from trial.accounts import navigation as nav
from trial.accounts.forms import UnlockForm
from trial.accounts.security import second_factor
from trial.record import access
from trial.runtime.program import PROGRAM

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[nav.Entry]:
    """The entries of the main navigation for the person who is looking; empty when signed out."""
    request = context.get("request")
    return nav.entries(request) if request is not None else []


@register.simple_tag(takes_context=True)
def may_find(context: dict[str, Any]) -> bool:
    """Whether the person who looks can find participants."""
    person = getattr(context.get("request"), "user", None)
    return person is not None and person.is_authenticated and person.role in access.READS_RECORD


@register.simple_tag
def study_short_name() -> str:
    """The study's short name, as the protocol module states it."""
    return protocol.STUDY_SHORT_NAME


@register.simple_tag
def practice_mark() -> str:
    """Says on every page that people practice here; empty in the study."""
    return " · practice" if settings.PRACTICE else ""


@register.simple_tag
def program() -> str:
    """The version and commit of the running program."""
    return PROGRAM


@register.simple_tag(takes_context=True)
def person_sites(context: dict[str, Any]) -> str:
    """Codes of the person's sites, "all sites" for roles that read every site, empty when there are none."""
    request = context.get("request")
    return nav.sites_in_words(request.user) if request is not None else ""


@register.simple_tag(takes_context=True)
def training_missing(context: dict[str, Any]) -> str:
    """Why the person who looks could save no entry today; empty where training is not demanded."""
    person = getattr(context.get("request"), "user", None)
    if not access.is_demanded() or person is None or not person.is_authenticated:
        return ""
    return access.missing(person, timezone.now().date())


@register.inclusion_tag("trial/accounts/session/_idle_lock.html", takes_context=True)
def idle_lock(context: dict[str, Any]) -> dict[str, Any]:
    """The dialog that covers a page after a pause; without a signed-in person it is left out."""
    request = context.get("request")
    person = getattr(request, "user", None)
    demanded = second_factor.is_demanded()
    signed_in = person is not None and person.is_authenticated and not person.must_change_password
    return {
        "shown": signed_in and (not demanded or person.is_verified()) and request.resolver_match is not None,
        "user": person,
        "idle_minutes": settings.IDLE_MINUTES,
        "form": UnlockForm(request, auto_id="idle-%s", asks=signed_in) if signed_in else None,
    }
