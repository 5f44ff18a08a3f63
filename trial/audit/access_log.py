"""Verification of the access log: its own chain, entry by entry.

Entries of earlier versions have no seal; the chain begins with the first that has one.
"""

from collections.abc import Iterator
from typing import Any

from trial.audit.seal import SEAL_OF_J

# Number, previous seal, seal, and the seal computed anew, of every entry.
ENTRIES = f"SELECT j.id, j.previous_seal, j.seal, {SEAL_OF_J} FROM trial_journalentry j ORDER BY j.id"
LAST = """SELECT j.id, encode(j.seal, 'hex') FROM trial_journalentry j WHERE j.seal IS NOT NULL
    ORDER BY j.id DESC LIMIT 1"""
SEAL_OF = "SELECT encode(j.seal, 'hex') FROM trial_journalentry j WHERE j.id = %s"


def breaks(cursor: Any) -> Iterator[str]:
    """Sentences; none when every sealed entry is what it was, and none between them is missing."""
    cursor.execute(ENTRIES)
    last: tuple[int, bytes] | None = None
    for number, previous, seal, computed in cursor.fetchall():
        if seal is None:
            if last is not None:
                yield f"entry {number} of the access log has lost its seal"
            continue
        if last is not None and number != last[0] + 1:
            yield f"entry {last[0] + 1} of the access log is missing"
        elif last is not None and bytes(previous or b"") != last[1]:
            yield f"entry {number} of the access log does not follow the seal of the entry before it"
        if bytes(seal) != bytes(computed):
            yield f"entry {number} of the access log is not what was sealed"
        last = number, bytes(seal)


def breaks_of_head(cursor: Any, number: int, seal: str) -> Iterator[str]:
    """Sentences where an entry noted elsewhere is gone or has another seal."""
    cursor.execute(SEAL_OF, [number])
    found = cursor.fetchone()
    if found is None:
        yield f"entry {number} of the access log is missing at its end"
    elif found[0] != seal:
        yield f"entry {number} of the access log has a different seal from the one noted"
