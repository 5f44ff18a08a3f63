"""Keeping, throwing away and encrypting drafts; asked by the page itself, each person for their own."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from capture import drafts
from trial import access


@access.allows(*access.ENTERS)
@require_POST
@sensitive_variables()
def keep(request: HttpRequest) -> HttpResponse:
    """Body: JSON of `path` and `fields` → 204; 422 in words for anything else."""
    try:
        body = json.loads(request.body)
        drafts.keep(request.user, str(body["path"]), body["fields"])
    except (drafts.NotKept, ValueError, KeyError, TypeError, RecursionError) as refusal:
        return HttpResponse(f"Not kept: {refusal}", status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@access.allows(*access.ENTERS)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throws the draft of the page in `path` away."""
    drafts.forget(request.user, request.POST.get("path", "")[:300])
    return HttpResponse(status=204)


@access.allows(*access.ENTERS)
@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The person's key for the copy in this browser."""
    return JsonResponse({"person": request.user.pk, "key": drafts.key_of(request.user)})
