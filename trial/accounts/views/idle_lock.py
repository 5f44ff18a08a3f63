"""The idle lock: locking, staying, and coming back with the password (and the code)."""

import django_otp
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from trial.accounts.forms import UnlockForm
from trial.accounts.security import second_factor, session, sign_ins
from trial.accounts.security.session import step_of_signing_in
from trial.accounts.views.own_account import me, wrong_code
from trial.accounts.views.sign_in import asked_for, locked_out, next_page
from trial.models import Person, Role, SignIn
from trial.record import access


@access.allows(*Role)
@require_POST
def active(request: HttpRequest) -> HttpResponse:
    """A page has seen its person: typing is activity too. Asked by the page itself."""
    return HttpResponse(status=204)


@step_of_signing_in
@access.allows(*Role)
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """A page has seen nobody for the time allowed, or its person goes away."""
    session.lock(request)
    return HttpResponse(status=204) if _by_the_page(request) else redirect("unlock")


@step_of_signing_in
@access.allows(*Role)
@sensitive_post_parameters()
def unlock(request: HttpRequest) -> HttpResponse:
    """Takes the password again; the session and what its pages hold stay as they were."""
    person = me(request)
    form = UnlockForm(_asks_code(person), request.POST or None)
    if request.method != "POST":
        return render(request, "trial/accounts/session/unlock.html", {"form": form, "next": asked_for(request)})
    refusal = _refusal(request, person, form)
    if refusal is None:
        session.unlock(request)
        sign_ins.note(request, SignIn.Result.UNLOCKED, person)
        return HttpResponse(status=204) if _by_the_page(request) else redirect(next_page(request))
    if getattr(request, "axes_locked_out", False):
        request.axes_locked_out = False  # type: ignore[attr-defined]
        sign_ins.note(request, SignIn.Result.LOCKED_OUT, person)
        auth.logout(request)
        return locked_out(request)
    if _by_the_page(request):
        return HttpResponse(refusal, status=422, content_type="text/plain; charset=utf-8")
    form.add_error(None, refusal)
    return render(request, "trial/accounts/session/unlock.html", {"form": form, "next": asked_for(request)}, status=422)


def _asks_code(person: Person) -> bool:
    return second_factor.is_demanded() and second_factor.has_one(person)


def _refusal(request: HttpRequest, person: Person, form: UnlockForm) -> str | None:
    if not form.is_valid():
        return "Enter your password" + (" and the code." if _asks_code(person) else ".")
    # Through authenticate(), so that wrong passwords count toward the lockout here as at the door.
    if auth.authenticate(request, username=person.username, password=form.cleaned_data["password"]) is None:
        sign_ins.note(request, SignIn.Result.WRONG_PASSWORD, person)
        return "The password is wrong."
    if not _asks_code(person):
        return None
    device = second_factor.verify(person, form.cleaned_data["code"])
    if device is None:
        sign_ins.note(request, SignIn.Result.WRONG_CODE, person)
        return wrong_code(person)
    django_otp.login(request, device)
    return None


def _by_the_page(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
