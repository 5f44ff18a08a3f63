"""One's own account: password, second factor, sessions, the history of signing in, and a form that was kept."""

from collections.abc import Callable
from typing import Any

import django_otp
from django.contrib import auth, messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_static.models import StaticDevice

from trial.accounts.forms import ChoosePasswordForm, CodeForm, MailForm, SigningForm
from trial.accounts.security import passkeys, passwords, proof, second_factor, session, sign_ins
from trial.accounts.views.sign_in import asked_for, locked_out, narrow_form, next_page
from trial.drawing.form_layout import posted
from trial.models import Person, Role, SignIn
from trial.record import access, drafts
from trial.refused import Refused

SHOWN = 50


@access.allows(*Role)
def account(request: HttpRequest) -> HttpResponse:
    """What the person can see and do about the own account."""
    person = me(request)
    shown = {
        "sign_ins": person.sign_ins.order_by("-id")[:SHOWN],
        "mail_form": MailForm(initial={"mail_address": person.mail_address}),
        "has_second_factor": second_factor.has_one(person),
        "codes_left": second_factor.codes_left(person),
        "passkeys": passkeys.of(person),
        "passkeys_elsewhere": "" if passkeys.place_of(request) else passkeys.ELSEWHERE,
        "tokens": person.api_tokens.select_related("site"),
        "kept": drafts.sent(person.pk),
    }
    return render(request, "trial/accounts/own/account.html", shown)


@access.allows(*Role, method="POST")
def mail_address(request: HttpRequest) -> HttpResponse:
    """Where the daily reminder of expedited reports goes."""
    form = MailForm(request.POST)
    if form.is_valid():
        Person.objects.filter(pk=request.user.pk).update(mail_address=form.cleaned_data["mail_address"])
        messages.success(request, "Your email address is saved.")
    else:
        messages.error(request, "This is not an email address. Enter it as name@hospital.example.")
    return redirect("account")


@access.allows(*Role)
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """The own password; asked for at the first sign-in. Every other session of the person ends."""
    person = me(request)
    form = ChoosePasswordForm(request, person, posted(request))
    if request.method == "POST" and form.is_valid():
        proof.forgive(request, person)
        passwords.choose(person, form.cleaned_data["new_password"])
        auth.update_session_auth_hash(request, person)
        sign_ins.note(request, SignIn.Result.PASSWORD_CHANGED, person)
        messages.success(request, "Your new password is saved. Your other sessions are signed out.")
        return redirect(next_page(request))
    first = "Choose a new password to finish signing in. " if person.must_change_password else ""
    words = f"{first}At least 12 characters; a sentence is easy to remember."
    return narrow_form(request, form, "Choose a password" if first else "Change password", words, "Save password")


@access.allows(*Role)
@sensitive_post_parameters()
def second_factor_set_up(request: HttpRequest) -> HttpResponse:
    """Shows the secret as QR code, takes the first code, shows the recovery codes once.

    In a session that is complete the person first proves who they are: a left session gives nobody another device.
    """
    person = me(request)
    if session.next_step(request) is None and not second_factor.is_proved(request):
        return owner_proof(request, "Change authenticator", "set up the authenticator", "second_factor_set_up")
    device = second_factor.device_to_set_up(person)
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        codes = second_factor.confirm(request, device, form.cleaned_data["code"])
        if codes is not None:
            proof.forgive(request, person)
            sign_ins.note(request, SignIn.Result.SECOND_FACTOR_SET, person)
            shown = {"codes": codes, "onwards": next_page(request)}
            return render(request, "trial/accounts/own/recovery_codes.html", shown)
        form.add_error("code", "The code is wrong. Wait for the next code and enter it.")
    shown = {
        "form": form, "next": asked_for(request), "secret": second_factor.secret_of(device),
        "picture": second_factor.picture_of(device), "demanded": second_factor.is_demanded(),
    }  # fmt: skip
    return render(request, "trial/accounts/own/second_factor_set_up.html", shown, status=422 if form.errors else 200)


@access.allows(*Role)
@sensitive_post_parameters()
def second_factor_code(request: HttpRequest) -> HttpResponse:
    """Asks for the code of the authenticator, or a recovery code."""
    person = me(request)
    form = CodeForm(posted(request), takes_passkey=passkeys.counts_here(request))
    answer = request.POST.get(proof.ANSWER, "")
    if request.method == "POST" and (answer or form.is_valid()):
        try:
            device = (proof.passkey_of(request, answer, person) if answer
                      else proof.device_of(request, person, form.cleaned_data["code"]))  # fmt: skip
        except proof.Blocked:
            auth.logout(request)
            return locked_out(request)
        except Refused as refusal:
            form.add_error(None if answer else "code", str(refusal))
        else:
            proof.forgive(request, person)
            django_otp.login(request, device)
            recovered = isinstance(device, StaticDevice)
            sign_ins.note(request, SignIn.Result.RECOVERY_CODE if recovered else SignIn.Result.SIGNED_IN, person)
            return redirect(next_page(request))
    words = "Enter the six digits of your authenticator app, or a recovery code."
    return narrow_form(request, form, "Your code", words, "Sign in")


@access.allows(*Role)
@sensitive_post_parameters()
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes in place of the old ones, for who proves to be the owner of the account."""
    if not second_factor.has_one(me(request)):
        return redirect("second_factor_set_up")
    words = "Ten new codes replace the ones that you have."
    return proof_page(request, "Create recovery codes", words, lambda: _recovery_codes(request))


def _recovery_codes(request: HttpRequest) -> HttpResponse:
    person = me(request)
    shown = {"codes": second_factor.new_recovery_codes(person), "onwards": reverse("account")}
    sign_ins.note(request, SignIn.Result.RECOVERY_CODES, person)
    return render(request, "trial/accounts/own/recovery_codes.html", shown)


def proof_page(request: HttpRequest, title: str, words: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Asks for the password, and the code where there is one; then does it."""
    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            proof.prove(request, request.POST.get("password", ""), request.POST.get("code", ""), "Nothing was changed.")
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            return do()
    return narrow_form(request, SigningForm(request, first=True), title, words, title, reasons, reverse("account"))


def owner_proof(request: HttpRequest, title: str, then: str, *page: Any) -> HttpResponse:
    """Asks for the proof, which counts for some minutes, and leads to the page by which the person does `then`."""

    def go_on() -> HttpResponse:
        second_factor.note_proof(request)
        return redirect(*page)

    return proof_page(request, title, f"Prove that you are the owner of the account. Then {then}.", go_on)


@access.allows(*Role, method="POST")
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session of the person on the server, this one too."""
    person = me(request)
    Person.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)
    sign_ins.note(request, SignIn.Result.EVERYWHERE, person)
    auth.logout(request)
    return redirect("sign_in")


@access.allows(*Role)
def kept_form(request: HttpRequest, kept_id: int) -> HttpResponse:
    """What was typed when the session ended: goes back to its form, or is thrown away (POST)."""
    kept = get_object_or_404(drafts.sent(request.user.pk), pk=kept_id)
    if request.method == "POST":
        kept.delete()
        messages.success(request, "The draft is discarded.")
        return redirect("home")
    return render(request, "trial/accounts/own/kept_form.html", {"kept": kept})


def me(request: HttpRequest) -> Person:
    """The person who asks, as stored now."""
    return Person.objects.get(pk=request.user.pk)
