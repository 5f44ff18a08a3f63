"""The whole record as files of one moment, with a manifest that is reconciled with the database.

Written to a folder beside the one asked for, which takes its name only when everything is right: a failure leaves
nothing behind. Read in one REPEATABLE READ transaction through a server-side cursor: memory does not grow with the
record.
"""

import csv
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from capture.exchange import cells
from capture.exchange.data_sets import DataSet, every
from capture.exchange.exporting import dictionary
from capture.exchange.exporting.workbook import Workbook
from trial import protocol
from trial.models import Change
from trial.operations.validation.report import validation_state
from trial.refused import Refused
from trial.runtime.program import PROGRAM

MANIFEST = "manifest.json"
ROWS_AT_A_TIME = 2000
Told = Callable[[str], None]


@dataclass(frozen=True)
class Listed:
    """One file (or sheet) of the export: what it holds, its rows without the header, and the hash of the file."""

    file: str
    sheet: str
    title: str
    rows: int
    sha256: str


def export(form: str, folder: Path, told: Told = lambda words: None) -> dict[str, Any]:
    """Writes the record as `csv` or `xlsx` into the folder, which is new or empty; returns the manifest.

    told is called with the title of each data set. Raises Refused.
    """
    with whole_folder(folder) as unfinished:
        with one_moment():
            listed = FORMS[form](unfinished, told)
            manifest = _manifest(form, listed)
        (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return manifest


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes its name only when everything is right. Raises Refused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder. Nothing was written.")
    if not folder.parent.is_dir():
        raise Refused(f"There is no folder {folder.parent}.")
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".unfinished", dir=folder.parent))
    try:
        yield unfinished
        os.rename(unfinished, folder)
    except OSError as refusal:
        raise Refused(f"The files could not be written: {refusal.strerror}.") from refusal
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def one_moment() -> Iterator[None]:
    """One read-only moment of the record, for as long as the block lasts."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _manifest(form: str, listed: list[Listed]) -> dict[str, Any]:
    return {
        "study": protocol.STUDY_NAME,
        "program": PROGRAM,
        "validation": validation_state()[1],
        "form": form,
        "change": Change.objects.aggregate(newest=Max("id"))["newest"] or 0,
        "written_at": timezone.now().isoformat(timespec="seconds"),
        "files": [asdict(each) for each in listed],
    }


def _csv_files(folder: Path, told: Told) -> list[Listed]:
    found = []
    for data_set in every():
        told(data_set.title)
        header = [column.name for column in data_set.columns]
        rows = ([cells.csv_cell(value) for value in row] for row in values(data_set))
        count = write_csv(folder / f"{data_set.name}.csv", header, rows)
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


FORMS: dict[str, Callable[[Path, Told], list[Listed]]] = {"csv": _csv_files, "xlsx": _workbook}


def values(data_set: DataSet) -> Iterator[tuple[Any, ...]]:
    """The rows of a data set as domain values, in order of its columns; streamed inside a transaction."""
    paths = [column.path for column in data_set.columns]
    yield from data_set.rows.values_list(*paths).iterator(chunk_size=ROWS_AT_A_TIME)


def _reconcile(data_set: DataSet, written: int) -> None:
    """Counted by the database without the joins that the rows were read through."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(data_set.model._meta.db_table)}")
        on_record = cursor.fetchone()[0]
    if on_record != written:
        raise Refused(f"{data_set.title}: the database has {on_record} rows and {written} were written.")


def listed(path: Path, sheet: str, title: str, rows: int) -> Listed:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Listed(path.name, sheet, title, rows, sha256)
