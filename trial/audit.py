"""Verification of the record: the chain of seals, and every live row against its newest version.

A seal only shows what happened before the newest seal someone else knows. So a head (number and seal of a Change)
noted elsewhere, in a backup, a signature or a witness file, is compared too: a cut-off tail shows there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from trial import kept_hashes
from trial.spine import WATCHED_TABLES
from trial.spine_of_accounts import ACCOUNT_OF_T, SITES_TABLE, TABLE


@dataclass(frozen=True)
class Head:
    """The newest Change and its seal in hexadecimal; written `12:ab34…`."""

    number: int
    seal: str

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"


@dataclass(frozen=True)
class AuditReport:
    """What was walked, the head found (None for an empty record), and the first break in words, None if sound.

    blacked_out: what is vouched for by kept hashes alone, one line for each black-out.
    """

    changes: int
    versions: int
    head: Head | None
    first_break: str | None
    blacked_out: tuple[str, ...] = ()


def head_from(text: str) -> Head:
    """Reads `number:hex`; raises ValueError for anything else."""
    number, _, seal = text.strip().partition(":")
    if not (number.isdigit() and re.fullmatch("[0-9a-fA-F]{64}", seal)):
        raise ValueError(f"{text!r} is no head of the form NUMBER:SEAL with a seal of 64 hexadecimal digits")
    return Head(int(number), seal.lower())


def verify(connection: BaseDatabaseWrapper, expected: Iterable[Head] = ()) -> AuditReport:
    """Walks the whole record in one read-only snapshot, so that writers may go on meanwhile."""
    with transaction.atomic(using=connection.alias, durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute("SELECT count(*) FROM trial_version")
        versions = cursor.fetchone()[0]
        cursor.execute(kept_hashes.SEALS)
        changes = cursor.fetchall()
        cursor.execute(kept_hashes.COUNTS)
        blacked_out = tuple(kept_hashes.in_words(*row) for row in cursor.fetchall())
        first_break = next(_breaks(cursor, changes, expected), None)
    head = Head(changes[-1][0], bytes(changes[-1][2] or b"").hex()) if changes else None
    return AuditReport(len(changes), versions, head, first_break, blacked_out)


def _breaks(cursor: Any, changes: list[Any], expected: Iterable[Head]) -> Iterator[str]:
    yield from _breaks_of_chain(changes)
    yield from _breaks_of_heads({row[0]: bytes(row[2] or b"").hex() for row in changes}, expected)
    yield from _versions_without_change(cursor)
    cursor.execute(kept_hashes.NOT_AS_LEFT)
    yield from (row[0] for row in cursor.fetchall())
    for table in WATCHED_TABLES:
        yield from _rows_unlike_their_version(cursor, table)
        yield from _missing_triggers(cursor, table)
    yield from _rows_unlike_their_version(cursor, TABLE, ACCOUNT_OF_T)
    yield from _missing_triggers(cursor, TABLE)
    yield from _missing_triggers(cursor, SITES_TABLE, expected=2)


def _breaks_of_chain(changes: list[Any]) -> Iterator[str]:
    previous_seal, previous_at = None, None
    for place, (number, previous, seal, computed, at) in enumerate(changes, start=1):
        if number != place:
            yield f"Change {place} is missing"
        if previous != previous_seal:
            yield f"Change {number} does not follow the seal of the Change before it"
        if seal is None or bytes(seal) != bytes(computed or b""):
            yield f"Change {number} or one of its versions is not what was sealed"
        if previous_at is not None and at < previous_at:
            yield f"Change {number} is earlier than the Change before it"
        previous_seal, previous_at = seal, at


def _breaks_of_heads(seals: Mapping[int, str], expected: Iterable[Head]) -> Iterator[str]:
    for head in expected:
        if head.number not in seals:
            yield f"Change {head.number} was on record once and is cut off"
        elif seals[head.number] != head.seal:
            yield f"Change {head.number} carries another seal than the one noted elsewhere"


def _versions_without_change(cursor: Any) -> Iterator[str]:
    cursor.execute("""SELECT v.id, v.change_id FROM trial_version v LEFT JOIN trial_change c ON c.id = v.change_id
        WHERE c.id IS NULL ORDER BY v.id LIMIT 1""")
    yield from (f"version {version} belongs to no Change ({number})" for version, number in cursor.fetchall())


def _rows_unlike_their_version(cursor: Any, table: str, row_of_t: str = "to_jsonb(t)") -> Iterator[str]:
    # Only columns the version knows are compared: versions are never migrated when a column is added.
    cursor.execute(
        f"""WITH newest AS (SELECT DISTINCT ON (row_id) row_id, row FROM trial_version WHERE table_name = %s
                ORDER BY row_id, change_id DESC, id DESC),
            live AS (SELECT t.id, {row_of_t} AS row FROM {table} t)
        SELECT coalesce(live.id, newest.row_id), live.id IS NULL, newest.row_id IS NULL
        FROM live FULL JOIN newest ON newest.row_id = live.id
        WHERE live.id IS NULL OR newest.row_id IS NULL OR EXISTS (SELECT FROM jsonb_each(newest.row) old
            WHERE live.row ? old.key AND live.row -> old.key <> old.value)
        ORDER BY 1 LIMIT 1""",
        [table],
    )
    for row_id, gone, unrecorded in cursor.fetchall():
        state = "is gone" if gone else "was never recorded" if unrecorded else "is not what its newest version says"
        yield f"row {row_id} of {table} {state}"


def _missing_triggers(cursor: Any, table: str, expected: int = 3) -> Iterator[str]:
    cursor.execute(
        """SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')
            AND tgname IN ('endpoint_record', 'endpoint_keep', 'endpoint_keep_all')""",
        [table],
    )
    if cursor.fetchone()[0] != expected:
        yield f"the triggers that record {table} are missing or switched off"
