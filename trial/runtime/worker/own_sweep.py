"""The worker's own sweep: without a broker or a scheduler, results are brought up to date all the same.

A thread of the worker's process asks PostgreSQL when the last sweep ended. One that is overdue is run in a process of
its own, whatever the worker's slots are busy with; then nothing has to pass through the broker.
"""

import logging
import os
import subprocess
import sys
import threading
from datetime import datetime
from math import inf

import psycopg

from trial.runtime import addresses
from trial.runtime.postgres import die_with_parent

log = logging.getLogger(__name__)
# A sweep is overdue after its interval and this; after one of the worker's own, after its interval.
GRACE_SECONDS = 5.0
LONGEST_SWEEP_SECONDS = 1800
# Beside the numbers of analysis/results/recompute.py.
LOCK = 93_900
LAST_SWEEP = "SELECT at, extract(epoch FROM now() - at) FROM trial_statusnote WHERE name = 'sweep'"


def start() -> None:
    """Starts the thread; it ends with its process."""
    threading.Thread(target=_watch, name="own sweep", daemon=True).start()


def _watch() -> None:
    pause, own = threading.Event(), None
    while not pause.wait(min(10.0, addresses.SWEEP_SECONDS / 2)):
        try:
            if is_overdue(own) and sweep():
                own = last_sweep()[0]
        except Exception as error:  # whatever went wrong, the next look comes
            log.warning("the worker's own sweep did not run: %s", type(error).__name__)


def last_sweep() -> tuple[datetime | None, float]:
    """When the last one ended, and how many seconds ago; without one, since ever. Raises psycopg.Error."""
    with psycopg.connect(**addresses.connection(), autocommit=True) as connection:
        found = connection.execute(LAST_SWEEP).fetchone()
    return (found[0], float(found[1])) if found else (None, inf)


def is_overdue(own: datetime | None = None) -> bool:
    """Whether no sweep has ended for longer than its interval. own: when the worker's own last one ended. Raises
    psycopg.Error."""
    ended, seconds_ago = last_sweep()
    patience = GRACE_SECONDS if own is None or own != ended else 0.0
    return seconds_ago > addresses.SWEEP_SECONDS + patience


def sweep() -> bool:
    """Runs one in a process of its own; False when another worker does. Raises psycopg.Error, and SubprocessError when
    it fails or takes too long."""
    with psycopg.connect(**addresses.connection(), autocommit=True) as connection:
        found = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if found is None or not found[0]:
            return False
        log.info("no sweep came through the broker; the worker sweeps by itself")
        subprocess.run(
            [sys.executable, str(addresses.CHECKOUT / "manage.py"), "sweep"], cwd=addresses.CHECKOUT, env=os.environ,
            stdin=subprocess.DEVNULL, check=True, timeout=LONGEST_SWEEP_SECONDS,
            preexec_fn=die_with_parent(9),
        )  # fmt: skip
    return True
