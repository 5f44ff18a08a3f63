"""The filtered trail as a CSV file: one row for each version, one for a Change without versions.

Read in one moment through a server-side cursor and written to a temporary file, so that memory does not grow with the
trail and nothing is handed over before its rows are reconciled with the database.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from capture.casebook import redaction_words
from capture.exchange.cells import csv_cell
from capture.trail import selection, words
from trial.models import Change, Lesion, Person, Role, Version
from trial.models.audit import ACTS, last_change
from trial.operations.exports import one_moment
from trial.refused import Refused

HEADER = ("change", "at_utc", "person", "role", "act", "reason", "participant", "site", "groups", "program", "version",
          "table", "row", "what", "row_act", "values")  # fmt: skip
AT_A_TIME = 1000
_NO_MORE: tuple[int, Iterable[Version]] = (0, ())


@dataclass(frozen=True)
class TrailFile:
    """An open file at its beginning, its rows without the header, its Changes, and the newest Change on record."""

    file: Any
    rows: int
    changes: int
    as_of: int


def write(person: Person, asked: selection.Filter) -> TrailFile:
    """Writes what the filter finds for the person. Raises Refused when the counts disagree."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it when it is sent)
    try:
        with one_moment():
            changes = selection.found(person, asked)
            counted, as_of = count(changes), last_change()
            written = write_rows(file, HEADER, _rows(changes))
    except BaseException:
        file.close()
        raise
    if written != sum(counted[1:]):
        file.close()
        raise Refused(f"The database has {sum(counted[1:])} rows and {written} were written.")
    file.seek(0)
    return TrailFile(file, written, counted[0], as_of)


def count(changes: QuerySet[Change]) -> tuple[int, int, int]:
    """Changes, their versions, and Changes without a version; counted by the database."""
    versions = Version.objects.filter(change__in=changes.values("pk")).order_by()
    empty = changes.exclude(versions__isnull=False)
    return changes.count(), versions.count(), empty.count()


def write_rows(file: Any, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> int:
    """Writes them into an open binary file as cells of CSV in UTF-8; returns how many rows there were."""
    written, text = 0, io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        written += 1
    text.detach()  # flushes; the file outlives the writer
    return written


def _rows(changes: QuerySet[Change]) -> Iterator[list[Any]]:
    """Changes and versions, each in their order, are read side by side, so each Change is read once."""
    names, notes = words.Names.of(Lesion.objects.all()), redaction_words.by_version()
    versions = words.with_before(Version.objects.filter(change__in=changes.values("pk")).order_by("change_id", "id"))
    by_change = groupby(versions.iterator(chunk_size=AT_A_TIME), key=attrgetter("change_id"))
    number, own = next(by_change, _NO_MORE)
    in_order = changes.select_related("person", "participant", "site").order_by("id")
    for change in in_order.iterator(chunk_size=AT_A_TIME):
        head = _change(change)
        if number != change.pk:
            yield [*head, "", "", "", "", "", ""]
            continue
        for version in own:
            yield [*head, *_version(version, names, notes.get(version.pk, ""))]
        number, own = next(by_change, _NO_MORE)


def _change(change: Change) -> list[Any]:
    return [
        change.pk, change.at.isoformat(), change.person.full_name if change.person else "The system",
        dict(Role.choices).get(change.role, change.role), ACTS.get(change.act, change.act), change.reason,
        change.participant.reference if change.participant else "", change.site.code if change.site else "",
        "".join(change.groups), change.version_of_program,
    ]  # fmt: skip


def _version(version: Version, names: words.Names, note: str) -> list[Any]:
    lines = [
        f"{line.label}: {line.old} → {line.new or 'empty'}" if line.old else f"{line.label}: {line.new or 'empty'}"
        for line in words.lines(version, names)
    ]
    said = "; ".join([*lines, note] if note else lines)
    return [version.pk, version.table_name, version.row_id, words.heading(version, names),
            words.ROW_ACTS.get(version.act, version.act), said]  # fmt: skip
