"""Rows of an ODM file → the CSV files of an import, so that every check and every rule of the import holds for them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models

from capture.exchange import cells
from capture.exchange.data_sets import COMES_IN, EDITION, KEYS, STRUCK_OUT, Column, DataSet, columns_in
from capture.exchange.exporting.export import write_csv
from capture.exchange.odm import tables
from capture.exchange.odm.read import Key, Rows, read
from capture.exchange.odm.tables import Table
from trial.models import Lesion, Participant, Site
from trial.refused import Refused

OIDS_NAMED = 20


@dataclass
class Translated:
    """What was written, by title, and what stays behind: the rows of tables that no import reads, by table."""

    written: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def translate(path: Path, folder: Path) -> Translated:
    """Writes the CSV files of an import into the folder. Raises Refused, also for OIDs that nobody knows; OSError."""
    found = read(path)
    if found.unknown:
        named = [f"{oid} ({count})" for oid, count in sorted(found.unknown.items())]
        more = f" and {len(named) - OIDS_NAMED} more" if len(named) > OIDS_NAMED else ""
        raise Refused(f"The file names what this study does not define: {', '.join(named[:OIDS_NAMED])}{more}. "
                      "Nothing was read.")  # fmt: skip
    return _Translation(found).write(folder)


class _Translation:
    """The rows by table, with what a row is referred to by."""

    def __init__(self, found: Rows) -> None:
        self.rows: dict[Any, list[tuple[Key, dict[str, str]]]] = defaultdict(list)
        self.said = Translated()
        for key, row in found.rows.items():
            table = tables.by_group().get(key[-1][0])
            if table is not None and table.data_set is not None and table.data_set.comes_in:
                self.rows[table.model].append((key, row))
            elif table is not None and table.model is not Site:
                self.said.left_out[table.table] += 1
            if table is not None and table.model is Site:
                self.rows[Site].append((key, row))
        self.sites = {row["id"]: row.get("code", "") for _, row in self.rows[Site] if "id" in row}
        self.lesions = {row["id"]: row.get("label", "") for _, row in self.rows[Lesion] if "id" in row}
        self.people = {key[0]: row for key, row in self.rows[Participant]}
        # (subject, event) → the row of the entry itself, which the rows below it name.
        self.entries = {key[:2]: row for model, rows in self.rows.items() if model is not Site
                        for key, row in rows if not key[-1][1]}  # fmt: skip

    def write(self, folder: Path) -> Translated:
        for data_set in COMES_IN:
            rows = self.rows.get(data_set.model, [])
            header = (*columns_in(data_set), *(each.name for each in data_set.columns
                                               if each.name in (EDITION, STRUCK_OUT)))  # fmt: skip
            table = tables.tables()[data_set.model._meta.db_table]
            columns = {each.name: each for each in data_set.columns}
            lines = (self._cells(table, data_set, header, columns, *each) for each in self._in_order(rows))
            count = write_csv(folder / f"{data_set.name}.csv", header, lines)
            self.said.written[data_set.title] += count
        return self.said

    def _in_order(self, rows: Iterable[tuple[Key, dict[str, str]]]) -> Iterator[tuple[Key, dict[str, str]]]:
        yield from sorted(rows, key=lambda one: _number(one[1].get("id", "")))

    def _cells(self, table: Table, data_set: DataSet, header: Iterable[str], columns: Mapping[str, Column],
               key: Key, row: Mapping[str, str]) -> list[str]:  # fmt: skip
        person = self.people.get(key[0])
        if person is None:
            raise Refused(f"The file has rows of {key[0][1]} and no registration of this participant.")
        keys = {"study_number": person.get("number", ""), "screening_number": person.get("screening_number", ""),
                "site": self.sites.get(person.get("site_id", ""), "")}  # fmt: skip
        found = []
        for name in header:
            if name in dict(KEYS):
                found.append(keys[name])
            elif name == "entry":
                found.append(row.get("id", ""))
            elif name == data_set.parent:
                assert table.key is not None
                found.append(row.get(table.key.column) or self.entries.get(key[:2], {}).get("id", ""))
            else:
                found.append(self._cell(columns[name], row))
        return found

    def _cell(self, column: Column, row: Mapping[str, str]) -> str:
        """A value as the export writes it."""
        kind, value = column.field, row.get(column.field.column, "")
        if kind.is_relation:
            return self.lesions.get(value, value) if kind.related_model is Lesion else value
        if isinstance(kind, models.BooleanField):
            return {"true": "yes", "false": "no"}.get(value, value)
        if isinstance(kind, models.TimeField):
            return value.removesuffix(":00") if value.count(":") > 1 else value
        if isinstance(kind, models.DecimalField | models.IntegerField) and not kind.choices:
            return value
        return cells.guarded(value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
