"""Drafts of the pages of the record, as their scripts send them (`trial.record.drafts` keeps them).

A draft goes when its form is saved or discarded. Where the server cannot be reached the page keeps a copy in the
browser, encrypted with the person's own key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.urls import Resolver404, resolve
from django.views.decorators.debug import sensitive_variables

from trial.models import Person
from trial.record import access, drafts
from trial.refused import Refused
from trial.rules.typed_text import unreadable


def key_of(person: Person) -> str:
    """The person's own key (256 bits, base64) for the copy in a browser; the same in every session."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"draft of person {person.pk}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DraftsGoWithTheSave:
    """Middleware: a page of the record that answers a POST by sending the person on in the record has saved."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Throws the draft away once its form is saved."""
        response = self.get_response(request)
        sending = getattr(request, "sending", None)
        if sending is not None and sending.is_kept:
            return response  # the draft went with the token, in the Change itself
        sent_on = response.headers.get("Location", "") if response.status_code == 302 else ""
        # On to a page of the record, not to the door: a locked session is asked for its password and saves nothing.
        if request.method == "POST" and sent_on and request.user.is_authenticated and _is_of_the_record(sent_on):
            drafts.forget(request.user, request.path)
        return response


def _is_of_the_record(address: str) -> bool:
    try:
        return len(address) <= 300 and resolve(address.partition("?")[0]).app_name == "capture"
    except Resolver404:
        return False


@access.allows(*access.ENTERS, method="POST")
@sensitive_variables()
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Body: JSON of `path` and `fields` → 204; 422 in words for anything else."""
    try:
        body = json.loads(request.body)
        path, fields = str(body["path"]), body["fields"]
        if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
            raise Refused("These are no fields.")
        if refusal := next(filter(None, map(unreadable, (path, *fields, *fields.values()))), ""):
            raise Refused(refusal)
        if not _is_of_the_record(path):
            raise Refused("This is no page of the record.")
        drafts.keep(request.user, path, fields.items())
    except RawPostDataException:  # a form with parts, which was read as one
        return HttpResponse("Not kept: This is no JSON.", status=422, content_type="text/plain; charset=utf-8")
    except (Refused, ValueError, KeyError, TypeError, RecursionError) as refusal:
        return HttpResponse(f"Not kept: {refusal}", status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@access.allows(*access.ENTERS, method="POST")
def discard_draft(request: HttpRequest) -> HttpResponse:
    """Throws the draft of the page in `path` away."""
    drafts.forget(request.user, request.POST.get("path", "")[:300])
    return HttpResponse(status=204)


@access.allows(*access.ENTERS, method="GET")
def draft_key(request: HttpRequest) -> HttpResponse:
    """The person's key for the copy in this browser."""
    return JsonResponse({"person": request.user.pk, "key": key_of(request.user)})
