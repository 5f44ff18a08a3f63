"""The results record of the study as a public registry would show it, out of stored results; as files too."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analysis.results.moments import Moment, present
from analysis.submission.registry import section, upload
from analysis.views import panels
from trial.record import access
from trial.refused import Refused

TITLE = "Registry results"
TYPES = {"json": "application/json", "xml": "application/xml"}


@access.allows(*access.READS_RESULTS, method="GET")
@panels.at_a_moment
def registry(request: HttpRequest, moment: Moment | None) -> HttpResponse:
    """Flow, baseline, outcomes and adverse events of all groups, and what the record leaves open."""
    every = panels.every_group(moment)
    if any(each.result is None for each in every):
        return panels.not_ready(request, moment or present())
    results = {each.letter: each.answer for each in every}
    try:
        made = section.results_section(results)
    except Refused as refusal:
        return render(request, "analysis/as_of/no_data.html", {"because": str(refusal)}, status=404)
    panels.opened(request, TITLE, moment)
    shown = {"moment": moment, "query": moment.query if moment else "", "open": section.left_open(results),
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
@panels.at_a_moment
def registry_file(request: HttpRequest, ending: str, moment: Moment | None) -> HttpResponse:
    """The same as JSON in the shape of the registry's API, or as its upload document."""
    if ending not in TYPES:
        raise Http404("There is no such file.")
    every = panels.every_group(moment)
    if any(each.result is None for each in every):
        return panels.not_ready(request, moment or present())
    try:
        made = section.results_section({each.letter: each.answer for each in every})
    except Refused as refusal:
        return render(request, "analysis/as_of/no_data.html", {"because": str(refusal)}, status=404)
    panels.opened(request, f"{TITLE} as {ending.upper()}", moment)
    content = upload.document(made) if ending == "xml" else section.as_json(made)
    response = HttpResponse(content, content_type=TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="results.{ending}"'
    return response
