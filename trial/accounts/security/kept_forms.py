"""A form that arrives after its session has ended is kept for the person who typed it (`trial.record.drafts`).

Who that is: the session when it is only locked, else a signed cookie set at sign-in.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from trial.models import Person
from trial.record import drafts
from trial.refused import Refused
from trial.rules.typed_text import key

COOKIE = settings.PERSON_COOKIE_NAME
COOKIE_SECONDS = drafts.DAYS[True] * 86_400


def remember(response: HttpResponse, person: Person, secure: bool) -> None:
    """Lets this browser say later whose unsent form it is; the cookie opens nothing by itself."""
    response.set_signed_cookie(COOKIE, str(person.pk), max_age=COOKIE_SECONDS, httponly=True, secure=secure,
                               samesite="Lax")  # fmt: skip


def keep(request: HttpRequest) -> str | None:
    """Stores what was typed; returns the address where it waits, None when nothing can be kept."""
    person = _typed_by(request)
    if person is None or request.headers.get("HX-Request") == "true":
        return None
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    try:
        return reverse("kept_form", args=[drafts.keep(person, request.get_full_path()[:300], fields, is_sent=True).pk])
    except Refused:
        return None


def _typed_by(request: HttpRequest) -> Person | None:
    if request.user.is_authenticated:
        return Person.objects.filter(pk=request.user.pk).first()
    number = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_SECONDS)
    return Person.objects.filter(pk=key(number), is_active=True).first()
