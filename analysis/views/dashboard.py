"""The study chair's dashboard: both groups side by side, refreshing by themselves; or as of a past moment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import selectors
from analysis.moments import Moment
from analysis.views import at_moment
from trial.record import access


@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def dashboard(request: HttpRequest, moment: Moment | None) -> HttpResponse:
    """Both groups; each panel asks for itself again when its group has moved."""
    at_moment.opened(request, "Dashboard", moment)
    context = {"panels": at_moment.panels(moment), "moment": moment}
    return render(request, "analysis/dashboard.html", context)


@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def panel(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """One group's panel; 204 (keep what you have) while the shown change is still the newest result."""
    group = selectors.group_or_404(letter)
    if moment is None:
        newest = selectors.newest_shown(group.value)
        if newest is not None and request.GET.get("shown") == str(newest):
            return HttpResponse(status=204)
        return render(request, "analysis/_panel.html", {"panel": selectors.panel(group.value)})
    found = selectors.panel(group.value, moment)
    if found.stored is None:
        return HttpResponse(status=204)
    return render(request, "analysis/_panel.html", {"panel": found, "moment": moment})
