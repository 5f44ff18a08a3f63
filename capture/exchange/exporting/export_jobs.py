"""An export that a program asked for: made by a process of its own, kept for a day, fetched as a ZIP file."""

import os
import tempfile
from pathlib import Path

from capture.exchange.exporting import download
from capture.exchange.exporting.export import FORMS, export
from trial.models import FileJob, Person
from trial.operations import file_jobs
from trial.operations.file_jobs import EXPORT, FAILED, MADE
from trial.refused import Refused

STOPPED = "The export was interrupted. Request it again."
FILE = "export.zip"


def start(person: Person, form: str) -> FileJob:
    """Has the study data exported in this form. Raises Refused, also while another export is under way."""
    if form not in FORMS:
        raise Refused(f"There is no export as {form[:20]}. It is one of {', '.join(FORMS)}.")
    job = file_jobs.begin(EXPORT, person, form, STOPPED)
    file_jobs.start(job)
    return job


def of(person: Person, key: str) -> FileJob | None:
    """The person's own export with this id; None when it is gone."""
    job = file_jobs.by_id(key)
    if job is None or job.kind != EXPORT or job.person_id != person.pk:
        return None
    if file_jobs.is_silent(job):
        job.state, job.words = FAILED, STOPPED
    return job


def carry_out(job: FileJob) -> FileJob:
    """Makes the export that was asked for; called by the process of its own."""
    os.nice(10)  # pages come first
    try:
        with tempfile.TemporaryDirectory(prefix="endpoint-export-") as place, tempfile.TemporaryFile() as packed:
            with file_jobs.telling(job):
                manifest = export(job.of, Path(place) / "record")
                download.write(Path(place) / "record", packed)
                packed.seek(0)
                file_jobs.put(job, FILE, packed)
    except Refused as refusal:
        return file_jobs.end(job, FAILED, str(refusal))
    except Exception:
        file_jobs.end(job, FAILED, STOPPED)
        raise
    return file_jobs.end(job, MADE, f"change {manifest['change']}")
