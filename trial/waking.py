"""Tells the worker that a group has moved. The broker only wakes; what is behind is read from PostgreSQL."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

log = logging.getLogger(__name__)

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """No wake-ups: for thousands of Changes before a worker runs, which sweeps when it comes up."""
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)


def wake(groups: set[str]) -> None:
    """Tells the worker; a broker that is down costs at most the minute until the sweep, never the save."""
    if _QUIET.get():
        return
    # Not Celery's current_app: in the web's other threads that can be an app of its own, without our broker.
    from trial.celery import celery_app

    for group in sorted(groups):
        try:
            celery_app.send_task("analysis.recompute", args=[group], retry=False)
        except Exception:
            log.exception("the wake-up for group %s was not sent; the sweep will find it", group)
