"""One group in full, and the participants behind each of its figures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import selectors
from analysis.endpoints import figures
from analysis.moments import Moment
from analysis.views import at_moment
from trial.record import access

# A page of more is not read; the record can be exported whole.
MOST_ROWS = 500

@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def group(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """The group's endpoints, plots large, with settings and exclusions."""
    found = selectors.group_or_404(letter)
    panel = at_moment.panel(found.value, moment)
    if panel.result is None and moment is not None:
        return render(request, "analysis/waiting.html", {"moment": moment})
    at_moment.opened(request, f"Group {found.value}", moment)
    return render(request, "analysis/group.html", {"panel": panel, "moment": moment})


@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def behind(request: HttpRequest, letter: str, figure: str, moment: Moment | None) -> HttpResponse:
    """The participants in a figure, each with the facts that decide it."""
    found = selectors.group_or_404(letter)
    asked = figures.figure(figure)
    if asked is None:
        raise Http404("There is no such figure.")
    panel = at_moment.panel(found.value, moment)
    if panel.result is None and moment is not None:
        return render(request, "analysis/waiting.html", {"moment": moment})
    at_moment.opened(request, f"Group {found.value}, behind “{asked.title}”", moment)
    members = asked.members(panel.outcomes, panel.result) if panel.result else []
    rows = [{"outcome": each, "facts": asked.explains(each)} for each in members]
    context = {"panel": panel, "moment": moment, "title": asked.title, "rows": rows[:MOST_ROWS], "in_all": len(rows)}
    return render(request, "analysis/behind.html", context)
