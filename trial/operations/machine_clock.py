"""Clock of this machine: whether a time source sets it, and how far the database server's clock is from it.

Linux keeps how far its clock may be off (`man adjtimex`): whatever sets it (chrony, ntpd, systemd-timesyncd, the host
of a container) writes it there, and nothing is asked over the network.
"""

import ctypes
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

LARGEST_DRIFT_SECONDS = 1.0  # EMA guideline on computerised systems (2023): a clock further off is reported
UNSYNCHRONIZED = 0x0040  # STA_UNSYNC of the kernel
_ERROR = -1


class Timex(ctypes.Structure):
    """`struct timex` of Linux up to what is read here, with room for the rest of it; times in microseconds."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long), ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long), ("status", ctypes.c_int), ("constant", ctypes.c_long),
        ("precision", ctypes.c_long), ("tolerance", ctypes.c_long), ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long), ("tick", ctypes.c_long), ("rest", ctypes.c_char * 256),
    )  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """State of the kernel's clock: whether a time source sets it, and by how many seconds it may be off at most."""

    follows_a_source: bool
    off_by_at_most_seconds: float


def read() -> Timex | None:
    """Reads the kernel's timex, setting nothing (modes is 0); None where there is none to read."""
    if not sys.platform.startswith("linux"):
        return None
    timex = Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state == _ERROR else timex


def kernel() -> Kernel | None:
    """Returns the state of the clock; None outside Linux, or in a sandbox that refuses the system call."""
    timex = read()
    if timex is None:
        return None
    return Kernel(not timex.status & UNSYNCHRONIZED, timex.maxerror / 1_000_000)


def apart_seconds() -> float:
    """Measures how far the database server's clock is from this machine's, less the time of the query itself."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        at = cursor.fetchone()[0]
        after = datetime.now(UTC)
    return max((before - at).total_seconds(), (at - after).total_seconds(), 0.0)


def behind_the_record_seconds() -> float:
    """Measures how far the database server's clock lies behind the time of the newest change; 0 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM max(at) - clock_timestamp()) FROM trial_change")
        return max(float(cursor.fetchone()[0] or 0), 0.0)


def judged(said: Kernel | None, apart: float, behind: float = 0.0) -> tuple[bool | None, str]:
    """Returns whether the clock is right, and why; None where that is not known, which is never called OK.

    apart: seconds between this machine and the database server. behind: seconds behind the newest change.
    """
    if behind > LARGEST_DRIFT_SECONDS:
        return False, (f"the database server's clock is {behind:.0f} s behind the newest change: it was set back, or "
                       "ran ahead before. Until it is reached, changes carry that time, with the clock's own beside it")
    if apart > LARGEST_DRIFT_SECONDS:
        return False, f"the database server's clock is {apart:.1f} s from this machine's"
    if said is None:
        return None, "not known: this machine does not say whether its clock follows a time source"
    if not said.follows_a_source:
        return False, "no time source sets this machine's clock: it may be off by any amount"
    if said.off_by_at_most_seconds > LARGEST_DRIFT_SECONDS:
        return False, f"may be off by {said.off_by_at_most_seconds:.1f} s: its time source has not been heard for long"
    return True, f"follows a time source, off by at most {said.off_by_at_most_seconds:.3f} s"
