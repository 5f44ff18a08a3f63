"""The whole record as files of one moment, with a manifest that is reconciled with the database.

Written to a folder beside the one asked for, which takes its name only when everything is right: a failure leaves
nothing behind. Read in one REPEATABLE READ transaction through a server-side cursor: memory does not grow with the
record.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q

from capture.exchange import cells
from capture.exchange.data_sets import DataSet, every
from capture.exchange.exporting import dictionary, import_programs
from trial.models.audit import last_change
from trial.operations import exports
from trial.operations.exports import Asked, Listed, Told, listed, one_moment, whole_folder
from trial.refused import Refused
from trial.rules import xml_text
from trial.rules.dates.partial_date import PartialDate

ROWS_AT_A_TIME = 2000


def export(form: str, folder: Path, told: Told = lambda words: None, asked: Asked = Asked()) -> dict[str, Any]:
    """Writes the record as `csv` or `xlsx` into the folder, which is new or empty; returns the manifest.

    told is called with the title of each data set. Raises Refused, also for a past moment or a single site.
    """
    if asked != Asked():
        raise Refused(f"An export as {form} holds the whole study as it is now. Leave out “{asked.words}”.")
    with whole_folder(folder) as unfinished:
        with one_moment():
            manifest = exports.manifest_of(form, last_change(), FORMS[form](unfinished, told))
        exports.write_manifest(unfinished, manifest)
    return manifest


def csv_files(folder: Path, told: Told, of: Callable[[DataSet], Q | None] = lambda data_set: Q()) -> list[Listed]:
    """Writes a file for each data set, and the data dictionary. of: which of its rows; None: no file of it."""
    found = []
    for data_set, condition in ((each, of(each)) for each in every()):
        if condition is None:
            continue
        told(data_set.title)
        header = [column.name for column in data_set.columns]
        rows = ([cells.csv_cell(value) for value in row] for row in values(data_set, condition))
        count = write_csv(folder / f"{data_set.name}.csv", header, rows)
        if not condition:
            _reconcile(data_set, count)
        found.append(listed(folder / f"{data_set.name}.csv", "", data_set.title, count))
    count = write_csv(folder / "data_dictionary.csv", dictionary.HEADER, dictionary.rows())
    return [*found, listed(folder / "data_dictionary.csv", "", "Data dictionary", count)]


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


ROWS_IN_A_SHEET = 1_048_575  # below the header; the format ends there
WORDS_IN_A_CELL = 32_767
# Before March 1900 spreadsheets count days differently.
FIRST_DATE = date(1900, 3, 1)


class Workbook:
    """An XLSX workbook written row by row: words stay words, numbers are numbers, whole dates are dates.

    A date that is known in part, and a time with its offset, are the text of the record, since no cell holds them.
    Each sheet is filtered by its header. A data set longer than a sheet goes on in `name 2`.
    """

    def __init__(self) -> None:
        # Loaded here: the pages of the record never need it.
        from openpyxl import Workbook as Written

        self._book, self._saved = Written(write_only=True), False

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(self, *_: Any) -> None:
        """The sheets of a workbook that was not saved wait in temporary files: they go with it."""
        for sheet in self._book.worksheets:
            if not self._saved and sheet._writer is not None:
                sheet.close()
                sheet._writer.cleanup()

    def write(self, name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> int:
        """Writes a data set; returns the number of its rows."""
        header, count, sheet = list(header), 0, None
        for row in rows:
            if sheet is None or count % ROWS_IN_A_SHEET == 0:
                sheet = self._sheet(name, 1 + count // ROWS_IN_A_SHEET, header)
            sheet.append([self._cell(sheet, value) for value in row])
            count += 1
        if sheet is None:
            self._sheet(name, 1, header)
        return count

    def save(self, path: Path) -> None:
        self._book.save(path)
        self._saved = True

    def _sheet(self, name: str, number: int, header: list[str]) -> Any:
        from openpyxl.utils import get_column_letter

        sheet = self._book.create_sheet(name if number == 1 else f"{name} {number}")
        sheet.freeze_panes = "A2"
        sheet.append(header)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{1 + ROWS_IN_A_SHEET}"
        return sheet

    def _cell(self, sheet: Any, value: Any) -> Any:
        from openpyxl.cell import WriteOnlyCell

        if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
            return value
        cell = WriteOnlyCell(sheet, "")
        day = _whole_date(value)
        if day is not None and day >= FIRST_DATE:
            cell.value, cell.number_format = day, "yyyy-mm-dd"
            return cell
        # Set as words whatever they look like: “=1+1” and “#N/A” are words here.
        cell._value, cell.data_type = _writable(cells.text(value)), "s"
        return cell


def _whole_date(value: Any) -> date | None:
    """The day of a value that is one; None of a time, and of a date that is known in part."""
    if isinstance(value, PartialDate):
        return value.earliest() if value.is_complete else None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _writable(words: str) -> str:
    """XML holds no control characters; the format writes them as `_x000B_`."""
    written = xml_text.NEVER.sub(lambda found: f"_x{ord(found[0]):04X}_", words)
    if len(written) > WORDS_IN_A_CELL:
        raise Refused(f"The files could not be written: an entry of {len(words)} letters does not fit into a cell; "
                      "export CSV instead.")  # fmt: skip
    return written


def _workbook(folder: Path, told: Told) -> list[Listed]:
    path, counted = folder / "record.xlsx", []
    with Workbook() as book:
        for data_set in every():
            told(data_set.title)
            count = book.write(data_set.name, [column.name for column in data_set.columns], values(data_set))
            _reconcile(data_set, count)
            counted.append((data_set.name, data_set.title, count))
        count = book.write("data_dictionary", dictionary.HEADER, dictionary.rows())
        counted.append(("data_dictionary", "Data dictionary", count))
        book.save(path)
    whole = listed(path, "", "", 0)
    return [Listed(whole.file, sheet, title, count, whole.sha256) for sheet, title, count in counted]


def _with_programs(folder: Path, told: Told) -> list[Listed]:
    found = csv_files(folder, told)
    import_programs.write(folder)
    return found + [listed(folder / name, "", f"Reads the files: {name}", 0) for name in import_programs.PROGRAMS]


FORMS: dict[str, Callable[[Path, Told], list[Listed]]] = {
    "csv": csv_files, "xlsx": _workbook, "stats": _with_programs,
}  # fmt: skip


def values(data_set: DataSet, condition: Q = Q()) -> Iterator[tuple[Any, ...]]:
    """The rows of a data set as domain values, in order of its columns; streamed inside a transaction."""
    paths = [column.path for column in data_set.columns]
    yield from data_set.rows.filter(condition).values_list(*paths).iterator(chunk_size=ROWS_AT_A_TIME)


def _reconcile(data_set: DataSet, written: int) -> None:
    """Counted by the database without the joins that the rows were read through."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(data_set.model._meta.db_table)}")
        on_record = cursor.fetchone()[0]
    if on_record != written:
        raise Refused(f"{data_set.title}: the database has {on_record} rows and {written} were written.")
