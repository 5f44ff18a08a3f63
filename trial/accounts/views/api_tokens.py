"""Pages of API tokens: the administrator allows and revokes, the owner creates the secret and reads the description."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from trial.accounts import api_tokens
from trial.accounts.forms import ApiTokenForm, WithReason
from trial.accounts.views.own_account import proof_page
from trial.accounts.views.people import one_form
from trial.api import tokens
from trial.api.assembly import description
from trial.drawing.form_layout import posted
from trial.models import ApiToken, Person, Role
from trial.record import access
from trial.record.save import of_request
from trial.refused import Refused


@access.allows(*access.ADMINISTERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Every token that was ever allowed, and why it opens nothing, where it does not; never a secret."""
    found = ApiToken.objects.select_related("person", "site", "secret")
    shown = {"tokens": [(each, tokens.refusal(each)) for each in found]}
    return render(request, "trial/accounts/people/api_tokens.html", shown)


@access.allows(*access.ADMINISTERS)
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """A token for a user, who then creates its secret on My account."""
    owner = get_object_or_404(Person, pk=person_id)
    return one_form(
        request, ApiTokenForm(owner, posted(request)),
        lambda save, given: api_tokens.make(save, owner, **given),
        lambda _: _allowed(request, owner),
        f"API token of {owner.full_name}", "Allow token", reverse("person", args=[owner.pk]),
    )  # fmt: skip


def _allowed(request: HttpRequest, owner: Person) -> HttpResponse:
    messages.success(request, f"{owner.full_name} can now create the secret on My account.")
    return redirect("api_tokens")


@access.allows(*Role)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends a token, by the administrator or its owner."""
    token = get_object_or_404(ApiToken.objects.select_related("person").standing(), pk=token_id)
    is_administrator = request.user.role in access.ADMINISTERS
    if not is_administrator and token.person_id != request.user.pk:
        raise Http404("There is no such token of yours.")
    return one_form(
        request, WithReason(posted(request)), lambda save, given: api_tokens.revoke(save, token, **given),
        f"The API token “{token.name}” is revoked.", f"Revoke the API token “{token.name}”", "Revoke token",
        reverse("api_tokens" if is_administrator else "account"),
    )  # fmt: skip


@access.allows(*Role)
def secret(request: HttpRequest, token_id: int) -> HttpResponse:
    """Shows the secret of an own token, once, to who proves to be the owner of the account."""
    token = get_object_or_404(ApiToken.objects.standing(), pk=token_id, person_id=request.user.pk)
    words = "The secret is shown once. Whoever has it reads study data in your name."
    return proof_page(request, f"Create the secret of “{token.name}”", words, lambda: _shown(request, token))


def _shown(request: HttpRequest, token: ApiToken) -> HttpResponse:
    try:
        made = api_tokens.create_secret(of_request(request), token)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("account")
    return render(request, "trial/accounts/own/api_secret.html", {"token": token, "secret": made})


@access.allows(*Role)
def documentation(request: HttpRequest) -> HttpResponse:
    """What the API offers, from its own description; loads nothing from elsewhere."""
    document = json.loads(description())
    operations = [
        {"method": method.upper(), "path": path, "tag": each["tags"][0], "words": each["description"],
         "scope": each["security"][0]["Bearer"][0],
         "parameters": each.get("parameters", ())}
        for path, of_path in document["paths"].items() for method, each in of_path.items()
    ]  # fmt: skip
    shown = {"operations": operations, "version": document["openapi"], "most": tokens.CALLS_A_MINUTE}
    return render(request, "trial/accounts/own/api.html", shown)
