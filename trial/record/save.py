"""One save, handed down from the page, import or program that makes it to the Change that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from trial.models import Person
from trial.record.save_once import Sending
from trial.refused import Refused


@dataclass(frozen=True)
class Save:
    """Who saves, why, and what else the Change must know.

    person: None is the system itself. reason: of a correction or strike-out. sending: the form as it was sent, which is
    saved once. returned: why a form that came back is looked over before it is saved, in words; empty for any other.
    opened_at: the newest Change that the page showed. edition: of the form, by which the page or file asked; None: the
    one in force at the site. acknowledged: check id → explanation; None where nobody sits in front of it. also: done at
    the end of the Change, with its server time. program: what enters it beside the version of the program. wakes:
    whether the worker is told at once. run: the import that the Change is part of, a `trial.record.changes.Import`.
    """

    person: Person | None = None
    reason: str = ""
    sending: Sending | None = None
    returned: str = ""
    opened_at: int | None = None
    edition: int | None = None
    acknowledged: Mapping[str, str] | None = None
    also: Callable[[datetime], None] | None = None
    program: str = ""
    wakes: bool = True
    run: Any = None

    def stop_if_returned(self) -> None:
        """Raises Refused for a form that came back; asked first where a page wants a password too."""
        if self.returned:
            raise Refused(self.returned)


def of_request(request: HttpRequest, reason: str = "") -> Save:
    """What the person at the page saves; the middlewares say on the request what they know of the form."""
    sending, returned = getattr(request, "sending", None), getattr(request, "returned", "")
    return Save(request.user, reason, sending, returned)
