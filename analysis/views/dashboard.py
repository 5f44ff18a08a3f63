"""The study chair's dashboard: all groups side by side, refreshing by themselves; or as of a past moment."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string

from analysis.charts import swimmer
from analysis.endpoints import comparison, figures, registry
from analysis.endpoints.watch import participant_data
from analysis.models import GroupResult
from analysis.outcomes.cohort import counted
from analysis.results.moments import Moment
from analysis.results.recompute import newest_of_each
from analysis.views import panels, since
from analysis.views.panels import GroupPanel
from trial.record import access
from trial.rules.typed_text import key


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

    A dashboard says of which change the panel of each group is (`?A=118`): one that has moved comes as the third.
    """
    found: dict[str, list[Any]] = {group: list(changes) for group, changes in newest_of_each().items()}
    moved = {group for group, (shown, _) in found.items() if shown and request.GET.get(group, str(shown)) != str(shown)}
    for panel in panels.every_group(None) if moved else ():
        if panel.letter in moved and panel.stored is not None:
            drawn = render_to_string("analysis/dashboard/_panel.html", {"panel": panel, "moment": None}, request)
            found[panel.letter] = [panel.change, panel.newest_change, drawn]
    return JsonResponse(found)


@access.allows(*access.READS_RESULTS)
@panels.at_a_moment
def panel(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """One group's panel as of a past moment, for a page that waits for it; 204 until it is computed."""
    shown = panels.panel(panels.group_or_404(letter).code, moment)
    if moment is None or shown.stored is None:
        return HttpResponse(status=204)
    return render(request, "analysis/dashboard/_panel.html", {"panel": shown, "moment": moment})


@access.allows(*access.READS_RESULTS)
def newer(request: HttpRequest, letter: str) -> HttpResponse:
    """The bar that tells a page of `since` of newer results, which it does not swap under its reader.

    204 while there is none but what the page was told (`shown`).
    """
    shown = panels.panel(panels.group_or_404(letter).code)
    if shown.stored is None or request.GET.get("shown") == str(shown.change):
        return HttpResponse(status=204)
    # The page keeps its order, and leaves the moment that it shows.
    query = QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query, mutable=True)
    for name in ("as_of", "cutoff", "cut"):
        query.pop(name, None)
    told = _newer_than(shown, request.GET.get("since", ""))
    return render(request, "analysis/as_of/_newer.html", {**told, "query": query.urlencode()})


def _newer_than(newest: GroupPanel, since: str) -> dict[str, Any]:
    """What the bar of newer results says to a page that shows the results of the change `since`."""
    change = key(since) or 0
    earlier = GroupResult.objects.filter(group=newest.letter, cutoff=None, change__lte=change, holds_to__gte=change)
    before = earlier.order_by("-computed_at").first()
    words = comparison.in_one_line(registry.arranged(before.result), newest.answer) if before else ""
    return {"panel": newest, "since": change, "shown": newest.change, "words": words, "is_newer": True}


# A page of more is not read; all study data can be exported.
MOST_ROWS = 500


@access.allows(*access.READS_RESULTS)
@panels.of_group
def group(request: HttpRequest, panel: GroupPanel) -> HttpResponse:
    """The group's endpoints, plots large, with settings and exclusions; `lanes` orders the swimmer plot."""
    panels.opened(request, f"Group {panel.letter}", panel.moment)
    lanes = request.GET.get("lanes", "")
    panel = replace(panel, lanes=lanes) if lanes in swimmer.ORDERS else panel
    others = [(letter, name) for letter, name in panels.named_groups() if letter != panel.letter]
    shown = {"panel": panel, "moment": panel.moment, "orders": list(swimmer.ORDERS), "others": others}
    return render(request, "analysis/group.html", shown)


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
    return render(request, "analysis/dashboard/behind.html", context)


@access.allows(*access.READS_RESULTS)
@panels.of_group
def participants(request: HttpRequest, panel: GroupPanel) -> HttpResponse:
    """What the endpoints are computed from, one line a participant; `sort` names a column, with a minus downwards."""
    panels.opened(request, f"Group {panel.letter}, analysis data", panel.moment)
    asked = request.GET.get("sort", "")
    by = asked.removeprefix("-") if asked.removeprefix("-") in participant_data.BY_NAME else "participant"
    is_downwards = asked.startswith("-")
    found = participant_data.rows(counted(panel.outcomes))
    heads = []
    for column in participant_data.COLUMNS:
        state = ("descending" if is_downwards else "ascending") if column.name == by else ""
        query = request.GET.copy()
        query["sort"] = f"-{column.name}" if state == "ascending" else column.name
        heads.append((column, f"?{query.urlencode()}", state))
    shown = {"panel": panel, "moment": panel.moment, "in_all": len(found), "heads": heads,
             "rows": participant_data.ordered(found, by, is_downwards)[:MOST_ROWS]}  # fmt: skip
    return render(request, "analysis/participants.html", shown)
