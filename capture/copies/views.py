"""Pages of copies: the certified copy of a casebook, archives of a site or the study, and checking a copy."""

import logging
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from capture.copies import asked, known, package
from trial import access, reading_journal

log = logging.getLogger(__name__)


@access.allows(*access.READS_TRAIL)
@require_POST
def certified_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """The casebook as PDF with its trail, in a ZIP file that verifies by itself; noted in the journal of reading."""
    participant = access.participant_for(request.user, reference)
    packed = package.copy_of(request.user, participant)
    log.info("certified copy of %s by %s", participant.reference, request.user.username)
    return sent(packed)


def sent(packed: package.Packed) -> FileResponse:
    """The file as a download."""
    answer = FileResponse(packed.file, as_attachment=True, filename=packed.name, content_type="application/zip")
    answer.block_size = 1 << 16
    return answer


@access.allows(*access.READS_TRAIL)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Who made a copy, from which Change, and whether the record has changed since; by its file or its hash."""
    if request.method == "GET":
        return render(request, "capture/copies/check.html")
    typed, shown = request.POST.get("hash", "")[:200], {}
    try:
        digest = known.digest_of(typed, request.FILES.get("file"))
        shown = {"digest": digest, "known": known.by_hash(request.user, digest)}
    except known.NotACopy as refusal:
        return render(request, "capture/copies/check.html", {"refused": str(refusal), "typed": typed}, status=422)
    return render(request, "capture/copies/check.html", {**shown, "typed": typed, "asked": True})


@access.allows(*access.READS_TRAIL)
@require_GET
def archives(request: HttpRequest) -> HttpResponse:
    """What may be taken away whole, how far it is, and what is made."""
    return _archives(request)


def _archives(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    found = asked.shown_to(request.user)
    shown = {"sites": access.sites_for(request.user).order_by("code"), "archives": found,
             "whole": asked.may_ask(request.user, None),
             "under_way": any(each.state == asked.UNDER_WAY for each in found), **more}  # fmt: skip
    return render(request, "capture/copies/archives.html", shown, status=status)


@access.allows(*access.READS_TRAIL)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Has the archive of a site (or, without one, of the study) made; 404 for what is none of the person's."""
    code = request.POST.get("site", "")
    site = get_object_or_404(access.sites_for(request.user), code=code) if code else None
    if not asked.may_ask(request.user, site):
        raise Http404("The whole study is not yours to take away.")
    try:
        asked.start(request.user, site)
    except asked.NotNow as refusal:
        return _archives(request, 422, refused=str(refusal))
    return redirect("capture:archives")


@access.allows(*access.READS_TRAIL)
@require_POST
def fetch(request: HttpRequest, archive_id: str) -> HttpResponse:
    """The ZIP file of an archive that is made; noted in the journal."""
    found = next((each for each in asked.shown_to(request.user) if each.id == archive_id), None)
    if found is None or found.state != asked.MADE or not found.file.is_file():
        raise Http404("There is no such archive.")
    words = f"fetched the archive of {found.name} {found.words}, manifest {found.manifest}"
    reading_journal.note(request.user, reading_journal.Kind.RECORD, words)
    log.info("archive of %s fetched by %s", found.name, request.user.username)
    name = f"archive-{found.site or 'study'}-{found.id}.zip"
    return sent(package.Packed(found.file.open("rb"), name, found.manifest))
