"""Lines of the server's log. An exception is told by its types and places, never by its words.

The words of an exception can hold what somebody typed: PostgreSQL names the values of a row that it refuses. Type,
state, constraint and line of code are enough to find the cause.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

_Told = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutWords(logging.Formatter):
    """A formatter whose tracebacks leave the messages of exceptions out."""

    def format(self, record: logging.LogRecord) -> str:
        """The worker's own line on a task that failed repeats the words of the exception: its type stands there."""
        if record.exc_info and isinstance(record.args, dict) and {"exc", "traceback"} <= record.args.keys():
            kind = record.exc_info[0]
            record.args = record.args | {"exc": kind.__qualname__ if kind else "", "traceback": ""}
        return super().format(record)

    def formatException(self, ei: _Told) -> str:  # noqa: N802 (the name is logging's)
        """The frames of each exception in the chain, the cause first."""
        told: list[str] = []
        seen: set[int] = set()
        error: BaseException | None = ei[1]
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            told.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}{_of_the_database(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\nwhich led to:\n\n".join(reversed(told))


def _of_the_database(error: Any) -> str:
    """State and constraint of an error of PostgreSQL; they name no value."""
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    state = getattr(error, "sqlstate", None)
    return (f" {state}" if state else "") + (f" ({constraint})" if constraint else "")
