"""Redaction of identifying words: which fields of the record can be redacted, and the hashes kept of what was sealed.

A field counts when it is text without choices, is unique to nothing, holds no code and no group, and no endpoint reads
it, so that a redaction moves no result; a model says which of its columns are codes and which stand in results.

A kept hash is taken from the sealed versions of redactions alone, never from their live rows, and from a Change that
came after the version it speaks for. `trial.audit.verify` verifies those Changes like every other, and that each
version stands as its redaction left it.
"""

from dataclasses import dataclass
from functools import cache

from django.db import models

from trial.audit.seal import HEADER_OF_C, TEXT_OF_V, hex_of
from trial.audit.tables import record_models, table_of
from trial.models import RecordRow
from trial.models.fields import GroupField, PartialDateField

MARK = "[redacted]"
LEAST_LETTERS = 3
TABLE = "trial_redaction"


@dataclass(frozen=True)
class FreeText:
    """A field of words: its table, its column, and how many characters it takes (0: any number)."""

    table: str
    column: str
    most: int


@cache
def fields() -> tuple[FreeText, ...]:
    """Every field that can be redacted, by table and column."""
    found = [
        FreeText(table_of(model), field.column, field.max_length or 0)
        for model in record_models() if model.is_redactable
        for field in model._meta.concrete_fields if _is_free(model, field)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda text: (text.table, text.column)))


def is_free(table: str, column: str) -> bool:
    """Whether words in this column can be redacted."""
    return (table, column) in _pairs()


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset((text.table, text.column) for text in fields())


def _is_free(model: type[RecordRow], field: models.Field) -> bool:
    if not isinstance(field, models.CharField | models.TextField) or isinstance(field, PartialDateField | GroupField):
        return False
    return not field.choices and not field.unique and field.column not in {*model.codes, *model.in_results}


_DONE = f"""FROM trial_version x
    JOIN trial_change g ON g.id = x.change_id AND g.act = 'approve' AND g.seal IS NOT NULL
    CROSS JOIN LATERAL jsonb_array_elements(x.row->'%s') e
    WHERE x.table_name = '{TABLE}' AND x.row->>'state' = 'done'"""

# (version, sealed and after as bytes, by_change): one row for each version redacted, by its newest redaction.
KEPT = f"""SELECT DISTINCT ON (1) (e->>'version')::bigint AS version, decode(e->>'sealed', 'hex') AS sealed,
    decode(e->>'after', 'hex') AS after, x.change_id AS by_change {_DONE % "versions"} ORDER BY 1, x.change_id DESC"""
# (change, seal, header, versions as bytes, by_change): one row for each Change whose reason was redacted.
KEPT_CHANGES = f"""SELECT DISTINCT ON (1) (e->>'change')::bigint AS change, decode(e->>'seal', 'hex') AS seal,
    decode(e->>'header', 'hex') AS header, decode(e->>'versions', 'hex') AS versions, x.change_id AS by_change
    {_DONE % "changes"} ORDER BY 1, x.change_id DESC"""

# Version `v` beside `k`, a left join of KEPT: the SHA-256 of its text as it was sealed.
HASH_OF_V_AND_K = f"coalesce(k.sealed, sha256(convert_to({TEXT_OF_V}, 'UTF8')))"
JOIN_K = "LEFT JOIN kept k ON k.version = v.id AND k.by_change > v.change_id"
HASHES_OF_C = f"""coalesce((SELECT string_agg({HASH_OF_V_AND_K}, ''::bytea ORDER BY v.id)
    FROM trial_version v {JOIN_K} WHERE v.change_id = c.id), ''::bytea)"""

# (by_change, versions, reasons): how many versions and reasons of Changes each redaction stands for.
COUNTS = f"""SELECT by_change, sum(versions)::int, sum(reasons)::int FROM (
    SELECT by_change, count(*) AS versions, 0 AS reasons FROM ({KEPT}) k GROUP BY 1
    UNION ALL SELECT by_change, 0, count(*) FROM ({KEPT_CHANGES}) r GROUP BY 1) counted GROUP BY 1 ORDER BY 1"""


def in_words(by_change: int, versions: int, reasons: int) -> str:
    """What one redaction hides from verification, such as "1 version redacted by Change 812"."""
    said = [f"{versions} version{'s' if versions > 1 else ''}"] if versions else []
    if reasons:
        said.append(f"the reason{'s' if reasons > 1 else ''} of {reasons} Change{'s' if reasons > 1 else ''}")
    seals = " (seals kept, not computed again)" if reasons else ""
    return f"{' and '.join(said)} redacted by Change {by_change}{seals}"


def sql_values() -> dict[str, str]:
    """What `sql/50_redaction.sql` and its guards have filled in."""
    free = ",\n    ".join(f"('{text.table}', '{text.column}', {text.most})" for text in fields())
    header_after = HEADER_OF_C.replace("c.reason", "endpoint_blacked(c.reason, pattern, 0)")
    return {
        "mark": MARK, "least_letters": str(LEAST_LETTERS), "free_text": free, "kept": KEPT, "join_k": JOIN_K,
        "hashes_of_c": HASHES_OF_C, "hex_of_header_after": hex_of(header_after), "hex_of_v": hex_of(TEXT_OF_V),
        "hex_of_v_after": hex_of(TEXT_OF_V.replace("v.row)", "v.row || hit.now)")),
        "hex_of_old": hex_of(TEXT_OF_V.replace("v.", "OLD.")), "hex_of_new": hex_of(TEXT_OF_V.replace("v.", "NEW.")),
    }  # fmt: skip
