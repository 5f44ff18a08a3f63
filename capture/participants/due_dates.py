"""What the matrix is filtered by: which participants have something due or overdue, derived once for each Change.

A state follows from the rows of one participant and from the day at the site. It is kept in the memory of the process
together with that day and the number of the newest Change of the participant; with either another, it is derived again.
Writers take their numbers in the order in which they commit, so asking for the Changes after the last one seen misses
none; and the seal of that one tells a database of another history (restored, or of a test) from this one.

After a start and after midnight nothing is known: the background derives it (`capture.participants.selectors`), and who
asks meanwhile is given those that come first in the list, and told how many are still to come.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from threading import Event, Lock

from django.db import connection

from capture.participants.matrix import Row

AT_ONCE = 50  # participants, some 70 ms: derived before anybody looks at the time

# The newest Change of the participant, the newest of no participant but of a group, and the day.
Key = tuple[int, int, date]


@dataclass
class _Kept:
    """States by participant id, each with its key; `newest` Change by participant id (None: of none), up to `seen`."""

    seen: int = 0
    seal: bytes | None = None
    newest: dict[int | None, int] = field(default_factory=dict)
    states: dict[int, tuple[Key, str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def keys(self, days: Mapping[int, date]) -> dict[int, Key]:
        """The key of each participant as the record stands now; read before the rows, so that no row is older."""
        with self.lock, connection.cursor() as cursor:
            self._forget_another_history(cursor)
            cursor.execute("SELECT id, seal FROM trial_change ORDER BY id DESC LIMIT 1")
            top, seal = cursor.fetchone() or (0, None)
            cursor.execute(
                "SELECT participant_id, max(id) FROM trial_change WHERE id > %s AND id <= %s "
                "AND (participant_id IS NOT NULL OR groups <> '{}') GROUP BY participant_id",
                [self.seen, top],
            )
            self.newest.update(cursor.fetchall())
            self.seen, self.seal = top, seal and bytes(seal)
            of_none = self.newest.get(None, 0)
            return {each: (self.newest.get(each, 0), of_none, today) for each, today in days.items()}

    def _forget_another_history(self, cursor) -> None:  # type: ignore[no-untyped-def]
        """The last Change seen must still be there, as it was sealed."""
        cursor.execute("SELECT seal FROM trial_change WHERE id = %s", [self.seen])
        found = cursor.fetchone()
        if self.seen and (found is None or found[0] is None or bytes(found[0]) != self.seal):
            self.seen, self.seal = 0, None
            self.newest.clear()
            self.states.clear()


_KEPT = _Kept()
WANTED = Event()  # somebody asked for states that are not derived yet: the background goes on at once


def states_of(
    days: Mapping[int, date], rows_of: Callable[[list[int]], Iterable[Row]], patience_seconds: float | None = None
) -> dict[int, str]:
    """The state of each of these participants (`overdue`, `due` or empty), in their order; rows_of derives those that
    moved.

    days: participant id → the day at their site. patience_seconds: after which those that come first are given and the
    rest is left to the background (None: everybody is waited for).
    """
    keys = _KEPT.keys(days)
    unknown = [each for each in days if not _is_kept(each, keys)]
    began = time.monotonic()
    for start in range(0, len(unknown), AT_ONCE):
        derived = {row.participant.pk: row.state for row in rows_of(unknown[start : start + AT_ONCE])}
        _KEPT.states.update({each: (keys[each], state) for each, state in derived.items()})
        if patience_seconds is not None and time.monotonic() - began > patience_seconds:
            break
    known = {each: _KEPT.states[each][1] for each in takewhile(lambda each: _is_kept(each, keys), days)}
    if len(known) < len(days):
        WANTED.set()
    return known


def moved(days: Mapping[int, date]) -> list[int]:
    """Ids of those whose state is not known as the record and the day stand now."""
    keys = _KEPT.keys(days)
    return [each for each in days if not _is_kept(each, keys)]


def _is_kept(participant: int, keys: Mapping[int, Key]) -> bool:
    kept = _KEPT.states.get(participant)
    return kept is not None and kept[0] == keys[participant]
