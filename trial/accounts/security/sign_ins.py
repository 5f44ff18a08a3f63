"""The history of signing in: one row per act at the door."""

import ipaddress
import logging

from django.conf import settings
from django.http import HttpRequest

from trial.models import Person, SignIn


def address_of(request: HttpRequest) -> str | None:
    """The browser's address; in production the one that our own proxy saw, which is the last it was told.

    Earlier entries of that header are the sender's own words and are not believed. None when there is no address.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.PRODUCTION:
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).split(",")[-1]
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


log = logging.getLogger(__name__)


def note(request: HttpRequest, result: str, person: Person | None) -> None:
    """Adds the row; a refusal is also a line in the log, without the name that was typed."""
    browser = request.headers.get("User-Agent", "")[:200]
    SignIn.objects.create(person=person, result=result, address=address_of(request), browser=browser)
    if result in (SignIn.Result.WRONG_PASSWORD, SignIn.Result.WRONG_CODE, SignIn.Result.LOCKED_OUT):
        log.warning("sign-in refused: %s, user %s", result, person.pk if person else "unknown")
