"""What else belongs to the Change that a save makes: done inside it, so that both are on record or neither.

Such as the answer to a query, which the correction of the value is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

Also = Callable[[datetime], None]
_ALSO: ContextVar[Also | None] = ContextVar("also", default=None)


@contextmanager
def with_the_next_change(also: Also) -> Iterator[None]:
    """The next Change opened inside does this too at its end, with its server time; without one nothing is done."""
    before = _ALSO.set(also)
    try:
        yield
    finally:
        _ALSO.reset(before)


def do(at: datetime) -> None:
    """Called at the end of a Change, still inside it; each is done once."""
    also = _ALSO.get()
    if also is not None:
        _ALSO.set(None)
        also(at)
