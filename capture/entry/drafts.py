"""What people are typing and have not saved: kept on the server first, one draft per person and page.

A draft is no part of the record. It goes when its form is saved or thrown away, and after `FORGOTTEN_AFTER_DAYS`.
Where the server cannot be reached the page keeps a copy in the browser, encrypted with the person's own key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from trial.models import Draft, Person
from trial.record import access, save_once

LARGEST_CHARACTERS = 200_000
MOST_PER_PERSON = 50
FORGOTTEN_AFTER_DAYS = 14
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "code"}


class NotKept(ValueError):
    """The draft is too large, not of a page of the record, or no set of fields."""


def keep(person: Person, path: str, fields: object) -> Draft:
    """Stores or replaces the draft of this page; raises NotKept. fields: name → text."""
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise NotKept("These are no fields.")
    kept = {name: value.replace("\x00", "") for name, value in fields.items() if name not in NEVER_KEPT}
    if sum(len(name) + len(value) for name, value in kept.items()) > LARGEST_CHARACTERS:
        raise NotKept("The page is too large for a draft.")
    if not _is_of_the_record(path):
        raise NotKept("This is no page of the record.")
    draft, _ = Draft.objects.update_or_create(person=person, path=path, defaults={"fields": kept})
    _forget_old(person)
    return draft


def forget(person: Person, path: str) -> None:
    """The form is saved, or its draft thrown away."""
    Draft.objects.filter(person=person, path=path).delete()


def waiting(person: Person, path: str) -> Draft | None:
    """The draft of this person for this page; one whose form is on record, its answer lost, has done its duty."""
    draft = Draft.objects.filter(person=person, path=path).first()
    if draft is not None and save_once.saved(draft.fields.get(save_once.FIELD, "")):
        draft.delete()
        return None
    return draft


def key_of(person: Person) -> str:
    """The person's own key (256 bits, base64) for the copy in a browser; the same in every session."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"draft of person {person.pk}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DraftsGoWithTheSave:
    """Middleware: a page of the record that answers a POST by sending the person on in the record has saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """`get_response` is the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Throws the draft away once its form is saved."""
        response = self.get_response(request)
        sent_on = response.headers.get("Location", "") if response.status_code == 302 else ""
        # On to a page of the record, not to the door: a locked session is asked for its password and saves nothing.
        if request.method == "POST" and sent_on and request.user.is_authenticated and _is_of_the_record(sent_on):
            forget(request.user, request.path)
        return response


def _is_of_the_record(address: str) -> bool:
    try:
        return len(address) <= 300 and resolve(address.partition("?")[0]).app_name == "capture"
    except Resolver404:
        return False


def _forget_old(person: Person) -> None:
    mine = Draft.objects.filter(person=person)
    mine.filter(kept_at__lt=timezone.now() - timedelta(days=FORGOTTEN_AFTER_DAYS)).delete()
    beyond = list(mine.order_by("-kept_at").values_list("pk", flat=True)[MOST_PER_PERSON:])
    if beyond:
        mine.filter(pk__in=beyond).delete()


@access.allows(*access.ENTERS)
@require_POST
@sensitive_variables()
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Body: JSON of `path` and `fields` → 204; 422 in words for anything else."""
    try:
        body = json.loads(request.body)
        keep(request.user, str(body["path"]), body["fields"])
    except (NotKept, ValueError, KeyError, TypeError, RecursionError) as refusal:
        return HttpResponse(f"Not kept: {refusal}", status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@access.allows(*access.ENTERS)
@require_POST
def discard_draft(request: HttpRequest) -> HttpResponse:
    """Throws the draft of the page in `path` away."""
    forget(request.user, request.POST.get("path", "")[:300])
    return HttpResponse(status=204)


@access.allows(*access.ENTERS)
@require_GET
def draft_key(request: HttpRequest) -> HttpResponse:
    """The person's key for the copy in this browser."""
    return JsonResponse({"person": request.user.pk, "key": key_of(request.user)})
