"""Messages to the worker: sent by a thread of their own, so that no save and no page waits for the broker.

A message only wakes the worker; what it does is read from PostgreSQL. One that could not be sent is logged and dropped:
the sweep finds what it was about. The same message is not queued twice.
"""

import atexit
import logging
import threading
from typing import Any

log = logging.getLogger(__name__)
# A command that ends at once waits so long for its messages.
AT_EXIT_SECONDS = 2.0

# Handed over by `trial.celery`. Not Celery's current_app: in another thread that can be one without our broker.
app: Any = None

Message = tuple[str, tuple[Any, ...]]
_waiting: dict[Message, None] = {}
_changed = threading.Condition()
_under_way = 0
_sender: threading.Thread | None = None


def send(task: str, *args: Any) -> None:
    """Queues one message and returns at once. args: hashable values that are JSON."""
    global _sender
    with _changed:
        _waiting[task, args] = None
        _changed.notify_all()
        # Not alive either in a process that was forked since.
        if _sender is None or not _sender.is_alive():
            _sender = threading.Thread(target=_send_all, name="messages", daemon=True)
            _sender.start()


def wait_until_sent(seconds: float = AT_EXIT_SECONDS) -> bool:
    """Whether everything queued was sent or dropped within that time."""
    with _changed:
        return _changed.wait_for(lambda: not _waiting and not _under_way, timeout=seconds)


def _send_all() -> None:
    global _under_way
    while True:
        with _changed:
            _changed.wait_for(lambda: bool(_waiting))
            task, args = next(iter(_waiting))
            del _waiting[task, args]
            _under_way = 1
        try:
            _send(task, args)
        finally:
            with _changed:
                _under_way = 0
                _changed.notify_all()


def _send(task: str, args: tuple[Any, ...]) -> None:
    try:
        app.send_task(task, args=list(args), retry=False)
    except Exception:  # whatever a broker raises
        log.exception("a message to the worker (%s) was not sent; the sweep does what it was about", task)


atexit.register(wait_until_sent)
