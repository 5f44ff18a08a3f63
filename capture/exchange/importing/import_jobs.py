"""An import that somebody asked for on the pages: its files, kept for a day, its preview and then the import itself.

Small files are read while the page waits; large ones by a process of their own, so that no page stands still.
"""

import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from capture.exchange.importing import upload
from capture.exchange.importing.files import from_folder
from capture.exchange.importing.run import GroupLine, Line, Problem, Report, Row, import_files
from capture.exchange.odm import tables
from capture.exchange.odm.translate import translate
from trial.models import FileJob, Person
from trial.operations import file_jobs
from trial.operations.file_jobs import FAILED, IMPORT, MADE, PREVIEW
from trial.record.save import Save
from trial.refused import Refused

# A page waits for so many bytes of CSV: a few seconds.
LARGE_BYTES = 300_000
REPORT = ".report.json"  # a chosen file has no such name


def ask(person: Person, source: str, uploaded: Iterable[Any]) -> FileJob:
    """Keeps the files for the preview. Raises Refused; nothing is kept then."""
    job = file_jobs.begin(PREVIEW, person, source)
    try:
        for name, content in upload.unpacked(uploaded):
            file_jobs.put(job, name, content)
        if not source or not file_jobs.names(job):
            raise Refused("Choose the files and enter their source.")
    except BaseException:
        file_jobs.forget(job)
        raise
    return job


def of(person: Person, key: str) -> FileJob | None:
    """The person's own import with this id; None when it is gone."""
    job = file_jobs.by_id(key)
    if job is None or job.kind not in (PREVIEW, IMPORT) or job.person_id != person.pk:
        return None
    return job


def run(job: FileJob) -> FileJob:
    """Reads small files at once and hands large ones to a process of their own."""
    size = sum(file_jobs.storage().size(f"{job.pk}/{name}") for name in _chosen(job))
    if size <= LARGE_BYTES:
        return carry_out(job)
    file_jobs.start(job)
    return job


def carry_out(job: FileJob) -> FileJob:
    """The preview or the import; what it says is kept as its report. A refused import can be confirmed again."""
    rehearsal = job.kind == PREVIEW
    try:
        with tempfile.TemporaryDirectory(prefix="endpoint-import-") as place, file_jobs.telling(job) as told:
            chosen = file_jobs.copy_to(job, Path(place), _chosen(job))
            contents, left_out = _rows_of(chosen, Path(place) / "rows")
            report = import_files(Save(job.person), contents, job.of, rehearsal=rehearsal, told=told)
            report.lines += left_out
    except Refused as refusal:
        return file_jobs.end(job, FAILED if rehearsal else MADE, str(refusal), kind=PREVIEW)
    except Exception:
        file_jobs.end(job, FAILED, file_jobs.KINDS[job.kind].stopped)
        raise
    if report.saved or report.problems or not report.new:
        file_jobs.forget_files(job)  # nobody needs them any more
    file_jobs.put(job, REPORT, io.BytesIO(json.dumps(asdict(report)).encode()))
    return file_jobs.end(job, MADE)


def _rows_of(chosen: Mapping[str, Path], folder: Path) -> tuple[Mapping[str, Path], list[Line]]:
    """The CSV files that were chosen, or those that an ODM file is translated to, with a line for each table of it that
    no import reads. Raises Refused."""
    if not any(name.lower().endswith(".xml") for name in chosen):
        return chosen, []
    if len(chosen) > 1:
        raise Refused("Choose the ODM file alone. It is not read beside other files.")
    folder.mkdir()
    left_out = []
    for table, rows in sorted(translate(next(iter(chosen.values())), folder).left_out.items()):
        there = tables.tables()[table]
        on_record = there.model.objects.count()
        left_out.append(Line(there.title, on_record, 0, 0, 0, rows, on_record))
    return from_folder(folder), left_out


def report_of(job: FileJob) -> Report:
    """What the preview or the import said."""
    with file_jobs.opened(job, REPORT) as file:
        kept = json.load(file)
    shapes = {"lines": Line, "problems": Problem, "rows": Row}
    found = {name: [shape(**each) for each in kept.pop(name)] for name, shape in shapes.items()}
    groups = [GroupLine(each["group"], tuple(each["registered"]), tuple(each["assessments"]))
              for each in kept.pop("groups")]  # fmt: skip
    return Report(groups=groups, **found, **kept)


def _chosen(job: FileJob) -> list[str]:
    return [name for name in file_jobs.names(job) if name != REPORT]
