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
from django.views.decorators.http import require_GET, require_POST

from capture.exchange.data_sets import COMES_IN
from capture.exchange.exporting import download
from capture.exchange.exporting.export import FORMS, export
from capture.exchange.importing import files as incoming
from capture.exchange.importing import upload
from capture.exchange.importing.run import Report, import_files
from trial.accounts.request_size import LARGEST_REQUEST
from trial.drawing.form_layout import PageHelper
from trial.models import audit
from trial.record import access
from trial.record.save import of_request
from trial.record.typed_fields import words
from trial.refused import Refused

KEPT = "import"
PROBLEMS_SHOWN = 100
LETTERS_OF_SOURCE = 200
log = logging.getLogger(__name__)


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class ImportForm(forms.Form):
    """The files of an import, and where they come from."""

    files = forms.FileField(label="A ZIP file, or several CSV files", widget=_SeveralFiles(
        attrs={"class": "form-control", "accept": ".csv,.zip", "multiple": True}))  # fmt: skip
    source = words("Where they come from", LETTERS_OF_SOURCE, required=True)
    source.help_text = "Kept with every entry as the reason of its import."
    helper = PageHelper()


@access.allows(*access.EXCHANGES)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """What can be taken out, and the way in."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    form = ImportForm(initial={"source": more.get("source", "")}, auto_id="%s")
    return render(request, "capture/exchange/exchange.html", {"data_sets": COMES_IN, "form": form, **more},
                  status=status)  # fmt: skip


@access.allows(*access.EXCHANGES)
@require_POST
def take_out(request: HttpRequest, files: str) -> HttpResponse:
    """The whole record as a ZIP file; written to the end before the first byte is sent, so that none is cut short."""
    if files not in FORMS:
        raise Http404("This export format does not exist.")
    with tempfile.TemporaryDirectory(prefix="endpoint-export-") as place:
        try:
            manifest = export(files, Path(place) / "record")
        except Refused as refusal:
            log.error("the export failed: %s", refusal)
            return _page(request, 500, export_failed=str(refusal))
        packed = download.pack(Path(place) / "record")
    # An export changes nothing on record, so it is no Change; who took the record out when stands in the journal.
    audit.note(request.user, audit.Kind.RECORD, f"as {files}, change {manifest['change']}")
    log.info("export of study data as %s, change %s, by %s", files, manifest["change"], request.user.username)
    return download.sent(packed, f"record-{manifest['change']}-{files}.zip")


@access.allows(*access.EXCHANGES)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """An empty file for each form, as a ZIP file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in incoming.templates().items():
            archive.writestr(name, content)
    packed.seek(0)
    return download.sent(packed, "import-templates.zip")


@access.allows(*access.EXCHANGES)
@require_POST
def rehearse(request: HttpRequest) -> HttpResponse:
    """Reads the files and shows what an import would do; nothing is written."""
    source = request.POST.get("source", "").strip()[:LETTERS_OF_SOURCE]
    _forget(request)
    try:
        contents = upload.unpacked(request.FILES.getlist("files"))
        if not contents or not source:
            raise Refused("Choose the files and enter their source.")
        report = import_files(of_request(request), contents, source, rehearsal=True)
    except Refused as refusal:
        return _page(request, 422, refused=str(refusal), source=source)
    if report.new and not report.problems:
        request.session[KEPT] = {"folder": upload.keep(contents), "source": source}
    return _report(request, report, source)


rehearse.largest_request = upload.MOST_BYTES + LARGEST_REQUEST  # type: ignore[attr-defined]


@access.allows(*access.EXCHANGES)
@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """Imports the files that were rehearsed."""
    waiting = request.session.get(KEPT, {})
    contents = upload.kept(waiting.get("folder", ""))
    if contents is None:
        return _page(request, 422, refused="The files are no longer available. Choose them again.")
    try:
        report = import_files(of_request(request), contents, waiting["source"], rehearsal=False)
    except Refused as refusal:
        return _page(request, 422, refused=str(refusal), source=waiting["source"])
    _forget(request)
    if not report.saved:
        return _report(request, report, waiting["source"])
    messages.success(request, f"Imported from {waiting['source']}; rows: {report.new}.")
    return redirect("capture:exchange")


def _report(request: HttpRequest, report: Report, source: str) -> HttpResponse:
    shown = {
        "report": report,
        "source": source,
        "lines": [each for each in report.lines if each.new or each.unchanged or each.refused or each.left_out],
        "problems": report.problems[:PROBLEMS_SHOWN],
    }
    return render(request, "capture/exchange/import.html", shown, status=422 if report.problems else 200)


def _forget(request: HttpRequest) -> None:
    waiting = request.session.pop(KEPT, None)
    if waiting:
        upload.forget(waiting["folder"])
