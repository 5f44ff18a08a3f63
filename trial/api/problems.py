"""Errors of the API as RFC 9457 asks: `application/problem+json` with a sentence, never a stack trace."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

PREFIX = "/api/v1/"
CONTENT_TYPE = "application/problem+json"


class CallRefused(Exception):
    """A call that is answered with this status and these words. more: further members of the answer."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(words)
        self.status, self.words, self.headers, self.more = status, words, headers or {}, more


def answer(status: int, words: str, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    """The answer of a call that failed."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": words, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE, headers=headers)


def refusal(request: HttpRequest, status: int, words: str) -> HttpResponse:
    """The answer to a request that a middleware refuses: a problem to a program, plain text to a page."""
    if request.path_info.startswith(PREFIX):
        return answer(status, words)
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
