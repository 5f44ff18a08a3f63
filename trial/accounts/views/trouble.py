"""The page of an error nobody foresaw; troubles of the server that have a name are told by it, in words."""

import errno
import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg_pool import PoolTimeout

from trial.api import problems

log = logging.getLogger(__name__)

SENT_AGAIN = "If you were saving, send the form again: it is saved only once."
FULL = ("The disk is full", "The disk of the server is full. Nothing was saved. Tell the administrator.")
BUSY = ("Too many users at once", f"All connections to the database are in use. Try again in a minute. {SENT_AGAIN}")
SLOW = ("This took too long", f"The database was stopped because it took too long. {SENT_AGAIN}")
AWAY = ("The database does not answer", f"It is starting, or out of reach. Try again in a minute. {SENT_AGAIN}")
# State of PostgreSQL → what is told; a state is five characters, of which two are its class.
BY_STATE = {"53100": FULL, "53200": BUSY, "53300": BUSY, "53400": BUSY, "57014": SLOW, "55P03": SLOW, "25P03": SLOW}
BY_CLASS = {"08": AWAY, "57": AWAY, "58": FULL}


def told(error: BaseException | None) -> tuple[str, str] | None:
    """(title, sentence) for a trouble with a name; looks through what led to the error."""
    while error is not None:
        state = str(getattr(error, "sqlstate", None) or "")
        if isinstance(error, PoolTimeout):
            return BUSY
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return FULL
        if found := BY_STATE.get(state) or BY_CLASS.get(state[:2]):
            return found
        if not state and type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError":
            return AWAY  # the connection itself was refused or lost
        error = error.__cause__ or error.__context__
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """503 in words for a named trouble, else 500. Asks nothing of the database."""
    found = told(sys.exc_info()[1])
    is_program = request.path_info.startswith(problems.PREFIX)
    if found is None:
        if is_program:
            return problems.answer(500, "This is a fault of the program. Tell the administrator the time.")
        return HttpResponse(render_to_string("500.html"), status=500)
    title, words = found
    log.error("%s: %s", title, request.path)
    if is_program:
        return problems.answer(503, words, {"Retry-After": "60"})
    answer = HttpResponse(render_to_string("500.html", {"title": title, "words": words}), status=503)
    answer.headers["Retry-After"] = "60"
    return answer
