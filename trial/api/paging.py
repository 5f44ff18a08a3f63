"""Lists in pages of one moment: a cursor names the change that the first page showed, and where the next one begins.

It is of one list: the address is part of it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from trial.api.moments import change_at
from trial.api.problems import CallRefused
from trial.models.audit import last_change

MOST, USUAL = 500, 100
MOST_OF_A_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Page:
    """The change that is known, the last row that was given, how many more are asked for, and of which address."""

    change: int
    after: int
    limit: int
    address: str = ""

    def of(self, rows: Sequence[Any], shown: Callable[[Sequence[Any]], list[Any]]) -> dict[str, Any]:
        """The body of a list. rows: one more than `limit` where there are more, with the number of each first."""
        given = rows[: self.limit]
        more = cursor(self.change, given[-1][0], self.address) if len(rows) > self.limit else None
        return {"items": shown(given), "next": more}


def cursor(change: int, after: int, address: str) -> str:
    """Opaque to who calls; it opens nothing that the token does not."""
    return urlsafe_b64encode(json.dumps([change, after, address]).encode()).decode().rstrip("=")


def page(as_of: str, given: str, limit: int, address: str = "") -> Page:
    """What is asked for of the list at an address; raises CallRefused (422), WrongMoment."""
    if not given:
        return Page(change_at(as_of) if as_of else last_change(), 0, limit, address)
    try:
        change, after, of = json.loads(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        if type(change) is not int or type(after) is not int or of != address:
            raise ValueError
        if not (1 <= change <= last_change() and 0 <= after <= MOST_OF_A_NUMBER):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise CallRefused(422, "This is no cursor of a page of this list.") from None
    if as_of and change_at(as_of) != change:
        raise CallRefused(422, "The cursor is of another moment than as_of.")
    return Page(change, after, limit, address)
