"""The idle lock: locking, staying, and coming back with the password (and the code)."""

from urllib.parse import urlencode

import django_otp
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from trial.accounts.forms import UnlockForm
from trial.accounts.security import proof, session, sign_ins, single_sign_on
from trial.accounts.views.own_account import me
from trial.accounts.views.sign_in import asked_for, locked_out, narrow_form, next_page
from trial.drawing.form_layout import posted
from trial.models import Role, SignIn
from trial.record import access
from trial.refused import Refused


@access.allows(*Role, method="POST")
def active(request: HttpRequest) -> HttpResponse:
    """A page has seen its person: typing is activity too. Asked by the page itself."""
    return HttpResponse(status=204)


@access.public
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """A page has seen nobody for the time allowed, or its person goes away: open at every step of signing in."""
    if request.user.is_authenticated:
        session.lock(request)
    return HttpResponse(status=204) if _by_the_page(request) else redirect("unlock")


@access.allows(*Role)
@sensitive_post_parameters()
def unlock(request: HttpRequest) -> HttpResponse:
    """Takes the password again; the session and what its pages hold stay as they were."""
    person = me(request)
    if not person.has_usable_password() and not single_sign_on.of(person):
        auth.logout(request)
        messages.error(request, "Your session was idle before you chose a password. Ask the administrator for "
                                "another one-time password.")  # fmt: skip
        return redirect("sign_in")
    form = UnlockForm(request, posted(request), back=f"{reverse('unlock')}?{urlencode({'next': asked_for(request)})}")
    if request.method != "POST":
        return _page(request, form)
    try:
        _prove(request, form)
    except proof.Blocked:
        auth.logout(request)
        return locked_out(request)
    except Refused as refusal:
        if _by_the_page(request):
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        return _page(request, form, str(refusal))
    session.unlock(request)
    sign_ins.note(request, SignIn.Result.UNLOCKED, me(request))
    return HttpResponse(status=204) if _by_the_page(request) else redirect(next_page(request))


def _prove(request: HttpRequest, form: UnlockForm) -> None:
    if not request.POST.get(proof.ANSWER) and not form.is_valid():
        raise Refused("Enter " + " and ".join({"password": "your password", "code": "the code"}[each]
                                              for each in form.errors) + ".")  # fmt: skip
    given = form.cleaned_data if form.is_valid() else {}
    device = proof.prove(request, given.get("password", ""), given.get("code", ""), undone="")
    if device is not None:
        django_otp.login(request, device)


def _page(request: HttpRequest, form: UnlockForm, *reasons: str) -> HttpResponse:
    words = f"{request.user.full_name}, the session was locked because it was idle. Your input is kept."
    return narrow_form(request, form, "Session locked", words, "Unlock session", reasons)


def _by_the_page(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
