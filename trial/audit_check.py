"""A verification of the record whose result is kept for the Status page."""

import logging
import time
from collections.abc import Iterable

from django.db import connection

from trial import audit
from trial.models import operations

log = logging.getLogger(__name__)


def check(expected: Iterable[audit.Head] = ()) -> audit.AuditReport:
    """Verifies, notes the result with how long it took, and says a break in the log too."""
    began = time.monotonic()
    report = audit.verify(connection, expected)
    taken = f"verified in {time.monotonic() - began:.1f} s"
    if report.first_break:
        log.error("the record is broken: %s", report.first_break)
        operations.note("audit", False, f"{report.first_break} ({taken})")
    else:
        said = [f"{report.changes} changes and {report.versions} versions are sound, {taken}", *report.blacked_out]
        operations.note("audit", True, "; ".join(said))
    return report
