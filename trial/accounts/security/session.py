"""The idle lock: after some minutes without a sign of the person the session waits for the password again.

The session is not ended: the page keeps what is typed, and a form sent meanwhile is kept (`kept_forms`).
"""

import time

from django.conf import settings
from django.http import HttpRequest

from trial.accounts.security import passkeys, second_factor, single_sign_on

ACTIVE_AT = "active_at"
LOCKED = "locked"
# Noted at most so often: a save needs no further write to the session.
NOTED_EVERY_SECONDS = 30


def is_locked(request: HttpRequest) -> bool:
    """Whether the session waits for the password; locks it when the time is over, and notes the person's activity."""
    session, now = request.session, int(time.time())
    if session.get(LOCKED):
        return True
    seen = session.get(ACTIVE_AT)
    if seen is not None and now - seen > settings.IDLE_MINUTES * 60:
        lock(request)
        return True
    if seen is None or (now - seen >= NOTED_EVERY_SECONDS and not _by_itself(request)):
        session[ACTIVE_AT] = now
    return False


def lock(request: HttpRequest) -> None:
    """Locks at once: the page saw no sign of the person for the time allowed."""
    request.session[LOCKED] = True
    request.session.pop(second_factor.PROVED_AT, None)
    single_sign_on.forget(request)


def unlock(request: HttpRequest) -> None:
    """The person is there again."""
    request.session.pop(LOCKED, None)
    request.session[ACTIVE_AT] = int(time.time())


def _by_itself(request: HttpRequest) -> bool:
    """A page that refreshes a part of itself, or itself, is no sign of a person: a browser says who led it on."""
    if request.method != "GET":
        return False
    by_nobody = request.headers.get("Sec-Fetch-Mode") == "navigate" and "Sec-Fetch-User" not in request.headers
    return by_nobody or request.headers.get("HX-Request") == "true"


def next_step(request: HttpRequest) -> str | None:
    """The name of the only page that is open until it is passed; None when the person may go on."""
    person = request.user
    if is_locked(request):
        return "unlock"
    if person.must_change_password:
        return "change_password"
    if second_factor.is_demanded() and not person.is_verified():
        has_one = second_factor.has_one(person) or passkeys.of(person)
        return "second_factor" if has_one else "second_factor_set_up"
    return None
