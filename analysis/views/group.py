"""One group in full, and the participants behind each of its figures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import selectors
from analysis.moments import Moment
from analysis.views import at_moment
from trial import access

# Figure in the address → (title, which participants are in it). Declared once; any other figure is 404.
FIGURES = {
    "responders": ("Confirmed responders", lambda each: bool(each["confirmed"]) and each["evaluable"]),
    "evaluable": ("Evaluable participants", lambda each: each["evaluable"]),
    "excluded": ("Not evaluable", lambda each: not each["evaluable"]),
    "registered": ("Registered participants", lambda each: True),
    "treated": ("Treated participants", lambda each: each["treated"]),
    "progressed": ("Progression or death", lambda each: each["eligible"] and each["pfs"]["event"]),
    "progression_free": ("Censored for progression-free survival",
                         lambda each: each["eligible"] and not each["pfs"]["event"]),
    "died": ("Deaths", lambda each: each["eligible"] and each["os"]["event"]),
    "alive": ("Censored for overall survival", lambda each: each["eligible"] and not each["os"]["event"]),
    "toxic": ("Grade 3 or more, possibly related or more", lambda each: each["toxicity"]["status"] == "yes"),
    "undetermined": ("Toxicity undetermined", lambda each: each["toxicity"]["status"] == "undetermined"),
    "improved": ("Hormone improvement", lambda each: any(row["improved"] for row in each["hormones"])),
    "queried": ("Contradictions in the record", lambda each: bool(each["queries"])),
}  # fmt: skip


@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def group(request: HttpRequest, letter: str, moment: Moment | None) -> HttpResponse:
    """The group's endpoints, plots large, with settings and exclusions."""
    found = selectors.group_or_404(letter)
    panel = at_moment.panel(found.value, moment)
    if panel.result is None and moment is not None:
        return render(request, "analysis/waiting.html", {"moment": moment})
    return render(request, "analysis/group.html", {"panel": panel, "moment": moment})


@access.allows(*access.READS_RESULTS)
@at_moment.at_a_moment
def behind(request: HttpRequest, letter: str, figure: str, moment: Moment | None) -> HttpResponse:
    """The participants in a figure, each with the facts that decide it."""
    found = selectors.group_or_404(letter)
    if figure not in FIGURES:
        raise Http404("There is no such figure.")
    panel = at_moment.panel(found.value, moment)
    if panel.result is None and moment is not None:
        return render(request, "analysis/waiting.html", {"moment": moment})
    title, included = FIGURES[figure]
    rows = [each for each in panel.outcomes if included(each)]
    context = {"panel": panel, "moment": moment, "title": title, "rows": rows, "figure": figure,
               "shows_toxicity": figure in ("toxic", "undetermined")}  # fmt: skip
    return render(request, "analysis/behind.html", context)
