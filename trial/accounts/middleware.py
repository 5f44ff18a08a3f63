"""Refuses what cannot be read, views that do not state who may call them, and people not signed in completely."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse

from trial.accounts.security import kept_forms, session
from trial.api import problems
from trial.record import drafts, rows, site_clock
from trial.rules.typed_text import key, unreadable

AFTER_THE_SESSION = "Your session had ended. Nothing was saved. Check the form and save it."


class Middleware:
    """A link of the chain; `get_response` is the rest of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response


class Readable(Middleware):
    """Answers 400 in words to a request that holds NUL, half a surrogate pair or bytes that are not UTF-8, anywhere.

    It stands before whatever asks the database, so that no page has to think of them. This class reads address and
    cookies; the form is read by `ReadableForm`, once its size was judged.
    """

    def texts(self, request: HttpRequest) -> Iterator[str]:
        """Address, cookies, and every name and value of the query string."""
        yield request.path
        yield from request.COOKIES.values()
        yield from _names_and_values(request.GET)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hands on what can be read."""
        try:
            refusal = next(filter(None, map(unreadable, self.texts(request))), "")
        except UnreadablePostError:
            refusal = "The connection broke before the whole form was here."
        if not refusal:
            return self.get_response(request)
        words = f"{refusal} Nothing was saved. Go back, clear the field and type it again."
        return problems.refusal(request, 400, words)


class ReadableForm(Readable):
    """The same of the form and of the names of its files."""

    def texts(self, request: HttpRequest) -> Iterator[str]:
        """Every name and value of the form, and the names of files."""
        yield from _names_and_values(request.POST)
        for file in request.FILES.values():
            yield file.name or ""


def _names_and_values(fields: QueryDict) -> Iterator[str]:
    for name, values in fields.lists():
        yield name
        yield from values


class StatedRule(Middleware):
    """Every view carries a rule from `trial.record.access`; one without is an error, never an open door."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hands it on, at no site yet; what is shown to signed-in people is kept out of shared and disk caches."""
        with site_clock.at(None), rows.per_request():
            response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Raises ImproperlyConfigured for a view without a rule (Django's own views included)."""
        if not hasattr(view, "rule"):
            raise ImproperlyConfigured(
                f"{view.__module__}.{view.__name__} does not state who may call it (trial.record.access)."
            )


class SigningIn(Middleware):
    """Leads to the next step of signing in; a form that arrives when the session has ended is kept meanwhile."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A kept form goes back to its page without being saved, and has then done its duty."""
        kept = request.POST.get("kept_form", "") if request.method == "POST" else ""
        if key(kept) is None:
            return self.get_response(request)
        request.returned = AFTER_THE_SESSION  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.user.is_authenticated and response.status_code < 500:
            drafts.sent(request.user.pk).filter(pk=int(kept)).delete()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None to go on; a page's own request gets 401, so that no page is put inside another."""
        if getattr(view, "rule", "public") in ("public", "token"):
            return None
        step = session.next_step(request) if request.user.is_authenticated else "sign_in"
        if step in (None, request.resolver_match.view_name) or (step == "sign_in" and request.method != "POST"):
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse("You are not signed in. Sign in first.",
                                status=401, content_type="text/plain; charset=utf-8")
        back = kept_forms.keep(request) if request.method == "POST" else request.get_full_path()
        if step == "sign_in":
            return redirect_to_login(back) if back else None
        return redirect(f"{reverse(step)}?{urlencode({'next': back or reverse('home')})}")
