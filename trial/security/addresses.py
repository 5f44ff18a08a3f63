"""Where a request comes from: counted by the lockout and noted in the history of signing in."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


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
