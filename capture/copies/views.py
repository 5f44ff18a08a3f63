"""Pages of copies: making the certified copy of a casebook, and checking a copy that somebody holds."""

import logging

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from capture.copies import known, package
from trial import access

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
