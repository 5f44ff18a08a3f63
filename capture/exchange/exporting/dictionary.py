"""The data dictionary: what each column of each data set means, its type, unit and code list."""

import re
from collections.abc import Iterator
from typing import Any

from django.db import models

from capture.exchange.data_sets import CODES, EDITION, Column, DataSet, columns_in, every
from trial.models.fields import MissingReasonField, PartialDateField

HEADER = ("data_set", "title", "column", "words", "type", "unit", "codes", "required", "missing_reason", "imported")
UNIT = re.compile(r"\(([^\d()][^()]*)\)$")  # at the end of a label: "Weight (kg)"
TYPES: tuple[tuple[Any, str], ...] = (
    (PartialDateField, "date, day or month may be unknown"),
    (models.BooleanField, "yes or no"),
    (models.DateTimeField, "instant, ISO 8601 with its offset from UTC"),
    (models.DateField, "date"),
    (models.TimeField, "time of day at the site"),
    (models.DecimalField, "number"),
    (models.IntegerField, "whole number"),
    (models.JSONField, "JSON"),
)


def rows() -> Iterator[tuple[str, ...]]:
    """One row per column of every data set, in the order of `HEADER`."""
    for data_set in every():
        names = {column.name for column in data_set.columns}
        for column in data_set.columns:
            yield (data_set.name, data_set.title, *_row(data_set, column, names))


def _row(data_set: DataSet, column: Column, names: set[str]) -> tuple[str, ...]:
    reason = f"{column.name}_missing"
    return (
        column.name, column.words, type_of(column), unit_of(column), codes_of(data_set, column),
        "yes" if is_required(column) else "no", reason if reason in names else "",
        _imported(data_set, column),
    )  # fmt: skip


def _imported(data_set: DataSet, column: Column) -> str:
    """The edition of a form may be left out of a file: it is then the one in force at the site."""
    if data_set.comes_in and column.name == EDITION:
        return "if given"
    return "yes" if column.name in columns_in(data_set) else "no"


def type_of(column: Column) -> str:
    """The type in words; references are words or row numbers."""
    field = column.field
    if column.name == "entry" or field.is_relation or field.choices:
        return "reference" if field.is_relation or column.name == "entry" else "code"
    return next((words for kind, words in TYPES if isinstance(field, kind)), "words")


def unit_of(column: Column) -> str:
    """The unit that the label of a number carries."""
    found = UNIT.search(column.words) if isinstance(column.field, models.DecimalField | models.IntegerField) else None
    return found[1] if found else ""


def codes_of(data_set: DataSet, column: Column) -> str:
    """`code = words` of each code, one after the other; empty where there is no list."""
    return "; ".join(f"{code} = {words}" for code, words in pairs_of(data_set, column))


def pairs_of(data_set: DataSet, column: Column) -> tuple[tuple[Any, Any], ...]:
    """(code, words) of each code; none where there is no list."""
    if column.name == "entry" or column.field.is_relation:
        return ()
    return tuple(CODES.get((data_set.name, column.name)) or column.field.choices or ())


def is_required(column: Column) -> bool:
    """Whether a row is not saved without a value, or a reason why it is missing, in this column."""
    field = column.field
    return column.name != "entry" and not (field.null or field.blank or isinstance(field, MissingReasonField))


def import_table() -> str:
    """The files of an import and their columns as Markdown."""
    lines = []
    for data_set in (each for each in every() if each.comes_in):
        names = {column.name: column for column in data_set.columns}
        lines += [f"### `{data_set.name}.csv`: {data_set.title}", ""]
        lines += ["| column | means | type | codes |", "|---|---|---|---|"]
        for name in columns_in(data_set):
            codes = codes_of(data_set, names[name]).replace("|", "/")
            lines.append(f"| `{name}` | {names[name].words} | {type_of(names[name])} | {_short(codes)} |")
        lines.append("")
    return "\n".join(lines)


def _short(codes: str) -> str:
    """Long lists are in the data dictionary of an export."""
    return codes if len(codes) <= 400 else f"{codes[:codes.rindex(';', 0, 400)]}; … (all in the data dictionary)"
