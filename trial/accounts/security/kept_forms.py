"""A form that arrives after its session has ended is kept on the server, for the person who typed it alone.

Who that is: the session when it is only locked, else a signed cookie set at sign-in. Passwords and codes are not kept.
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from trial.models import KeptForm, Person
from trial.rules.typed_text import key

COOKIE = "endpoint_person"
COOKIE_DAYS = 7
LARGEST_BYTES = 200_000
MOST_PER_PERSON = 5
NEVER_KEPT = {"csrfmiddlewaretoken", "code", "kept_form"}


def remember(response: HttpResponse, person: Person, secure: bool) -> None:
    """Lets this browser say later whose unsent form it is; the cookie opens nothing by itself."""
    response.set_signed_cookie(COOKIE, str(person.pk), max_age=COOKIE_DAYS * 86_400, httponly=True, secure=secure,
                               samesite="Lax")  # fmt: skip


def keep(request: HttpRequest) -> str | None:
    """Stores what was typed; returns the address where it waits, None when nothing can be kept."""
    person = _typed_by(request)
    fields = [[name, value] for name, values in request.POST.lists() for value in values if _is_kept(name)]
    too_large = sum(len(name) + len(value) for name, value in fields) > LARGEST_BYTES
    if person is None or not fields or too_large or request.headers.get("HX-Request") == "true":
        return None
    kept = KeptForm.objects.create(person=person, path=request.get_full_path()[:300], fields=fields)
    old = KeptForm.objects.filter(person=person).order_by("-id")[MOST_PER_PERSON:]
    KeptForm.objects.filter(pk__in=[each.pk for each in old]).delete()
    return reverse("kept_form", args=[kept.pk])


def forget_old() -> int:
    """Deletes what waited longer than the cookie lives; returns how many. Run by the sweep."""
    return KeptForm.objects.filter(kept_at__lt=timezone.now() - timedelta(days=COOKIE_DAYS)).delete()[0]


def _typed_by(request: HttpRequest) -> Person | None:
    if request.user.is_authenticated:
        return Person.objects.filter(pk=request.user.pk).first()
    number = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_DAYS * 86_400)
    return Person.objects.filter(pk=key(number), is_active=True).first()


def _is_kept(name: str) -> bool:
    return name not in NEVER_KEPT and "password" not in name
