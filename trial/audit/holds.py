"""Freezes and locks: the database itself refuses a write that one of them covers (`sql/40_holds.sql`).

Which kinds of hold stop a table, and where its rows stand in the casebook, its model declares (`trial.models.base`).
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from trial.audit.tables import above, record_models, table_of
from trial.models import RecordRow
from trial.models.base import BY_ALL

# The error code by which the database says that a hold refused a write.
HELD = "EP001"


@cache
def outside_the_casebook() -> frozenset[str]:
    """Tables of the conduct of the study: what a freeze lets be written is about the casebook and not in it."""
    return frozenset(table_of(model) for model in record_models() if set(model.held_by) != set(BY_ALL))


@cache
def entries() -> frozenset[str]:
    """Tables whose rows are entries of a form themselves, not rows below one."""
    return frozenset(table_of(model) for model in record_models() if _forms(model))


def form_of(table: str, row: Mapping[str, Any]) -> str:
    """The form that a row is an entry of; empty for a row below an entry and for what is no entry."""
    model = next((each for each in record_models() if table_of(each) == table), None)
    return _forms(model).get(row.get(model.place.by) or "", "") if model is not None else ""


def _forms(model: type[RecordRow]) -> dict[str, str]:
    return {"": model.place.form} if model.place.form else dict(model.place.forms)


def in_sql() -> str:
    """The tables as rows of VALUES for `endpoint_tables`."""
    return ",\n    ".join(_line(model) for model in record_models())


def _line(model: type[RecordRow]) -> str:
    place, key = model.place, above(model)
    above_table = table_of(key.related_model) if key else ""
    if place.entered_with:
        above_table = next(table_of(each) for each in record_models() if place.entered_with in _forms(each).values())
    held_by = "{" + ",".join(model.held_by) + "}"
    column = key.column if key else ""
    return (f"('{table_of(model)}', '{held_by}'::text[], '{place.by}', '{json.dumps(_forms(model))}'::jsonb, "
            f"'{column}', '{above_table}', '{place.entered_with}')")  # fmt: skip
