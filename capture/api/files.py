"""Work on files by a process of its own: exports of all study data, and previews of imports."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import FileResponse, Http404, HttpRequest
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from capture.api.record import person_of
from capture.exchange.exporting import download, export_jobs
from capture.exchange.importing import import_jobs
from trial.api.use import Reply, allows
from trial.models import FileJob
from trial.operations import file_jobs

router = Router(tags=["Files"])
Source = Annotated[str, Field(min_length=1, max_length=200)]
ZIP = {"responses": {"200": {"description": "A ZIP file", "content": {
    "application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}  # fmt: skip


class NewExport(Schema):
    """As what all study data are exported, such as csv, sdtm or adam: the kinds of `manage.py export`."""

    form: Annotated[str, Field(max_length=20)]


class Job(Schema):
    """state: under way, made or failed; words: what came of it."""

    job: str
    state: str
    words: str


class Preview(Job):
    """What an import would do, once it was read: rows that are new, and what stands in its way. Nothing is written."""

    new: int | None
    problems: list[dict[str, Any]]
    lines: list[dict[str, Any]]


@router.post("/exports", response={202: Job})
@allows("exports:run")
def ask(request: HttpRequest, asked: NewExport) -> Reply:
    """Begins an export of all study data; its file is kept for a day."""
    return _job(export_jobs.start(person_of(request), asked.form), 202)


@router.get("/exports/{job}", response=Job)
@allows("exports:run")
def export(request: HttpRequest, job: str) -> Reply:
    """How far the export is."""
    return _job(_export(request, job))


@router.get("/exports/{job}/file", openapi_extra=ZIP)
@allows("exports:run")
def file(request: HttpRequest, job: str) -> FileResponse:
    """The export as a ZIP file with its manifest."""
    found = _export(request, job)
    if found.state != file_jobs.MADE:
        raise Http404("This export is not ready.")
    return download.sent(file_jobs.opened(found, export_jobs.FILE), f"record-{found.of}.zip")


@router.post("/imports", response={202: Preview})
@allows("imports:rehearse")
def rehearse(request: HttpRequest, files: File[list[UploadedFile]], source: Form[Source]) -> Reply:
    """Reads a ZIP, CSV or ODM file and says what an import would do; the owner of the token confirms on the page."""
    return _preview(import_jobs.run(import_jobs.ask(person_of(request), source.strip(), files)), 202)


@router.get("/imports/{job}", response=Preview)
@allows("imports:rehearse")
def preview(request: HttpRequest, job: str) -> Reply:
    """How far the reading is, and then what it said."""
    found = import_jobs.of(person_of(request), job)
    if found is None:
        raise Http404("There is no such import.")
    return _preview(found)


def _export(request: HttpRequest, job: str) -> FileJob:
    found = export_jobs.of(person_of(request), job)
    if found is None:
        raise Http404("There is no such export.")
    return found


def _told(job: FileJob) -> dict[str, Any]:
    return {"job": job.pk, "state": str(job.state), "words": job.words}


def _job(job: FileJob, status: int = 200) -> Reply:
    return Reply(_told(job), status=status)


def _preview(job: FileJob, status: int = 200) -> Reply:
    is_read = job.state == file_jobs.MADE and not job.words
    report = import_jobs.report_of(job) if is_read else None
    return Reply({**_told(job), "new": report.new if report else None,
                  "problems": [asdict(each) for each in report.problems] if report else [],
                  "lines": [asdict(each) for each in report.lines] if report else []}, status=status)  # fmt: skip
