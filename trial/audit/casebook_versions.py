"""Which rows make a participant's casebook, and the newest version of each: what a signature binds to.

Every watched table that leads to a participant counts, but for the conduct of the study itself (queries,
verifications, signatures), which is about the casebook and not in it.
"""

from dataclasses import dataclass
from functools import cache

from django.db import connection

from trial.audit import holds, tables
from trial.audit.redaction import HASH_OF_V_AND_K, JOIN_K, KEPT


@dataclass(frozen=True)
class CasebookVersion:
    """The newest version of one row: its id and Change, the row, where it stands in the casebook, its hash in hex."""

    id: int
    change: int
    table: str
    row_id: int
    form: str
    entry: int | None
    hash: str


@cache
def rows_in_sql(with_conduct: bool = False) -> str:
    """SELECT of (table_name, row_id) of every row of the participant `%(participant)s`; with what is about it too."""
    parts, outside = [], frozenset() if with_conduct else holds.outside_the_casebook()
    for model in tables.record_models():
        table = tables.table_of(model)
        where = tables.of_participant(model, "= %(participant)s")
        if where and table not in outside:
            parts.append(f"SELECT '{table}' AS table_name, t.id AS row_id FROM {table} t WHERE {where}")
    return " UNION ALL ".join(parts)


def casebook(participant_id: int) -> list[CasebookVersion]:
    """The newest version of every row of the participant, struck-out rows included, in order of version."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH kept AS MATERIALIZED ({KEPT})
            SELECT v.id, v.change_id, v.table_name, v.row_id, coalesce(p.form, ''), p.entry,
                encode({HASH_OF_V_AND_K}, 'hex')
            FROM ({rows_in_sql()}) r CROSS JOIN LATERAL (SELECT w.* FROM trial_version w
                WHERE w.table_name = r.table_name AND w.row_id = r.row_id
                ORDER BY w.change_id DESC, w.id DESC LIMIT 1) v
            {JOIN_K} CROSS JOIN LATERAL endpoint_place_of(v.table_name, v.row) p ORDER BY v.id""",
            {"participant": participant_id},
        )
        return [CasebookVersion(*row) for row in cursor.fetchall()]


def hashes_of(version_ids: list[int]) -> list[tuple[int, str]]:
    """(id, hash in hex) of these versions as they are stored now, in order of id; of one blacked out the kept hash."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH kept AS MATERIALIZED ({KEPT}) SELECT v.id, encode({HASH_OF_V_AND_K}, 'hex') FROM trial_version v "
            f"{JOIN_K} WHERE v.id = ANY(%s) ORDER BY v.id",
            [version_ids],
        )
        return cursor.fetchall()
