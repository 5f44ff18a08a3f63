"""The study chair's dashboard: all groups side by side, refreshing by themselves; or as of a past moment."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from analysis.endpoints import figures
from analysis.outcomes.cohort import counted
from analysis.results.moments import Moment
from analysis.results.recompute import newest_of_each
from analysis.views import panels, since
from analysis.views.panels import GroupPanel
from trial.record import access


@access.allows(*access.READS_RESULTS)
@panels.at_a_moment
def dashboard(request: HttpRequest, moment: Moment | None) -> HttpResponse:
    """Every group; each panel asks for itself again when its group has moved. 202 while a past moment is computed."""
    panels.opened(request, since.DASHBOARD, moment)
    looks = since.looks(request.user)
    every = panels.every_group(moment, looks)
    is_ready = moment is None or all(each.result for each in every)
    shown = {"panels": every, "moment": moment, "since": None if moment else since.since(looks, every)}
    return render(request, "analysis/dashboard/dashboard.html", shown, status=200 if is_ready else 202)


@access.allows(*access.READS_RESULTS)
def newest(request: HttpRequest) -> HttpResponse:
    """JSON, group → [change of the newest result, newest change on record]: all that an open page asks for by itself.

    A page asks for more only when this says that something moved.
    """
    return JsonResponse(newest_of_each())


@access.allows(*access.READS_RESULTS)
@panels.at_a_moment
def panel(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """One group's panel; 204 (keep what you have) while the shown change is still the newest result."""
    shown = panels.panel(panels.group_or_404(letter).code, moment)
    if _is_told(request, shown) if moment is None else shown.stored is None:
        return HttpResponse(status=204)
    return render(request, "analysis/dashboard/_panel.html", {"panel": shown, "moment": moment})


@access.allows(*access.READS_RESULTS)
def newer(request: HttpRequest, letter: str) -> HttpResponse:
    """The bar that tells a page of `since` of newer results, which it does not swap under its reader.

    204 while there is none but what the page was told (`shown`).
    """
    shown = panels.panel(panels.group_or_404(letter).code)
    if shown.stored is None or _is_told(request, shown):
        return HttpResponse(status=204)
    return render(request, "analysis/as_of/_newer.html", panels.newer_than(shown, request.GET.get("since", "")))


def _is_told(request: HttpRequest, shown: GroupPanel) -> bool:
    """Whether the change that the page was told is that of the newest result: it keeps what it has."""
    return shown.stored is not None and request.GET.get("shown") == str(shown.change)


# A page of more is not read; all study data can be exported.
MOST_ROWS = 500


@access.allows(*access.READS_RESULTS)
@panels.of_group
def group(request: HttpRequest, panel: GroupPanel) -> HttpResponse:
    """The group's endpoints, plots large, with settings and exclusions."""
    panels.opened(request, f"Group {panel.letter}", panel.moment)
    return render(request, "analysis/group.html", {"panel": panel, "moment": panel.moment})


@access.allows(*access.READS_RESULTS)
@panels.of_group
def behind(request: HttpRequest, panel: GroupPanel, figure: str) -> HttpResponse:
    """The participants behind a number, each with the facts that decide it."""
    asked = figures.figure(figure)
    if asked is None:
        raise Http404("There is no such figure.")
    panels.opened(request, f"Group {panel.letter}, behind “{asked.title}”", panel.moment)
    is_computed = panel.result is not None and asked.is_computed(panel.result)
    members = asked.members(panel.outcomes, panel.answer) if is_computed else []
    rows = [{"outcome": outcome, "facts": asked.explains(outcome)} for outcome in members[:MOST_ROWS]]
    among = counted(panel.outcomes) if asked.outside and is_computed else []
    outside = [outcome for outcome in among if asked.outside(outcome)] if asked.outside else []
    context = {"panel": panel, "moment": panel.moment, "title": asked.title, "rows": rows, "in_all": len(members),
               "is_computed": is_computed, "outside": outside}  # fmt: skip
    return render(request, "analysis/behind.html", context)
