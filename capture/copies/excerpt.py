"""The part of the sealed trail that concerns one participant or one site, with what is of others as its hash alone.

A version that is withheld keeps the seal of its Change checkable, since a seal is made over the hashes of the versions.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import connection

from capture.trail import offline
from trial.audit.casebook_versions import rows_in_sql
from trial.audit.redaction import HASH_OF_V_AND_K
from trial.models import Participant, Site

OF_ANOTHER = "of another participant, or of none"

_VERSION = f"""CASE WHEN o.row_id IS NULL
        THEN json_build_object('sha256', encode({HASH_OF_V_AND_K}, 'hex'), 'withheld', %(withheld)s::text)
    ELSE {offline.VERSION} END"""
_JOIN_OWN = "JOIN own o ON o.table_name = v.table_name AND o.row_id = v.row_id"
_SHOWN = f""", ARRAY(SELECT v.id FROM trial_version v {_JOIN_OWN} WHERE v.change_id = c.id ORDER BY v.id),
    c.person_id, c.participant_id"""
_LINES = f"{offline.changes_in_sql(_VERSION, f'LEFT {_JOIN_OWN}', _SHOWN)} WHERE "

_CONCERNS = """c.participant_id = %(participant)s OR c.id IN (SELECT v.change_id FROM own o
    JOIN trial_version v ON v.table_name = o.table_name AND v.row_id = o.row_id)"""
_HOLDS = """ UNION ALL SELECT 'trial_hold', h.id FROM trial_hold h WHERE h.participant_id IS NULL
    AND (h.site_id = %(site)s OR h.scope = 'study')"""


@dataclass(frozen=True)
class Line:
    """One Change as a line of `trail.jsonl`, whose it is, and the versions that it shows."""

    change: int
    person: int | None
    participant: int | None
    shown: tuple[int, ...]
    versions: int
    withheld: int
    text: str


def of_participant(participant: Participant) -> Iterator[Line]:
    """Every Change about the participant and every other one that touched a row of the participant, in order."""
    return _lines(f"{_own()}, {_LINES} ({_CONCERNS}) ORDER BY c.id",
                  {"participant": participant.pk, "site": participant.site_id})  # fmt: skip


def _own() -> str:
    return f"WITH own AS MATERIALIZED ({rows_in_sql(with_conduct=True)}{_HOLDS})"


def of_site(site: Site) -> Iterator[Line]:
    """Every Change of the site, in order; what leads to a participant of another site is withheld."""
    theirs = rows_in_sql(with_conduct=True).replace(
        "= %(participant)s", "IN (SELECT id FROM trial_participant WHERE site_id <> %(site)s)")  # fmt: skip
    own = f"""WITH others AS MATERIALIZED ({theirs}), own AS MATERIALIZED (SELECT DISTINCT v.table_name, v.row_id
        FROM trial_version v JOIN trial_change c ON c.id = v.change_id WHERE c.site_id = %(site)s
        EXCEPT SELECT table_name, row_id FROM others)"""
    return _lines(f"{own}, {_LINES} c.site_id = %(site)s ORDER BY c.id", {"site": site.pk})


def _lines(query: str, values: dict[str, Any]) -> Iterator[Line]:
    yield from map(_line, offline.rows(query, {**values, "withheld": OF_ANOTHER}))


def _line(row: tuple[Any, ...]) -> Line:
    """row: as `_LINES` selects it."""
    *sealed, shown, person, participant = row
    one = offline.line(*sealed)
    versions, text = one["versions"], json.dumps(one, ensure_ascii=False)
    withheld = sum(not isinstance(each, str) for each in versions)
    return Line(one["change"], person, participant, tuple(shown), len(versions), withheld, text)


def of_study() -> Iterator[Line]:
    """The whole trail, with nothing withheld."""
    own = "WITH own AS MATERIALIZED (SELECT DISTINCT table_name, row_id FROM trial_version)"
    return _lines(f"{own}, {_LINES} true ORDER BY c.id", {})


def write(lines: Iterable[Line], path: Path) -> list[Line]:
    """Writes the lines; returns them without their text."""
    told = []
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line.text + "\n")
            told.append(replace(line, text=""))
    return told


def since(participant: Participant, number: int) -> list[int]:
    """The Changes about the participant after Change `number`."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_own()} SELECT c.id FROM trial_change c WHERE c.id > %(number)s AND ({_CONCERNS}) ORDER BY 1",
                       {"participant": participant.pk, "site": participant.site_id, "number": number})  # fmt: skip
        return [row[0] for row in cursor.fetchall()]
