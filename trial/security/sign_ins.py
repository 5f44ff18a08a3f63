"""The history of signing in: one row per act at the door."""

import logging

from django.http import HttpRequest

from trial.models import Person, SignIn
from trial.security.addresses import address_of

log = logging.getLogger(__name__)


def note(request: HttpRequest, result: str, person: Person | None) -> None:
    """Adds the row; a refusal is also a line in the log, without the name that was typed."""
    browser = request.headers.get("User-Agent", "")[:200]
    SignIn.objects.create(person=person, result=result, address=address_of(request), browser=browser)
    if result in (SignIn.Result.WRONG_PASSWORD, SignIn.Result.WRONG_CODE, SignIn.Result.LOCKED_OUT):
        log.warning("refused at the door: %s, person %s", result, person.pk if person else "unknown")
