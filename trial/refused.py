"""The one exception for what a person asked and cannot be done; pages, imports and commands show its reasons.

A subclass exists only where code answers one kind otherwise than the others: `capture.casebook.checks.ChecksFailed`
(fields) and `SecondLook` (explanations), `capture.entry.edit_conflict.EditedMeanwhile` (merged field by field),
`capture.entry.services.registration.Waivable` (the chair may allow it), `capture.conduct.queries.WaitsAlready` (passed
by) and `MovedMeanwhile` (412), `NotOfRole` (403), `trial.accounts.security.proof.Blocked` (signs out), `UnderWay` and
`NowhereToDrill` of the backups (not noted as a failure). PURE.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Semaphore
from typing import Any


class Refused(Exception):
    """What was asked for cannot be done, and nothing of it was. reasons: sentences for the person who asked.

    beside: reason → (field of the form that it concerns, what is said there), for those that concern one field.
    """

    def __init__(self, *reasons: str, beside: Mapping[str, tuple[str, str]] | None = None) -> None:
        super().__init__(" ".join(reasons))
        self.reasons, self.beside = reasons, beside or {}


class NotOfRole(Refused):
    """Nobody in the role of this person does it."""


@contextmanager
def one_of(seats: Semaphore, refusal: Refused, seconds: float = 0) -> Iterator[None]:
    """Takes one of the seats for the block; raises the refusal where none becomes free within so many seconds."""
    if not seats.acquire(timeout=seconds):
        raise refusal
    try:
        yield
    finally:
        seats.release()


def reasons_against(act: Callable[[], Any]) -> tuple[str, ...]:
    """Does what was asked; returns the reasons why it cannot be done, none when it was."""
    try:
        act()
    except Refused as refusal:
        return refusal.reasons
    return ()
