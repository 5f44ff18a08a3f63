"""Single sign-on: to the hospital's identity provider and back, for signing in, unlocking and signing."""

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from trial.accounts import administration
from trial.accounts.forms import SingleSignOnForm
from trial.accounts.security import passwords, proof, session, single_sign_on
from trial.accounts.views.people import one_form
from trial.accounts.views.sign_in import let_in, locked_out, next_page
from trial.drawing.form_layout import posted
from trial.models import Person
from trial.record import access
from trial.refused import Refused


@access.public
@never_cache
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """Leads to the provider: open at every step of signing in, to a locked session too."""
    if not single_sign_on.is_on():
        return redirect("sign_in")
    goes_on = next_page(request)
    try:
        return redirect(single_sign_on.question(request, goes_on))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(goes_on if request.user.is_authenticated else "sign_in")


@access.public
@never_cache
@require_GET
def answer(request: HttpRequest) -> HttpResponse:
    """The provider sends the browser back: signs in, or confirms who is signed in for one unlocking or signature."""
    try:
        found = proof.single_sign_on_of(request)
    except proof.Blocked:
        auth.logout(request)
        return locked_out(request)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("unlock" if request.user.is_authenticated and session.is_locked(request) else "sign_in")
    if found.was_for is not None:
        single_sign_on.note_confirmed(request, found)
        return redirect(found.goes_on)
    person = found.device.user
    if person.must_change_password:  # a one-time password that was not used ends here: the account needs none
        passwords.use_up(person)
        Person.objects.filter(pk=person.pk).update(must_change_password=False)
    return let_in(request, person, found.device if found.is_two_factors else None, found.goes_on)


@access.allows(*access.ADMINISTERS)
def connect(request: HttpRequest, person_id: int) -> HttpResponse:
    """Names the address by which the provider knows a user; empty: none any more."""
    found = get_object_or_404(Person, pk=person_id)
    before = single_sign_on.of(found)
    form = SingleSignOnForm(posted(request), initial={"address": before.address if before else ""})
    return one_form(
        request, form, lambda save, given: administration.connect(save, found, **given),
        f"Single sign-on of {found.username} is saved. All sessions are signed out.",
        f"Single sign-on of {found.username}", "Save", reverse("person", args=[found.pk]),
    )  # fmt: skip
