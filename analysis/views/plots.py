"""Each plot of a group as a file, now or as of a moment."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analysis import plot_files, selectors
from analysis.moments import Moment
from analysis.views import at_moment
from trial.models.audit import Kind
from trial.record import access

KINDS = {"svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}


@access.allows(*access.READS_RESULTS)
@require_GET
@at_moment.at_a_moment
def plot_file(request: HttpRequest, letter: str, plot: str, ending: str, moment: Moment | None) -> HttpResponse:
    """The drawing (svg) or the numbers (csv) as a download; 404 in words for a plot or ending that does not exist."""
    group = selectors.group_or_404(letter)
    if plot not in plot_files.BY_CODE or ending not in KINDS:
        raise Http404("There is no such plot.")
    panel = at_moment.panel(group.value, moment)
    if panel.result is None:
        return render(request, "analysis/waiting.html", {"moment": moment})
    at_moment.opened(request, f"Group {letter}, {plot} as {ending}", moment, Kind.PLOT)
    found = plot_files.BY_CODE[plot]
    text = plot_files.svg(found, panel) if ending == "svg" else plot_files.csv(found, panel)
    response = HttpResponse(text, content_type=KINDS[ending])
    name = f"group-{letter}-{plot.replace('_', '-')}-change-{panel.change}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
