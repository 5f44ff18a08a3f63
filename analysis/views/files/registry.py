"""The results record of the study as a public registry would show it, out of stored results; as files too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analysis.results import moments
from analysis.results.moments import Moment
from analysis.submission.registry import section
from analysis.submission.registry.export import FORMATS
from analysis.views import panels
from analysis.views.files.provenance import named, parts_of
from analysis.views.panels import GroupPanel
from trial.protocol import GROUPS
from trial.record import access
from trial.refused import Refused

TITLE = "Registry results"


def _of_one_moment(view: Callable[..., HttpResponse]) -> panels.View:
    """Gives the view a moment (now: the newest change, so that every group is of it), its panels and its section."""

    @panels.at_a_moment
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, moment: Moment | None, **kwargs: Any) -> HttpResponse:
        then = moment or moments.present()
        every = [GroupPanel(group.code, moments.stored_at(group.code, then, with_outcomes=False), then.change, then)
                 for group in GROUPS]  # fmt: skip
        for each in every:
            if each.stored is None and moment is not None:  # of now, the worker's own answer comes by itself
                panels.ask(each.letter, then)
        if any(each.stored is None for each in every):
            return panels.not_ready(request, then)
        try:
            made = section.results_section({each.letter: each.answer for each in every})
        except Refused as refusal:
            return render(request, "analysis/as_of/no_data.html", {"because": str(refusal)}, status=404)
        return view(request, *args, moment=then, every=every, made=made, **kwargs)

    return shown


@access.allows(*access.READS_RESULTS, method="GET")
@_of_one_moment
def registry(request: HttpRequest, moment: Moment, every: list[GroupPanel], made: dict[str, Any]) -> HttpResponse:
    """Flow, baseline, outcomes and adverse events of all groups, and what the record leaves open."""
    panels.opened(request, TITLE, moment)
    shown = {"moment": moments.asked(request.GET), "query": moment.query, "formats": FORMATS,
             "open": section.left_open({each.letter: each.answer for each in every}),
             "changes": [(each.letter, each.change) for each in every]}  # fmt: skip
    return render(request, "analysis/registry.html", shown | _shown(made))


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    """The parts as rows of cells, one cell a group."""
    flow, baseline, events = (made[f"{name}Module"] for name in ("participantFlow", "baselineCharacteristics",
                                                                 "adverseEvents"))  # fmt: skip
    period = flow["periods"][0]
    return {
        "groups": flow["groups"],
        "period": period["title"],
        "flow": [(each["type"].capitalize(), _of(each["achievements"], "numSubjects"), each.get("comment", ""))
                 for each in period["milestones"]],
        "reasons": [(each["type"], _of(each["reasons"], "numSubjects")) for each in period["dropWithdraws"]],
        "baseline_groups": baseline["groups"],
        "among": _of(baseline["denoms"][0]["counts"], "value"),
        "measures": [(one["title"], one["unitOfMeasure"], _rows(one)) for one in baseline["measures"]],
        "outcomes": [(one, _of(one["denoms"][0]["counts"], "value"), _rows(one)[0][1])
                     for one in made["outcomeMeasuresModule"]["outcomeMeasures"]],
        "events": events,
        "tables": [("Serious adverse events", events["seriousEvents"]),
                   ("Other adverse events", events["otherEvents"])],
    }  # fmt: skip


def _of(entries: list[dict[str, Any]], name: str) -> list[str]:
    return [each[name] for each in entries]


def _rows(measure: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(each.get("title", ""), each["measurements"]) for each in measure["classes"][0]["categories"]]


@access.allows(*access.READS_RESULTS, method="GET")
@_of_one_moment
def registry_file(
    request: HttpRequest, ending: str, moment: Moment, every: list[GroupPanel], made: dict[str, Any]
) -> HttpResponse:
    """The same as JSON in the shape of the registry's API, or as its upload document."""
    if ending not in FORMATS:
        raise Http404("There is no such file.")
    panels.opened(request, f"{TITLE} as {ending.upper()}", moment)
    response = HttpResponse(FORMATS[ending][1](made), content_type=f"application/{ending}")
    name = named(["registry-results", *parts_of(moment)], ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
