"""One call of the API: its token, its scope, its line in the access log, and its answer with ETag and moment."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import urlencode

from trial.api import problems
from trial.api.paging import Page
from trial.api.scopes import SCOPES
from trial.api.tokens import Caller
from trial.models import audit

# The newest change that an answer knows.
MOMENT = "Endpoint-Change"
CHANGED = "This has changed since you read it. Nothing was saved. Read it again."


@dataclass(frozen=True)
class Reply:
    """What a call is answered with. change: the newest one that it knows; page: of a list."""

    body: Any
    change: int | None = None
    page: Page | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def allows(scope: str) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """States the scope of an operation, which returns a Reply or a file. A call is noted before it is answered.

    The scope is judged with the token, before anything of the call is read (`trial.api.assembly.Bearer`).
    """

    def decorate(operation: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            caller: Caller = request.auth  # type: ignore[attr-defined]
            reply = operation(request, *args, **kwargs)
            if SCOPES[scope].is_noted:
                place = request.get_full_path().removeprefix(problems.PREFIX)
                # The token first: a long address is cut, and never hides whose call it was.
                words = f"token “{caller.token.name}” {caller.token.starts_with}…: {request.method} {place}"
                audit.note(caller.person, audit.Kind.API, words)
            return reply if isinstance(reply, FileResponse) else answer(request, reply)

        guarded.scope = scope  # type: ignore[attr-defined]
        return guarded

    return decorate


def answer(request: HttpRequest, reply: Reply) -> HttpResponse:
    """JSON; 304 without a body where the program has this very answer already (If-None-Match)."""
    body = encoded(reply.body)
    headers = {"ETag": etag(body), **reply.headers}
    if reply.change is not None:
        headers[MOMENT] = str(reply.change)
    if reply.page is not None and reply.body["next"]:
        headers["Link"] = f'<{_next(request, reply.body["next"])}>; rel="next"'
    if request.method == "GET" and reply.status == 200 and headers["ETag"] in _tags(request, "If-None-Match"):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, status=reply.status, content_type="application/json", headers=headers)


def encoded(body: Any) -> bytes:
    """JSON as it is sent: decimal numbers are words, so that none loses a digit on its way."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, default=_word).encode()


def etag(body: bytes) -> str:
    """Of an answer: the same as long as nothing in it differs."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def stop_unless_shown(request: HttpRequest, body: Any) -> None:
    """Raises CallRefused: 428 where a write names no ETag (If-Match), 412 where what it names has changed meanwhile."""
    tags = _tags(request, "If-Match")
    if not tags:
        raise problems.CallRefused(428, "Send the ETag of what you read as If-Match.")
    if etag(encoded(body)) not in tags:
        raise problems.CallRefused(412, CHANGED)


def _tags(request: HttpRequest, header: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in request.headers.get(header, "").split(",") if each.strip()}


def _word(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON")


def _next(request: HttpRequest, cursor: str) -> str:
    asked = {**request.GET.dict(), "cursor": cursor}
    return f"{request.path}?{urlencode(asked)}"
