"""Rows of the record as they stand now, or as they stood after a change, in the same JSON.

Both ways read each row as JSON (of the row now, or of its newest version up to the change), so that a past moment is
read by the very code that reads the present.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from trial.models.change import Version

Row = dict[str, Any]
EXACT = json.JSONDecoder(parse_float=Decimal)


class Reader:
    """Reads rows of a table that are not struck out, filtered by one column; `as_of` is a change number or None.

    columns: model → what is wanted of its rows, where that is less than all; a past row comes whole.
    """

    def __init__(self, as_of: int | None = None, columns: Mapping[Any, Sequence[str]] | None = None) -> None:
        self.as_of = as_of
        self.columns = columns or {}
        self.connection = connections[DEFAULT_DB_ALIAS]

    def rows(self, model: Any, column: str, values: Sequence[Any], only: str = "true") -> list[Row]:
        """Rows of the model's table whose column is one of the values, in order of id; numbers as Decimal.

        only: a condition in SQL on `row`, the row as JSON, for what would otherwise be read and thrown away.
        """
        return self.rows_of_each({model: only}, column, values)[model]

    def rows_of_each(self, wanted: Mapping[Any, str], column: str, values: Sequence[Any]) -> dict[Any, list[Row]]:
        """The same of several tables, model → condition, in one statement: a round trip costs more than most tables."""
        parts, parameters = [], []
        for place, (model, only) in enumerate(wanted.items()):
            table = model._meta.db_table
            parts.append(f"SELECT {place}, ({self._sql(model, column, only)})")
            parameters += self._parameters(table, values)
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), parameters)
            texts: dict[int, str | None] = dict(cursor.fetchall())
        # One text for all rows: the errands of driver and decoder cost more than a row does.
        return {model: self._standing(model, texts[place] or "[]") for place, model in enumerate(wanted)}

    def _standing(self, model: Any, text: str) -> list[Row]:
        found: list[Row] = EXACT.decode(text)
        standing = [row for row in found if not row.get("struck_out_reason")]
        if self.as_of is None:
            return standing
        # Versions are never migrated: a column that came later reads as its default in the rows stored before.
        later = _later_columns(model)
        return [{**later, **row} for row in standing]

    def _sql(self, model: Any, column: str, only: str) -> str:
        if self.as_of is None:
            wanted = ", ".join(f't."{name}"' for name in self.columns.get(model, ()))
            row = f"(SELECT row_to_json(c) FROM (SELECT {wanted}) c)" if wanted else "row_to_json(t)"
            rows = f'SELECT id, {row} AS row FROM "{model._meta.db_table}" t WHERE "{column}" = ANY(%s)'
            return f"SELECT json_agg(row ORDER BY id)::text FROM ({rows}{_standing_in_sql(model)}) r WHERE {only}"
        newest = (
            f'SELECT DISTINCT ON (row_id) row_id, row FROM "{Version._meta.db_table}" '
            "WHERE table_name = %s AND change_id <= %s ORDER BY row_id, change_id DESC, id DESC"
        )
        wanted = f"row->>'{column}' = ANY(%s) AND {only}"
        return f"SELECT json_agg(row ORDER BY row_id)::text FROM ({newest}) v WHERE {wanted}"

    def _parameters(self, table: str, values: Sequence[Any]) -> list[Any]:
        if self.as_of is None:
            return [_as_array(values)]
        return [table, self.as_of, [str(value) for value in values]]


@lru_cache(maxsize=64)
def _standing_in_sql(model: Any) -> str:
    can_be_struck = any(field.column == "struck_out_reason" for field in model._meta.concrete_fields)
    return " AND struck_out_reason = ''" if can_be_struck else ""


def _as_array(values: Sequence[Any]) -> Any:
    """Numbers as the text of an array, which the driver hands on as it is: it takes its time over each of a list."""
    if values and all(type(value) is int for value in values):
        return "{" + ",".join(map(str, values)) + "}"
    return list(values)


@lru_cache(maxsize=64)
def _later_columns(model: Any) -> Row:
    """Column → default as JSON holds it, for every column that has a plain one; None for the others."""
    plain = {field.column: field.get_default() for field in model._meta.concrete_fields}
    return {name: value if isinstance(value, (str, int, bool)) else None for name, value in plain.items()}
