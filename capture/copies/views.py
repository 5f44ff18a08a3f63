"""Pages of copies: the certified copy of a casebook, archives of a site or the study, and checking a copy."""

import hashlib
import json
import logging
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from capture.copies import archive_jobs, excerpt, package
from capture.copies.package import NOTED
from capture.copies.paper import blank as blank_forms
from capture.copies.verify_copy import MANIFEST
from capture.exchange.exporting.download import sent
from trial.drawing.form_layout import PageForm
from trial.models import Change, JournalEntry, Person, audit
from trial.operations import file_jobs
from trial.record import access
from trial.record.typed_fields import words
from trial.refused import Refused

_NOTED = re.compile(rf"(?:certified copy|archive) \w+ of (.+), change (\d+), {NOTED}[0-9a-f]{{64}}")
STUDY, OF_SITE = "the study", "site "
LARGEST_MANIFEST, LARGEST_WHOLE = 64 << 20, 4 << 30  # bytes; a larger one is not read


@dataclass(frozen=True)
class Known:
    """A copy on record: who made it when, of what, from which Change, and how many Changes came since."""

    entry: JournalEntry
    of: str
    change: int
    since: int
    trail: str


def by_hash(person: Person, digest: str) -> Known | None:
    """The copy with this hash of the manifest; None when there is none of what the person may read."""
    for entry in JournalEntry.objects.filter(words__endswith=f"{NOTED}{digest}").select_related("person"):
        found = _NOTED.fullmatch(entry.words)
        told = _since(person, found[1], int(found[2])) if found else None
        if found and told is not None:
            return Known(entry, found[1], int(found[2]), *told)
    return None


def _since(person: Person, of: str, change: int) -> tuple[int, str] | None:
    """How many Changes came after, and the filter of the trail that shows them; None: it is none of the person's."""
    if of == STUDY:
        return (Change.objects.filter(pk__gt=change).count(), "") if access.sees_every_site(person) else None
    if of.startswith(OF_SITE):
        site = access.sites_for(person).filter(code=of.removeprefix(OF_SITE)).first()
        since = Change.objects.filter(site=site, pk__gt=change)
        return (since.count(), f"site={site.code}") if site else None
    one = access.participants_for(person).filter(access.is_reference(of)).first()
    return (len(excerpt.since(one, change)), f"participant={one.reference}") if one else None


def digest_of(typed: str, file: Any) -> str:
    """The hash of the manifest that was typed, or of the copy that was uploaded. Raises Refused."""
    if file is None:
        text = "".join(typed.split()).lower()
        if not re.fullmatch("[0-9a-f]{64}", text):
            raise Refused("A hash has 64 characters, 0 to 9 and a to f. Enter the whole hash, or choose the file.")
        return text
    if zipfile.is_zipfile(file):
        return _of_archive(file)
    file.seek(0)
    content = file.read(LARGEST_MANIFEST)
    if not content.lstrip().startswith(b"{"):
        raise Refused("Choose the ZIP file of the copy as downloaded, or its manifest.json.")
    return hashlib.sha256(content).hexdigest()


def _of_archive(file: Any) -> str:
    """The hash of its manifest, once each file in it is the one that the manifest names."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {each.filename: each.file_size for each in archive.infolist() if not each.is_dir()}
            if sizes.get(MANIFEST, LARGEST_MANIFEST + 1) > LARGEST_MANIFEST or sum(sizes.values()) > LARGEST_WHOLE:
                raise Refused("There is no manifest.json in this ZIP file, or the file is larger than any copy.")
            content = archive.read(MANIFEST)
            _compare(json.loads(content), sizes, lambda name: archive.open(name))
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError) as error:
        raise Refused("This ZIP file is damaged, or its manifest is.") from error
    return hashlib.sha256(content).hexdigest()


def _compare(manifest: Any, sizes: dict[str, int], opened: Callable[[str], Any]) -> None:
    named = {each["file"]: each["sha256"] for each in manifest["files"]}
    strange = sorted(set(named) ^ (set(sizes) - {MANIFEST}))
    if strange:
        raise Refused(f"{strange[0]} is missing from the copy, or was added to it.")
    for name, sha256 in named.items():
        with opened(name) as part:
            if hashlib.file_digest(part, "sha256").hexdigest() != sha256:
                raise Refused(f"{name} is not the file that was made: the copy was altered.")


log = logging.getLogger(__name__)


@access.allows(*access.READS_TRAIL, method="POST")
def certified_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """The casebook as PDF with its trail, in a ZIP file that verifies by itself; noted in the journal of reading."""
    participant = access.participant_for(request.user, reference)
    packed = package.copy_of(request.user, participant)
    log.info("certified copy of %s by %s", participant.reference, request.user.username)
    return sent(packed.file, packed.name)


class CopyForm(PageForm):
    """A copy to check: its file, or the hash of its manifest."""

    file = forms.FileField(
        label="ZIP file of the copy, or its manifest.json", required=False,
        help_text="Each file in the ZIP file is compared with the manifest too. Nothing of it is kept.",
        widget=forms.FileInput(attrs={"accept": ".zip,.json"}),
    )  # fmt: skip
    hash = words("Or SHA-256 of the manifest", 80, spellcheck="false")
    hash.help_text = "The 64 characters printed by verify_copy.py."


def _check_page(request: HttpRequest, typed: str = "", status: int = 200, **shown: Any) -> HttpResponse:
    form = CopyForm(initial={"hash": typed}, auto_id="%s")
    return render(request, "capture/copies/check.html", {"form": form, **shown}, status=status)


@access.allows(*access.READS_TRAIL)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Who made a copy, from which Change, and whether the record has changed since; by its file or its hash."""
    if request.method == "GET":
        return _check_page(request)
    typed, shown = request.POST.get("hash", "")[:200], {}
    try:
        digest = digest_of(typed, request.FILES.get("file"))
        shown = {"digest": digest, "known": by_hash(request.user, digest)}
    except Refused as refusal:
        return _check_page(request, typed, 422, refused=str(refusal))
    return _check_page(request, typed, **shown, asked=True)


check.largest_request = 1 << 30  # type: ignore[attr-defined]  # an archive of the study


@access.allows(*access.READS_TRAIL, method="GET")
def archives(request: HttpRequest) -> HttpResponse:
    """What may be taken away whole, how far it is, and what is made."""
    return _archives(request)


def _archives(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    found = archive_jobs.shown_to(request.user)
    shown = {"sites": access.sites_for(request.user).order_by("code"), "archives": found,
             "whole": archive_jobs.may_ask(request.user, None),
             "under_way": any(each.state == file_jobs.UNDER_WAY for each in found), **more}  # fmt: skip
    return render(request, "capture/copies/archives.html", shown, status=status)


@access.allows(*access.READS_TRAIL, method="POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Has the archive of a site (or, without one, of the study) made; 404 for what is none of the person's."""
    code = request.POST.get("site", "")
    site = get_object_or_404(access.sites_for(request.user), code=code) if code else None
    if not archive_jobs.may_ask(request.user, site):
        raise Http404("Your role cannot archive the whole study.")
    try:
        archive_jobs.start(request.user, site)
    except Refused as refusal:
        return _archives(request, 422, refused=str(refusal))
    return redirect("capture:archives")


@access.allows(*access.READS_TRAIL, method="POST")
def fetch(request: HttpRequest, archive_id: str) -> HttpResponse:
    """The ZIP file of an archive that is made; noted in the journal."""
    found = next((each for each in archive_jobs.shown_to(request.user) if each.id == archive_id), None)
    if found is None or found.state != file_jobs.MADE or archive_jobs.FILE not in file_jobs.names(found):
        raise Http404("This archive does not exist.")
    words = f"downloaded the archive of {found.name} {found.words}, manifest {found.manifest}"
    audit.note(request.user, audit.Kind.RECORD, words)
    log.info("archive of %s downloaded by %s", found.name, request.user.username)
    return sent(file_jobs.opened(found, archive_jobs.FILE), f"archive-{found.of or 'study'}-{found.id}.zip")


@access.allows(*access.READS_RECORD, method="GET")
def blank(request: HttpRequest) -> HttpResponse:
    """The forms of the casebook to be filled in by hand."""
    return HttpResponse(blank_forms.pages(), content_type="application/pdf",
                        headers={"Content-Disposition": 'attachment; filename="blank-casebook.pdf"'})  # fmt: skip
