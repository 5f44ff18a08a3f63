"""How an edit check is asked and answered: hard ones refuse, soft ones want a second look with a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
HARD, SOFT = "hard", "soft"


@dataclass(frozen=True)
class Check:
    """One rule: its id, what it says when it fails, where it comes from, and the test (True: it fails).

    field: the field of the form it is about (for a query); edition: raised when the rule changes.
    """

    id: str
    words: str
    source: str
    severity: str
    fails: Callable[[Facts], bool]
    field: str = ""
    edition: int = 1


class Refused(Exception):
    """One or more hard checks failed; `failures` are the checks, the message their words."""

    def __init__(self, failures: tuple[Check, ...]) -> None:
        super().__init__(" ".join(check.words for check in failures))
        self.failures = failures


class SecondLook(Refused):
    """Soft checks failed that nobody has acknowledged: nothing is saved until each has its reason."""


def failing(checks: tuple[Check, ...], facts: Facts) -> tuple[Check, ...]:
    """The checks that fail on these facts, in order of declaration."""
    return tuple(check for check in checks if check.fails(facts))


def settle(checks: tuple[Check, ...], facts: Facts, acknowledged: Mapping[str, str] | None) -> tuple[Check, ...]:
    """The soft checks that fail on these facts, once nothing stands in the way of saving.

    acknowledged: check id → reason, as given on a page; None where nobody sits in front of it (an import, the system):
    the soft failures are then kept as not looked at. Raises Refused for a hard check, SecondLook for a soft one
    without a reason.
    """
    found = failing(checks, facts)
    hard = tuple(check for check in found if check.severity == HARD)
    if hard:
        raise Refused(hard)
    if acknowledged is not None:
        open_ones = tuple(check for check in found if not acknowledged.get(check.id, "").strip())
        if open_ones:
            raise SecondLook(open_ones)
    return found
