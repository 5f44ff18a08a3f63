"""Which rows make a participant's casebook, and the newest version of each: what a signature binds to.

Every watched table that leads to a participant counts, but for the conduct of the study itself (queries,
verifications, signatures), which is about the casebook and not in it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

from trial.holds_in_sql import ALWAYS_WRITABLE, CONDUCT_TABLES
from trial.kept_hashes import HASH_OF_V_AND_K, JOIN_K, KEPT
from trial.spine import WATCHED_TABLES


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
    parts, outside = [], () if with_conduct else (*CONDUCT_TABLES, *ALWAYS_WRITABLE)
    for model in apps.get_app_config("trial").get_models():
        table = model._meta.db_table
        if table in WATCHED_TABLES and table not in outside:
            where = _condition(model)
            if where:
                parts.append(f"SELECT '{table}' AS table_name, t.id AS row_id FROM {table} t WHERE {where}")
    return " UNION ALL ".join(parts)


def _condition(model: Any) -> str:
    """How the table leads to a participant: itself, by its own column, or by the row above it; empty: not at all."""
    if model._meta.db_table == "trial_participant":
        return "t.id = %(participant)s"
    columns = {field.column: field for field in model._meta.fields}
    if "participant_id" in columns:
        return "t.participant_id = %(participant)s"
    for column, field in columns.items():
        above = getattr(field, "related_model", None)
        if above is not None and "participant_id" in {each.column for each in above._meta.fields}:
            return f"t.{column} IN (SELECT a.id FROM {above._meta.db_table} a WHERE a.participant_id = %(participant)s)"
    return ""


def is_of_participant(model: Any) -> bool:
    """Whether the rows of the model lead to a participant."""
    return bool(_condition(model))


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
