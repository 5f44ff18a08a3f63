"""Verification of the record: the chain of seals, and every live row against its newest version.

A seal only shows what happened before the newest seal someone else knows. So a head (number and seal of a Change)
noted elsewhere, in a backup, a signature or a witness file, is compared too: a cut-off tail shows there. Numbers of
Changes that other tables of the database name (`NAMED_BY`) show it as well, where whoever cut it forgot them.
"""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection as default_connection
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from trial.audit import install, redaction, tables
from trial.audit.redaction import HASHES_OF_C, KEPT, KEPT_CHANGES
from trial.audit.seal import HEADER_OF_C, SEAL_OF_J, TEXT_OF_V
from trial.models import Person, operations

log = logging.getLogger(__name__)

# Triggers without which a row changes unrecorded.
RECORDING = frozenset({"endpoint_record", "endpoint_keep", "endpoint_keep_all"})
_HEADER_HASH_OF_C = f"sha256(convert_to({HEADER_OF_C}, 'UTF8'))"
# Id, previous seal, seal, the seal computed anew, and time of every Change. Where the reason was redacted the seal
# cannot be computed: the kept one stands for it while header and versions are what they were after the redaction.
SEALS = f"""WITH kept AS MATERIALIZED ({KEPT}), kept_changes AS MATERIALIZED ({KEPT_CHANGES})
SELECT c.id, c.previous_seal, c.seal, CASE
    WHEN r.change IS NULL THEN sha256(coalesce(c.previous_seal, ''::bytea) || convert_to({HEADER_OF_C}, 'UTF8')
        || h.hashes)
    WHEN {_HEADER_HASH_OF_C} = r.header AND sha256(h.hashes) = r.versions THEN r.seal END, c.at
FROM trial_change c CROSS JOIN LATERAL (SELECT {HASHES_OF_C} AS hashes) h
LEFT JOIN kept_changes r ON r.change = c.id AND r.by_change > c.id ORDER BY c.id"""

# A clock set back by more than this is told of; so much two processors of one machine may differ.
CLOCK_SECONDS = 2.0
CLOCK_SET_BACK = """SELECT count(*), min(c.id), max(c.id), max(c.at - c.clock) FROM trial_change c
    WHERE c.at - c.clock > make_interval(secs => %s)"""
# What names Changes by number → SQL of the newest one named; applications above add their own.
NAMED_BY = {"the access log": "SELECT max(newest_change) FROM trial_journalentry",
            "a saved form": "SELECT max(change_id) FROM trial_savedform"}  # fmt: skip

# Of the access log, whose chain is its own and begins with the first sealed entry: number, previous seal, seal,
# and the seal computed anew, of every entry; the newest one; the seal of one.
ENTRIES = f"SELECT j.id, j.previous_seal, j.seal, {SEAL_OF_J} FROM trial_journalentry j ORDER BY j.id"
LAST_ENTRY = """SELECT j.id, encode(j.seal, 'hex') FROM trial_journalentry j WHERE j.seal IS NOT NULL
    ORDER BY j.id DESC LIMIT 1"""
SEAL_OF_ENTRY = "SELECT encode(j.seal, 'hex') FROM trial_journalentry j WHERE j.id = %s"

# What stands otherwise than its redaction left it, and redactions that no two people made; in words.
NOT_AS_LEFT = f"""WITH kept AS MATERIALIZED ({KEPT})
SELECT format('version %s does not stand as Change %s blacked it out', k.version, k.by_change) FROM kept k
    LEFT JOIN trial_version v ON v.id = k.version
    WHERE v.id IS NULL OR v.change_id >= k.by_change OR sha256(convert_to({TEXT_OF_V}, 'UTF8')) <> k.after
UNION ALL
SELECT format('Change %s blacks out what nobody else had asked for', x.change_id) FROM trial_version x
    JOIN trial_change g ON g.id = x.change_id
    WHERE x.table_name = '{redaction.TABLE}' AND x.row->>'state' = 'done' AND (g.act <> 'approve' OR g.role <> 'chair'
        OR g.person_id IS DISTINCT FROM (x.row->>'decided_by_id')::bigint OR NOT EXISTS (SELECT FROM trial_version a
            JOIN trial_change b ON b.id = a.change_id AND b.id < g.id AND b.person_id <> g.person_id
            WHERE a.table_name = x.table_name AND a.row_id = x.row_id AND a.act = 'insert'
                AND a.row->>'state' = 'asked' AND (a.row->>'asked_by_id')::bigint = b.person_id)) LIMIT 1"""


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

    blacked_out: what is vouched for by kept hashes alone, one line for each black-out. clock: Changes whose time is not
    what the clock said, in words, empty for none. access: the newest sealed entry of the access log.
    """

    changes: int
    versions: int
    head: Head | None
    first_break: str | None
    blacked_out: tuple[str, ...] = ()
    clock: str = ""
    access: Head | None = None


def head_from(text: str) -> Head:
    """Reads `number:hex`; raises ValueError for anything else."""
    number, _, seal = text.strip().partition(":")
    if not (number.isdigit() and re.fullmatch("[0-9a-fA-F]{64}", seal)):
        raise ValueError(f"{text!r} is not of the form NUMBER:SEAL with a seal of 64 hexadecimal digits")
    return Head(int(number), seal.lower())


def verify(
    connection: BaseDatabaseWrapper, expected: Iterable[Head] = (), entries: Iterable[Head] = ()
) -> AuditReport:
    """Walks the whole record in one read-only snapshot, so that writers may go on meanwhile.

    expected: heads noted elsewhere. entries: entries of the access log noted elsewhere.
    """
    with transaction.atomic(using=connection.alias, durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL timezone = 'UTC'; SET LOCAL statement_timeout = '20min'")
        cursor.execute("SELECT count(*) FROM trial_version")
        versions = cursor.fetchone()[0]
        cursor.execute(SEALS)
        changes = cursor.fetchall()
        cursor.execute(redaction.COUNTS)
        blacked_out = tuple(redaction.in_words(*row) for row in cursor.fetchall())
        first_break = next(_breaks(connection, cursor, changes, expected), None)
        first_break = first_break or next(_breaks_of_access(cursor, entries), None)
        clock = _clock(cursor)
        cursor.execute(LAST_ENTRY)
        access = next((Head(*row) for row in cursor.fetchall()), None)
    head = Head(changes[-1][0], bytes(changes[-1][2] or b"").hex()) if changes else None
    return AuditReport(len(changes), versions, head, first_break, blacked_out, clock, access)


def _breaks(
    connection: BaseDatabaseWrapper, cursor: Any, changes: list[Any], expected: Iterable[Head]
) -> Iterator[str]:
    yield from _breaks_of_chain(changes)
    yield from _breaks_of_heads({row[0]: bytes(row[2] or b"").hex() for row in changes}, expected)
    yield from _versions_without_change(cursor)
    yield from _missing_but_named(cursor, changes[-1][0] if changes else 0)
    cursor.execute(NOT_AS_LEFT)
    yield from (row[0] for row in cursor.fetchall())
    for table in tables.audited():
        yield from _rows_unlike_their_version(cursor, table)
    yield from _rows_unlike_their_version(cursor, tables.table_of(Person), tables.account_in_sql())
    there = install.standing(connection)
    for trigger in install.triggers():
        if trigger.name in RECORDING and (trigger.table, trigger.name) not in there:
            yield f"the audit triggers of {trigger.table} are missing or disabled"


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
            yield f"Change {head.number} is missing at the end of the audit chain"
        elif seals[head.number] != head.seal:
            yield f"Change {head.number} has a different seal from the one given"


def _breaks_of_access(cursor: Any, noted: Iterable[Head]) -> Iterator[str]:
    """None when every sealed entry is what it was, none is missing, and those noted elsewhere have their seals."""
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
    for head in noted:
        cursor.execute(SEAL_OF_ENTRY, [head.number])
        found = cursor.fetchone()
        if found is None:
            yield f"entry {head.number} of the access log is missing at its end"
        elif found[0] != head.seal:
            yield f"entry {head.number} of the access log has a different seal from the one noted"


def _missing_but_named(cursor: Any, newest: int) -> Iterator[str]:
    for what, words in NAMED_BY.items():
        cursor.execute(words)
        named = cursor.fetchone()[0] or 0
        if named > newest:
            yield f"Change {named}, which {what} names, is missing at the end of the audit chain"


def _clock(cursor: Any) -> str:
    cursor.execute(CLOCK_SET_BACK, [CLOCK_SECONDS])
    count, first, last, most = cursor.fetchone()
    if not count:
        return ""
    by = f"{most.total_seconds():.0f} s"
    return (f"the clock had been set back before {count} changes ({first} to {last}), by up to {by}: their times keep "
            "the order, what the clock said is kept beside them")  # fmt: skip


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


def check(expected: Iterable[Head] = (), entries: Iterable[Head] = ()) -> AuditReport:
    """Verifies, notes the result with how long it took for the Status page, and logs a break."""
    began = time.monotonic()
    report = verify(default_connection, expected, entries)
    taken = f"verified in {time.monotonic() - began:.1f} s"
    if report.first_break:
        log.error("verification failed: %s", report.first_break)
        operations.note("audit", False, f"{report.first_break} ({taken})")
    else:
        said = [f"{report.changes} changes and {report.versions} audit records verified, {taken}", *report.blacked_out]
        said += [report.clock] if report.clock else []
        operations.note("audit", True, "; ".join(said))
    return report
