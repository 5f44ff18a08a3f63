"""Passkeys: what the browser is asked, adding one, removing one."""

from collections.abc import Callable
from typing import Any

from django.contrib import auth
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from trial.accounts.forms import PasskeyForm, WithReason
from trial.accounts.security import passkeys, second_factor, sign_ins
from trial.accounts.views.own_account import me, owner_proof
from trial.accounts.views.people import one_form
from trial.drawing.form_layout import posted
from trial.models import Passkey, Person, Role, SignIn
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused


@access.public
@require_POST
@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    """The question for a passkey, as JSON: open at every step of signing in, to a locked session too."""
    return _question(passkeys.questions, request)


@access.allows(*Role, method="POST")
@never_cache
def to_add(request: HttpRequest) -> HttpResponse:
    """The question for a new passkey, as JSON."""
    return _question(passkeys.questions_to_add, request)


def _question(of: Callable[[HttpRequest], dict[str, Any]], request: HttpRequest) -> HttpResponse:
    try:
        return JsonResponse(of(request))
    except Refused as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")


@access.allows(*Role)
@sensitive_post_parameters()
def add(request: HttpRequest) -> HttpResponse:
    """Adds a passkey, for who proved to be the owner of the account a few minutes ago."""
    if not second_factor.is_proved(request):
        return owner_proof(request, "Add passkey", "add the passkey", "passkey_add")
    form = PasskeyForm(posted(request))

    def act(save: Save, given: dict[str, Any]) -> None:
        passkeys.add(save, request, given["name"], given["passkey"])
        request.session.pop(second_factor.PROVED_AT, None)
        sign_ins.note(request, SignIn.Result.PASSKEY_ADDED, me(request))

    return one_form(request, form, act, lambda _: f"The passkey “{form.cleaned_data['name'].strip()}” is added.",
                    "Add passkey", "Create passkey", reverse("account"))  # fmt: skip


@access.allows(*Role)
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Removes an own passkey with a reason, for who proved to be the owner; every other session of the person ends."""
    found = get_object_or_404(Passkey.objects.standing(), pk=passkey_id, user_id=request.user.pk)
    if not second_factor.is_proved(request):
        then = f"remove the passkey “{found.name}”"
        return owner_proof(request, "Remove passkey", then, "passkey_remove", found.pk)
    return one_form(
        request, WithReason(posted(request)), lambda save, given: _remove(request, save, found, given["reason"]),
        f"The passkey “{found.name}” is removed. Your other sessions are signed out.",
        f"Remove the passkey “{found.name}”", "Remove passkey", reverse("account"),
    )  # fmt: skip


def _remove(request: HttpRequest, save: Save, found: Passkey, reason: str) -> None:
    with changes.record(save, "account", reason):
        passkeys.strike_out([found], reason)
        request.session.pop(second_factor.PROVED_AT, None)
        Person.objects.filter(pk=request.user.pk).update(session_round=F("session_round") + 1)
    auth.update_session_auth_hash(request, me(request))
    sign_ins.note(request, SignIn.Result.PASSKEY_REMOVED, me(request))
