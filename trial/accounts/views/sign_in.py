"""Signing in and out, the way to each role's first page, and the sign of life."""

from collections.abc import Sequence

import django_otp
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import auth, messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp.models import Device

from trial.accounts import navigation
from trial.accounts.forms import SignInForm
from trial.accounts.security import kept_forms, passwords, proof, second_factor, session, sign_ins
from trial.drawing.form_layout import posted
from trial.models import Person, Role, SignIn
from trial.record import access
from trial.refused import Refused


@access.public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Shows and answers the sign-in form; a person already signed in goes on to the page asked for."""
    if request.user.is_authenticated:
        return redirect(next_page(request))
    form = SignInForm(request, posted(request))
    try:
        if request.method == "POST" and request.POST.get(proof.ANSWER):
            passkey = proof.passkey_of(request, request.POST[proof.ANSWER])
            return let_in(request, passkey.user, passkey)
        if request.method == "POST" and form.is_valid():
            assert form.person is not None
            return _let_in_by_password(request, form.person)
    except proof.Blocked:
        return locked_out(request)
    except Refused as refusal:
        form = SignInForm(request)
        messages.error(request, str(refusal))
    shown = {"form": form, "next": asked_for(request), "second_factor": second_factor.is_demanded()}
    return render(request, "trial/accounts/session/sign_in.html", shown)


def _let_in_by_password(request: HttpRequest, person: Person) -> HttpResponse:
    if person.must_change_password:
        passwords.use_up(person)
    if second_factor.is_demanded():
        sign_ins.note(request, SignIn.Result.PASSWORD, person)
    return let_in(request, person)


def let_in(request: HttpRequest, person: Person, device: Device | None = None, to: str = "") -> HttpResponse:
    """The session begins; what is still missing is asked for by `SigningIn`.

    device: what is as good as password and code together, such as a passkey. to: where to go on instead of to the page
    that was asked for.
    """
    auth.login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    if device is not None:
        django_otp.login(request, device)
    session.unlock(request)
    if device is not None or not second_factor.is_demanded():
        proof.forgive(request, person)
        sign_ins.note(request, SignIn.Result.SIGNED_IN, person)
    response = redirect(to or next_page(request))
    kept_forms.remember(response, person, secure=request.is_secure())
    return response


def narrow_form(
    request: HttpRequest, form: Form, title: str, words: str, button: str, reasons: Sequence[str] = (), back: str = ""
) -> HttpResponse:
    """A form alone on its page, which leads on to the page that was asked for.

    reasons: why what was asked is not done (422, as for errors of the form). back: where Cancel leads; empty: nowhere.
    """
    shown = {"form": form, "title": title, "words": words, "button": button, "reasons": reasons, "back": back,
             "next": asked_for(request)}  # fmt: skip
    status = 422 if form.errors or reasons else 200
    return render(request, "trial/accounts/session/narrow_form.html", shown, status=status)


@access.public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; only by POST, so that no link or image can do it."""
    if request.user.is_authenticated:
        sign_ins.note(request, SignIn.Result.SIGNED_OUT, Person.objects.get(pk=request.user.pk))
    auth.logout(request)
    response = redirect("sign_in")
    response.delete_cookie(kept_forms.COOKIE, samesite="Lax")
    return response


@access.allows(*Role, method="GET")
def home(request: HttpRequest) -> HttpResponse:
    """Sends each role to its first page; a role without one is told so in words."""
    address = navigation.landing(request.user)
    return redirect(address) if address else render(request, "trial/accounts/session/home.html")


@access.public
@never_cache
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """200 and one word while the web process answers; it asks nothing of the database."""
    return HttpResponse("live\n", content_type="text/plain; charset=utf-8")


def asked_for(request: HttpRequest) -> str:
    """The page that was asked for before signing in, as it was sent."""
    return str(request.POST.get("next", request.GET.get("next", "")))


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in."""
    asked = asked_for(request)
    # Only addresses of this very site: a foreign one would make the sign-in page a springboard.
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if own and asked.startswith("/") and asked != reverse("sign_out") else reverse("home")


def locked_out(request: HttpRequest) -> HttpResponse:
    """The page that says for how long signing in is closed."""
    cool_off = get_cool_off(request)
    context = {
        "minutes": int(cool_off.total_seconds() // 60) if cool_off else None,
        "failures": settings.AXES_FAILURE_LIMIT,
    }
    return render(request, "trial/accounts/session/locked_out.html", context, status=429)
