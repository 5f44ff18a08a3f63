"""An export that a program asked for: made by a process of its own, kept for a day, fetched as a ZIP file."""

from pathlib import Path
from typing import Any

from capture.exchange.exporting import download
from trial.models import FileJob, Person
from trial.operations import exports, file_jobs
from trial.operations.file_jobs import EXPORT
from trial.refused import Refused

FILE = "export.zip"


def start(person: Person, form: str) -> FileJob:
    """Has the study data of now exported as this kind. Raises Refused, also while another export is under way."""
    if form not in exports.BY_NAME:
        raise Refused(f"There is no export as {form[:20]}. It is one of {', '.join(exports.BY_NAME)}.")
    job = file_jobs.begin(EXPORT, person, form)
    file_jobs.start(job)
    return job


def of(person: Person, key: str) -> FileJob | None:
    """The person's own export with this id; None when it is gone."""
    job = file_jobs.by_id(key)
    if job is None or job.kind != EXPORT or job.person_id != person.pk:
        return None
    return job


def carry_out(job: FileJob) -> FileJob:
    """Makes the export that was asked for; called by the process of its own."""

    def make(folder: Path, told: file_jobs.Told) -> dict[str, Any]:
        return {"words": f"change {exports.write(job.of, folder)['change']}"}

    return download.carry_out(job, FILE, make)
