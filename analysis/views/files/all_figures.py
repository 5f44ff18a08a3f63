"""All figures of a group as one ZIP file: asked for on its page, made by a process of its own, kept for a day.

Each plot as every kind of file as wide as two columns, under the name that it has alone, and a list of them with
captions and SHA-256.
"""

import logging
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import parse_qsl
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analysis.results import moments
from analysis.results.moments import Moment
from analysis.views import panels
from analysis.views.files.plot_downloads import KINDS, PLOTS
from analysis.views.files.provenance import Provenance
from trial.models import FileJob, Person, audit
from trial.operations import file_jobs
from trial.operations.file_jobs import FIGURES
from trial.protocol import GROUPS
from trial.record import access
from trial.refused import Refused

FILE, LIST = "figures.zip", "figures.txt"
log = logging.getLogger(__name__)


def start(person: Person, letter: str, moment: Moment | None) -> FileJob:
    """Has the figures made; of the newest result without a moment. Raises Refused while others are under way."""
    job = file_jobs.begin(FIGURES, person, f"{letter}{moment.query if moment else ''}")
    file_jobs.start(job)
    return job


def carry_out(job: FileJob) -> FileJob:
    """Makes the figures that were asked for; called by the process of its own."""

    def make(told: file_jobs.Told) -> dict[str, Any]:
        letter, _, query = job.of.partition("?")
        moment = moments.asked(dict(parse_qsl(query)))
        if moment is not None:
            for group in GROUPS:  # some are drawn side by side
                moments.compute(group.code, moment)
        panel = panels.panel(letter, moment)
        if panel.result is None:
            raise Refused("The results are being calculated. Ask again.")
        with TemporaryFile() as packed:
            told(0, len(PLOTS))
            _pack(packed, panel, told)
            packed.seek(0)
            file_jobs.put(job, FILE, packed)
        return {"words": Provenance(panel, "all_figures", "All figures").file_name("zip")}

    return file_jobs.carry_out(job, make)


def _pack(target: Any, panel: panels.GroupPanel, told: file_jobs.Told) -> None:
    """Every file, and the list of them, with why one is not there; no file has a time of its own."""
    lines = []
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for place, plot in enumerate(PLOTS, start=1):
            origin = Provenance(panel, plot.code, plot.title)
            lines += ["", f"{plot.title}. {' '.join(origin.lines)}"]
            for kind in (kind for kind in KINDS.values() if kind.is_packed):
                name = origin.file_name(kind.ending, kind.special)
                try:
                    made = kind.make(plot, panel, origin)
                except (Http404, Refused) as refusal:
                    lines.append(f"  {name} is left out: {refusal}")
                    continue
                content = made.encode() if isinstance(made, str) else made
                archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
                lines.append(f"  {name}  SHA-256 {sha256(content).hexdigest()}")
            told(place, len(PLOTS))
        archive.writestr(ZipInfo(LIST), "\n".join(lines[1:]) + "\n", ZIP_DEFLATED)


def _asked(letter: str, job_id: str) -> FileJob:
    """The figures of this group with this id. Raises Http404."""
    job = file_jobs.by_id(job_id)
    if job is None or job.kind != FIGURES or job.of.partition("?")[0] != panels.group_or_404(letter).code:
        raise Http404("These figures do not exist, or were made more than a day ago. Ask for them again.")
    return job


@access.allows(*access.READS_RESULTS, method="POST")
@panels.at_a_moment
def ask(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """Has the figures made; 409 in words while others are."""
    group = panels.group_or_404(letter).code
    try:
        job = start(request.user, group, moment)  # type: ignore[arg-type]
    except Refused as refusal:
        return render(request, "analysis/as_of/figures.html", {"letter": group, "refusal": str(refusal)}, status=409)
    return redirect("analysis:figures", group, job.pk)


@access.allows(*access.READS_RESULTS, method="GET")
def state(request: HttpRequest, letter: str, job_id: str) -> HttpResponse:
    """How far they are, and then the way to the file."""
    job = _asked(letter, job_id)
    shown = {"letter": letter.upper(), "job": job, "query": job.of[1:]}
    return render(request, "analysis/as_of/figures.html", shown)


@access.allows(*access.READS_RESULTS, method="GET")
def fetch(request: HttpRequest, letter: str, job_id: str) -> HttpResponse | FileResponse:
    """The ZIP file; noted in the access log."""
    job = _asked(letter, job_id)
    if job.state != file_jobs.MADE or FILE not in file_jobs.names(job):
        raise Http404("These figures are not made.")
    audit.note(request.user, audit.Kind.PLOT, f"Group {job.of[0]}, all figures as {job.words}")  # type: ignore[arg-type]
    return FileResponse(file_jobs.opened(job, FILE), as_attachment=True, filename=job.words,
                        content_type="application/zip")  # fmt: skip
