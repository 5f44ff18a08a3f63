"""The statistician's files: exports of the whole record, imports with their rehearsal."""

import io
import logging
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from capture.exchange.data_sets import COMES_IN
from capture.exchange.exporting import download
from capture.exchange.importing import files as incoming
from capture.exchange.importing import import_jobs, upload
from trial.accounts.request_size import LARGEST_REQUEST
from trial.drawing.form_layout import PageHelper
from trial.models import FileJob, audit
from trial.operations import exports, file_jobs
from trial.record import access
from trial.record.save import of_request
from trial.record.typed_fields import words
from trial.refused import Refused

PROBLEMS_SHOWN = 100
LETTERS_OF_SOURCE = 200
LETTERS_OF_MOMENT = 40
log = logging.getLogger(__name__)


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class ImportForm(forms.Form):
    """The files of an import, and where they come from."""

    files = forms.FileField(label="A ZIP file, several CSV files, or an ODM file", widget=_SeveralFiles(
        attrs={"accept": ".csv,.zip,.xml", "multiple": True}))  # fmt: skip
    source = words("Where they come from", LETTERS_OF_SOURCE, required=True)
    source.help_text = "Kept with every entry as the reason of its import."
    helper = PageHelper()


class MomentForm(forms.Form):
    """Of which moment the files of the standards are."""

    as_of = words("SDTM, ADaM and ODM as of", LETTERS_OF_MOMENT)
    as_of.help_text = "A change number or a date such as 12-FEB-2006. Empty: now."
    helper = PageHelper()


@access.allows(*access.EXCHANGES, method="GET")
def page(request: HttpRequest) -> HttpResponse:
    """What can be taken out, and the way in."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    form = ImportForm(initial={"source": more.get("source", "")}, auto_id="%s")
    shown = {"data_sets": COMES_IN, "form": form, "kinds": [each for each in exports.KINDS if each.button],
             "moment_form": MomentForm(initial={"as_of": more.get("as_of", "")}, auto_id="%s")}  # fmt: skip
    return render(request, "capture/exchange/exchange.html", shown | more, status=status)


@access.allows(*access.EXCHANGES, method="POST")
def take_out(request: HttpRequest, files: str) -> HttpResponse:
    """The whole record as a ZIP file; written to the end before the first byte is sent, so that none is cut short."""
    if files not in exports.BY_NAME:
        raise Http404("This export format does not exist.")
    asked = exports.Asked(as_of=request.POST.get("as_of", "").strip()[:LETTERS_OF_MOMENT])
    with tempfile.TemporaryDirectory(prefix="endpoint-export-") as place:
        try:
            manifest = exports.write(files, Path(place) / "record", asked=asked)
        except Refused as refusal:
            log.error("the export failed: %s", refusal)
            return _page(request, 422 if asked.as_of else 500, export_failed=str(refusal), as_of=asked.as_of)
        packed = download.pack(Path(place) / "record")
    # An export changes nothing on record, so it is no Change; who took the record out when stands in the journal.
    words = ", ".join(filter(None, (f"as {files}", f"change {manifest['change']}", asked.words)))
    audit.note(request.user, audit.Kind.RECORD, words)
    log.info("export of study data as %s, change %s, by %s", files, manifest["change"], request.user.username)
    return download.sent(packed, f"record-{manifest['change']}-{files}.zip")


@access.allows(*access.EXCHANGES, method="GET")
def templates(request: HttpRequest) -> HttpResponse:
    """An empty file for each form, as a ZIP file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in incoming.templates().items():
            archive.writestr(name, content)
    packed.seek(0)
    return download.sent(packed, "import-templates.zip")


@access.allows(*access.EXCHANGES, method="POST")
def rehearse(request: HttpRequest) -> HttpResponse:
    """Reads the files and shows what an import would do; nothing is written."""
    source = request.POST.get("source", "").strip()[:LETTERS_OF_SOURCE]
    try:
        of_request(request).stop_if_returned()
        job = import_jobs.run(import_jobs.ask(request.user, source, request.FILES.getlist("files")))
    except Refused as refusal:
        return _page(request, 422, refused=str(refusal), source=source)
    return _sent(request, job)


rehearse.largest_request = upload.MOST_BYTES + LARGEST_REQUEST  # type: ignore[attr-defined]


@access.allows(*access.EXCHANGES, method="POST")
def bring_in(request: HttpRequest) -> HttpResponse:
    """Imports the files that were rehearsed."""
    job = import_jobs.of(request.user, request.POST.get("import", ""))
    if job is None or job.kind != file_jobs.PREVIEW or job.state != file_jobs.MADE:
        return _page(request, 422, refused="The files are no longer available. Choose them again.")
    try:
        of_request(request).stop_if_returned()
        file_jobs.begin_again(job, file_jobs.IMPORT)
    except Refused as refusal:
        return _page(request, 422, refused=str(refusal), source=job.of)
    return _sent(request, import_jobs.run(job))


@access.allows(*access.EXCHANGES, method="GET")
def import_job(request: HttpRequest, job_id: str) -> HttpResponse:
    """How far the reading of large files is, and then what it said."""
    job = import_jobs.of(request.user, job_id)
    if job is None:
        raise Http404("This import does not exist.")
    if job.state == file_jobs.UNDER_WAY:
        return render(request, "capture/exchange/import_under_way.html", {"job": job}, status=202)
    if job.words:
        return _page(request, refused=job.words, source=job.of)
    return _report(request, job)


def _sent(request: HttpRequest, job: FileJob) -> HttpResponse:
    """The answer to files that were sent: what was read, or the page that says how far it is."""
    if job.state == file_jobs.UNDER_WAY:
        return redirect("capture:import_job", job.pk)
    if job.words:
        return _page(request, 422, refused=job.words, source=job.of)
    report = import_jobs.report_of(job)
    if report.saved:
        messages.success(request, f"Imported from {job.of}; rows: {report.new}.")
        return redirect("capture:exchange")
    return _report(request, job, 422 if report.problems else 200)


def _report(request: HttpRequest, job: FileJob, status: int = 200) -> HttpResponse:
    report = import_jobs.report_of(job)
    shown = {
        "report": report,
        "source": job.of,
        "job": job,
        "lines": [each for each in report.lines if each.new or each.unchanged or each.refused or each.left_out],
        "problems": report.problems[:PROBLEMS_SHOWN],
    }
    return render(request, "capture/exchange/import.html", shown, status=status)
