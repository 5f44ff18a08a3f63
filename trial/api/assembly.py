"""The API of all applications at one address: its errors, its description, and the rule of each of its views.

The routers are named by words, since `trial` imports no application.
"""

import json
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from trial.api import problems
from trial.api.moments import WrongMoment
from trial.api.problems import PREFIX, CallRefused
from trial.api.tokens import Caller, caller_of
from trial.record import access, changes
from trial.refused import NotOfRole, Refused

ROUTERS = ("capture.api.record.router", "capture.api.queries.router", "capture.api.files.router",
           "analysis.api.router")  # fmt: skip
# What any operation can answer beside what it declares.
ERRORS = {
    "400": "The request cannot be read", "401": "No token, or one that opens nothing",
    "403": "Outside the scopes or the role of the token",
    "404": "Not there, or at a site that the token does not see", "422": "A value cannot be read",
    "429": "Too many calls in a minute", "503": "Busy; call again",
}  # fmt: skip
OF_WRITES = {"409": "Not possible as things are", "412": "Changed since it was read (If-Match)",
             "413": "Too large", "428": "If-Match is missing"}  # fmt: skip
_WRONG = {"type": "object", "required": ["field", "reason"],
          "properties": {"field": {"type": "string"}, "reason": {"type": "string"}}}  # fmt: skip
PROBLEM = {
    "type": "object", "title": "Problem", "description": "RFC 9457", "required": ["type", "title", "status", "detail"],
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                   "detail": {"type": "string"}, "errors": {"type": "array", "items": _WRONG}},
}  # fmt: skip


class Bearer(HttpBearer):
    """`Authorization: Bearer ep_…`, judged with the scope of the operation; cookies count for nothing here."""

    openapi_description = "A token that an administrator allowed and whose secret its owner created on My account."

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Raises CallRefused."""
        caller, match = caller_of(token), request.resolver_match
        assert match is not None
        caller.stop_without(scopes()[str(request.method).lower(), "/" + re.sub(r"<(\w+)>", r"{\1}", match.route)])
        return caller


@cache
def _api() -> NinjaAPI:
    made = NinjaAPI(title="Endpoint", version="1", openapi_url=None, docs_url=None, auth=Bearer(), urls_namespace="api")
    for name in ROUTERS:
        made.add_router("", name)
    for kind, answered in _ANSWERED.items():
        made.add_exception_handler(kind, answered)
    return made


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"field": ".".join(map(str, each["loc"])), "reason": str(each["msg"])} for each in error.errors]
    words = "; ".join(f"{each['field']}: {each['reason']}" for each in wrong)
    return problems.answer(422, words, errors=wrong)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if str(refusal) == changes.BUSY:
        return problems.answer(503, str(refusal), {"Retry-After": "1"})
    return problems.answer(403 if isinstance(refusal, NotOfRole) else 409, str(refusal))


_ANSWERED: dict[Any, Callable[..., HttpResponse]] = {
    CallRefused: lambda request, error: problems.answer(error.status, error.words, error.headers, **error.more),
    ValidationError: _invalid,
    Refused: _refused,
    WrongMoment: lambda request, error: problems.answer(422, str(error)),
    Http404: lambda request, error: problems.answer(404, str(error) or "There is nothing here."),
    PermissionDenied: lambda request, error: problems.answer(403, "The role of this token may not do this."),
    HttpError: lambda request, error: problems.answer(error.status_code, "The request cannot be read."),
    AuthenticationError: lambda request, error: problems.answer(
        401, "Send a token as “Authorization: Bearer ep_…”.", {"WWW-Authenticate": 'Bearer realm="Endpoint"'}),
}  # fmt: skip


def _with_rule(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view with the rule by which the middlewares know it, and its answer kept by no cache."""

    @wraps(view)
    def ruled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            response = problems.answer(405, f"{request.method} is not possible here.", {"Allow": response["Allow"]})
        response.headers["Cache-Control"], response.headers["Vary"] = "private, no-store", "Authorization"
        return response

    ruled.rule = "token"  # type: ignore[attr-defined]
    ruled.csrf_exempt = True  # type: ignore[attr-defined]  (no cookie opens anything here)
    return ruled


@cache
def scopes() -> dict[tuple[str, str], str]:
    """(method, path) of each operation → its scope."""
    return {
        (method.lower(), PREFIX + path.strip("/")): operation.view_func.scope
        for name in ROUTERS for path, view in import_string(name).path_operations.items()
        for operation in view.operations for method in operation.methods
    }  # fmt: skip


@cache
def description() -> str:
    """The OpenAPI 3.1 document, as JSON, with the errors that every operation can answer."""
    document = json.loads(json.dumps(_api().get_openapi_schema(path_prefix=PREFIX), default=str))
    document["info"]["description"] = "Study data as JSON, by the rights of the account of a token. See docs/api.md."
    document["components"]["schemas"]["Problem"] = PROBLEM
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    needed = scopes()
    for address, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["security"] = [{"Bearer": [needed[method, address]]}]
            for status, words in (ERRORS if method == "get" else ERRORS | OF_WRITES).items():
                operation["responses"][status] = {"description": words, "content": content}
            if method == "get":
                operation["responses"]["304"] = {"description": "The same as before (If-None-Match)"}
    return json.dumps(document)


@access.public
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs, without a token: it holds no data."""
    return HttpResponse(description(), content_type="application/json")


def _unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.answer(404, "The API has no such address.")


def urls() -> list[URLPattern]:
    """Every address below `/api/v1/`. Made once: each look at `NinjaAPI.urls` makes other views."""
    patterns, _, _ = _api().urls
    ours = [each for each in patterns if each.name != "api-root"]
    for each in ours:
        each.callback, each.name = _with_rule(each.callback), None  # their names are those of pages too
    unknown = _with_rule(_unknown)
    return [path("openapi.json", openapi, name="openapi"), *ours, path("", unknown), path("<path:rest>", unknown)]
