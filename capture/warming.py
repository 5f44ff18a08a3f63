"""What is due is derived in the background of each web process: after its start, after midnight, and as Changes come.

A thread of its own derives whoever moved, a few at a time, and pauses four times as long as it worked, so that pages
are served meanwhile. It keeps nothing but the memory of `capture.states`, which tells by itself what holds no more.
"""

import logging
import time
from threading import Thread

from django.db import Error, connections

from capture import selectors, states
from trial import clock
from trial.models import Participant

log = logging.getLogger(__name__)
LOOKS_AGAIN_AFTER_SECONDS = 60.0  # a day begins at another minute at each site


def start() -> None:
    """Begins the thread; it ends with the process."""
    Thread(target=_go_on, name="what is due", daemon=True).start()


def _go_on() -> None:
    while True:
        try:
            derive()
        except Error as failure:  # the database is away: the next look comes by itself
            log.warning("what is due could not be derived: %s", type(failure).__name__)
        finally:
            connections.close_all()  # back to the pool
        states.WANTED.wait(LOOKS_AGAIN_AFTER_SECONDS)
        states.WANTED.clear()


def derive() -> int:
    """Derives everybody whose state is not known; returns how many."""
    today = clock.today_by_site()
    everybody = Participant.objects.order_by("number", "screening_number").values_list("pk", "site_id")
    days = {key: today(site) for key, site in everybody}
    unknown = states.moved(days)
    for first in range(0, len(unknown), states.AT_ONCE):
        began = time.monotonic()
        few = unknown[first : first + states.AT_ONCE]
        states.states_of({each: days[each] for each in few}, lambda ids: selectors.rows_of_ids(today, ids))
        time.sleep(4 * (time.monotonic() - began))
    return len(unknown)
