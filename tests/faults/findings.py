"""Compares the writers' notes with what is on record: every acknowledged save once and whole, nothing by halves."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.pages import LINES
from trial import protocol

# How often a save with this mark is on record, and whether with all that belongs to it.
DEVIATIONS = """SELECT row->>'action', count(*) FROM trial_version WHERE table_name = 'trial_deviation' GROUP BY 1"""
VISITS = """SELECT coalesce(p.number, 'S-' || p.screening_number) || ' visit ' || v.cycle_number,
    (SELECT count(*) FROM trial_laboratoryresult r WHERE r.visit_id = v.id AND r.struck_out_reason = '')
    FROM trial_visit v JOIN trial_participant p ON p.id = v.participant_id"""
PARTICIPANTS = """SELECT p.prior_therapy, p.number IS NOT NULL AND (SELECT count(*) FROM trial_eligibilityanswer a
    WHERE a.participant_id = p.id AND a.struck_out_reason = '') = %s
    FROM trial_participant p WHERE p.prior_therapy <> ''"""
# Each of these must find nothing.
NEVER = {
    "a Change that is not sealed": "SELECT id FROM trial_change WHERE seal IS NULL",
    "a Change of a form without versions": """SELECT c.id FROM trial_change c
        WHERE c.act IN ('enter', 'correct', 'register')
        AND NOT EXISTS (SELECT FROM trial_version v WHERE v.change_id = c.id)""",
    "a version without its Change": """SELECT v.id FROM trial_version v LEFT JOIN trial_change c ON c.id = v.change_id
        WHERE c.id IS NULL""",
    "a gap in the numbers of Changes": "SELECT max(id) FROM trial_change HAVING max(id) <> count(*)",
    "a participant's number given twice":
        "SELECT number FROM trial_participant WHERE number IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    "a screening number given twice": "SELECT screening_number FROM trial_participant GROUP BY 1 HAVING count(*) > 1",
    "a Change of a writer without the form that made it": """SELECT c.id FROM trial_change c
        JOIN trial_person p ON p.id = c.person_id WHERE p.username LIKE 'writer%%' AND c.id > %s
        AND NOT EXISTS (SELECT FROM trial_savedform f WHERE f.change_id = c.id)""",
}


@dataclass
class Notes:
    """What the writers noted: mark → kind, by what became of it; `sent` holds every mark that ever went out."""

    saved: dict[str, dict[str, Any]] = field(default_factory=dict)
    given_up: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)


def notes(files: Iterable[Path]) -> Notes:
    """Reads the notes from disk."""
    found = Notes()
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        each = json.loads(line)
        if each["what"] == "refused":
            found.refused.append(each)
        else:
            {"saved": found.saved, "given up": found.given_up, "sending": found.sent}[each["what"]][each["mark"]] = each
    return found


@dataclass(frozen=True)
class OnRecord:
    """How often each mark is on record; `halves` are marks of which a part is missing."""

    times: Counter[str]
    halves: list[str]
    stands: dict[str, str]


def on_record(database: psycopg.Connection) -> OnRecord:
    """Reads the record from outside the product."""
    times: Counter[str] = Counter()
    halves = []
    for mark, count in database.execute(DEVIATIONS):
        times[mark] += count
    for mark, lines in database.execute(VISITS):
        times[mark] += 1
        halves += [mark] if lines != len(LINES) else []
    for mark, is_whole in database.execute(PARTICIPANTS, [len(protocol.ELIGIBILITY)]):
        times[mark] += 1
        halves += [] if is_whole else [mark]
    stands = dict(database.execute("SELECT description, action FROM trial_deviation").fetchall())
    return OnRecord(times, halves, stands)


def violations(told: Notes, database: psycopg.Connection, first_change: int) -> list[str]:
    """Sentences; empty when every acknowledged save is there once and whole, and nothing is there that should not be.

    first_change: the newest Change before the writers began.
    """
    record = on_record(database)
    found = [f"{mark} was acknowledged and is on record {record.times[mark]} times"
             for mark in told.saved if record.times[mark] != 1]  # fmt: skip
    found += [f"{mark} was given up and is on record {record.times[mark]} times"
              for mark in told.given_up if record.times[mark] > 1]  # fmt: skip
    found += [f"{mark} was refused: {each['words']}" for each in told.refused for mark in [each["mark"]]]
    found += [f"{mark} was sent by nobody" for mark in record.times if mark not in told.sent]
    found += [f"{mark} is on record by halves" for mark in record.halves]
    found += _not_standing(told, record)
    for what, words in NEVER.items():
        rows = database.execute(words, [first_change] if "%s" in words else None).fetchall()
        found += [f"{what}: {row[0]}" for row in rows]
    return found


def _not_standing(told: Notes, record: OnRecord) -> list[str]:
    """A deviation stands as its newest acknowledged correction left it, or as one sent after that."""
    newest: dict[str, dict[str, Any]] = {}
    for each in told.saved.values():
        if each["kind"] in ("deviation", "correction"):
            of = each["of"] or each["mark"]
            newest[of] = max(newest.get(of, each), each, key=lambda note: note["at"])
    late = {each["mark"]: each for each in told.given_up.values()}
    return [f"{of} does not stand as {each['mark']} left it" for of, each in newest.items()
            if record.stands.get(of) != each["mark"] and record.stands.get(of) not in late]  # fmt: skip
