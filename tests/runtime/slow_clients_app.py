"""What the tests of slow clients serve: the length of the body that came; and their worker, with less patience."""

from collections.abc import Callable, Iterable
from typing import Any

from trial.runtime.web_worker import PatientWorker


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with the number of bytes that were sent."""
    answer = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
    return [answer]


class Impatient(PatientWorker):
    """Closes a client after two seconds."""

    gather_seconds = 2.0
