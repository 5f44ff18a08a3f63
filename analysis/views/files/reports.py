"""Pages of the board's report: asked for beside a data cut, and fetched when it is made."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from analysis.results import board_report
from analysis.views import as_of
from analysis.views.files import report_jobs
from analysis.views.files.provenance import slug, unique_slug
from trial.models import DataCut, audit
from trial.operations import file_jobs
from trial.protocol import STUDY_SHORT_NAME
from trial.record import access
from trial.refused import Refused


@access.allows(*access.READS_RESULTS, method="POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Has the report of a data cut made; 404 for a data cut that nobody made."""
    cut = get_object_or_404(DataCut, name=request.POST.get("cut", ""))
    try:
        report_jobs.start(request.user, cut)  # type: ignore[arg-type]
    except Refused as refusal:
        return as_of.page_of(request, 422, report_refused=str(refusal))
    return redirect("analysis:moments")


@access.allows(*access.READS_RESULTS, method="GET")
def fetch(request: HttpRequest, job_id: str, part: str, ending: str) -> HttpResponse:
    """A file of a report that is made; noted in the access log."""
    job, name = file_jobs.by_id(job_id), f"{part}.{ending}"
    made = job is not None and job.kind == file_jobs.REPORT and job.state == file_jobs.MADE
    if job is None or not made or part not in report_jobs.PARTS or name not in file_jobs.names(job):
        raise Http404("There is no such report, or it was made more than a day ago. Create it again.")
    words = f"Board report of data cut {job.of}, {report_jobs.PARTS[part]} as {ending}"
    audit.note(request.user, audit.Kind.RESULTS, words)  # type: ignore[arg-type]
    with file_jobs.opened(job, name) as file:
        answer = HttpResponse(file.read(), content_type=board_report.CONTENT_TYPES[ending])
    called = f"{slug(STUDY_SHORT_NAME)}-board-{part}-cut-{unique_slug(job.of)}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{called}"'
    return answer
