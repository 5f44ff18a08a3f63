"""Every plot of the group page as a file: the drawing (SVG, PDF, PNG) and its numbers (CSV).

Adding a plot = its geometry in `charts`, its template, one line in `PLOTS`; every curve of the registry has one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from analysis.charts import boundary, swimmer
from analysis.charts.axis import WIDTH
from analysis.charts.km import KaplanMeierCharts
from analysis.charts.watch import events
from analysis.endpoints.answers import enrollment, monitoring, plot_series
from analysis.endpoints.answers.best_response import BEST_RESPONSE
from analysis.endpoints.answers.enrollment import ACCRUAL, FLOW
from analysis.endpoints.answers.hormones import HORMONE_IMPROVEMENT
from analysis.endpoints.answers.monitoring import MONITORING
from analysis.endpoints.answers.shapes import Curve, Endpoint
from analysis.endpoints.answers.toxicity import ADVERSE_EVENTS, GRADES
from analysis.endpoints.comparison import NOT_COMPUTED
from analysis.endpoints.registry import CURVES
from analysis.endpoints.watch import participant_data
from analysis.endpoints.watch.design import OPERATING_CHARACTERISTICS
from analysis.endpoints.watch.subgroups import SUBGROUPS
from analysis.endpoints.watch.toxicity_boundary import TOXICITY_BOUNDARY
from analysis.models import GroupResult
from analysis.outcomes.cohort import counted
from analysis.results import board_report
from analysis.results.moments import Moment
from analysis.views import group_plots, panels
from analysis.views.files.csv_text import chart_csv
from analysis.views.files.provenance import BESIDE, Provenance
from analysis.views.panels import GroupPanel
from trial.drawing import pictures
from trial.models import audit
from trial.protocol import GROUPS
from trial.record import access
from trial.refused import Refused
from trial.rules.response.recist import IN_FORCE

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Plot:
    """One plot: its name in the address, its title, its template, what it draws, and the rows of its numbers.

    below: the endpoint whose numbers it belongs to, where that has another name. in_report: whether a board gets it.
    """

    code: str
    title: str
    template: str
    draw: Callable[[GroupPanel], Any]
    rows: Callable[[GroupPanel], Rows]
    below: str = ""
    in_report: bool = True


def _stored(panel: GroupPanel, endpoint: Endpoint) -> dict[str, Any]:
    """The stored answer; Http404 in words in a data cut older than the endpoint."""
    stored = panel.answer["endpoints"].get(endpoint.code)
    if stored is None:
        raise Http404(f"{endpoint.title}: {NOT_COMPUTED}.")
    return dict(stored)


def _curve(endpoint: Curve) -> Plot:
    def answer(panel: GroupPanel) -> dict[str, Any]:
        return _stored(panel, endpoint)

    return Plot(endpoint.code, endpoint.title, "_kaplan_meier",
                lambda panel: group_plots.curve_of(endpoint, panel.letter, answer(panel)),
                lambda panel: answer(panel)["curve"]["steps"])  # fmt: skip


def _curve_beside(endpoint: Curve) -> Plot:
    return Plot(f"{endpoint.code}{BESIDE}", f"{endpoint.title}, groups side by side", "_curves",
                lambda panel: _drawn_beside(endpoint, panel),
                lambda panel: _drawn_beside(endpoint, panel) and _of_each(
                    panel, lambda each: _stored(each, endpoint)["curve"]["steps"]),
                endpoint.code, in_report=False)  # fmt: skip


def _drawn_beside(endpoint: Curve, panel: GroupPanel) -> KaplanMeierCharts:
    """The curves of the groups; Http404 in words where fewer than two are drawn: there is nothing beside another."""
    drawn = group_plots.curves_beside(endpoint, panel.own_first)
    if len(drawn.curves) < 2:
        raise Http404(f"{endpoint.title}: fewer than two groups have a curve.")
    return drawn


def _of_each(panel: GroupPanel, rows: Callable[[GroupPanel], Rows]) -> Rows:
    """The rows of every group at the same moment, each with its group and the results that it is from."""
    return [{"in_group": each.letter, "group_as_of_change": each.change, **row}
            for each in panel.with_others for row in rows(each)]  # fmt: skip


def _boundary_rows(panel: GroupPanel) -> Rows:
    _stored(panel, MONITORING)
    return [
        {"place": place, "participant": standing.number, "outcome": boundary.OUTCOMES[letter]}
        for place, (standing, letter) in enumerate(
            zip(monitoring.counted(panel.drawn), monitoring.path(panel.drawn), strict=True), start=1)
    ]  # fmt: skip


def _operating_rows(panel: GroupPanel) -> Rows:
    return [{"plan": curve["name"], **point} for curve in _stored(panel, OPERATING_CHARACTERISTICS)["curves"]
            for point in curve["points"]]  # fmt: skip


def _forest_rows(panel: GroupPanel) -> Rows:
    names = ("numerator", "denominator", "estimate", "lower", "upper", "method")
    return [{"subgroup": row["label"], **{name: row[name] for name in names}}
            for row in _stored(panel, SUBGROUPS)["rows"]]  # fmt: skip


def _accrual_rows(panel: GroupPanel) -> Rows:
    return [{"month": month, "registered": count} for month, count in _stored(panel, ACCRUAL)["months"]]


def _site_rows(panel: GroupPanel) -> Rows:
    sites = _stored(panel, ACCRUAL).get("sites")
    if sites is None:
        raise Http404(f"Accrual by site: {NOT_COMPUTED}.")
    in_all = {site: accumulate(count for _, count in months) for site, months in sites}
    return [{"site": site, "month": month, "registered": count, "in_all": next(in_all[site])}
            for site, months in sites for month, count in months]  # fmt: skip


def _watch_rows(panel: GroupPanel) -> Rows:
    answer = _stored(panel, TOXICITY_BOUNDARY)
    bounds = answer["bounds"] or [None] * len(answer["path"])
    return [{"place": place, "participant": number, "toxicity": events.OUTCOMES[letter], "stops_at": bound}
            for place, (number, letter, bound) in enumerate(
                zip(answer["treated"], answer["path"], bounds, strict=False), start=1)]  # fmt: skip


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _flow_rows(panel: GroupPanel) -> Rows:
    return [{"row": row["label"], "leaves_the_flow": _yes(enrollment.leaves(row)),
             "participants": len(row["participants"])} for row in _stored(panel, FLOW)["rows"]]  # fmt: skip


def _spider_rows(panel: GroupPanel) -> Rows:
    return [
        {"participant": line["number"], "response": line["response"], "days_since_baseline": day,
         "change_percent": Decimal(change), "response_then": response, "new_lesion": _yes(new_lesion)}
        for line in plot_series.spider(panel.drawn)
        for day, change, response, new_lesion in line["points"]
    ]  # fmt: skip


def _swimmer_rows(panel: GroupPanel) -> Rows:
    lanes = list(plot_series.swimmer(panel.drawn))
    doses = [
        {"participant": lane["number"], "what": f"dose level {level}", "from_day": start, "to_day": end}
        for lane in lanes for start, end, level in lane["treatment"]
    ]  # fmt: skip
    marks = [
        {"participant": lane["number"], "what": kind, "from_day": day, "to_day": day}
        for lane in lanes for day, kind in lane["marks"]
    ]  # fmt: skip
    others = [
        {"participant": lane["number"], "what": what, "from_day": start, "to_day": end}
        for lane in lanes for what, (start, end) in _stretches(lane)
    ]  # fmt: skip
    return sorted(doses + marks + others, key=lambda row: (str(row["participant"]), row["from_day"]))


def _stretches(lane: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The days of a response, and the last day of treatment with why it ended."""
    if lane["response"]:
        yield "in response", lane["response"]
    if lane["off"] and lane["treatment"]:
        last = max(end for _, end, _ in lane["treatment"])
        yield f"off treatment: {lane['off']}", (last, last)


def _toxicity_rows(panel: GroupPanel) -> Rows:
    terms = panel.answer["toxicity_terms"]
    return [
        {"term": row["term"], "category": row["category"], "treated": terms["denominator"],
         **{f"grade_{grade}": row["counts"][str(grade)] for grade in GRADES}, "undetermined": row["undetermined"]}
        for row in terms["terms"]
    ]  # fmt: skip


def _hormone_rows(panel: GroupPanel) -> Rows:
    return [
        {"marker": marker, "participant": course["number"], "improved": _yes(course["improved"]),
         "days_since_baseline": row["day"], "percent_of_baseline": Decimal(row["percent"])}
        for marker, courses in plot_series.hormone_courses(panel.drawn).items()
        for course in courses for row in course["points"]
    ]  # fmt: skip


NOTED = {"new": "new_lesion", "unconfirmed": "response_not_confirmed", "ongoing": "on_treatment"}


def _waterfall_rows(panel: GroupPanel) -> Rows:
    return [
        {"participant": outcome["number"], "best_change_percent": Decimal(outcome["best_change_percent"]),
         "best_response": plot_series.response_of(outcome),
         **{words: _yes(code in plot_series.notes(outcome)) for code, words in NOTED.items()}}
        for outcome in panel.outcomes if outcome["evaluable"] and outcome["best_change_percent"] is not None
    ]  # fmt: skip


PLOTS: tuple[Plot, ...] = (
    Plot(FLOW.code, FLOW.title, "_flow", lambda panel: group_plots.flow_of(panel.answer), _flow_rows),
    Plot("waterfall", f"Best change in the {IN_FORCE.sum_words}", "_waterfall",
         lambda panel: group_plots.waterfall_of(panel.answer, panel.drawn), _waterfall_rows, BEST_RESPONSE.code),
    Plot("spider", "Change in the sum over time", "_spider",
         lambda panel: group_plots.spider_of(panel.drawn), _spider_rows, BEST_RESPONSE.code),
    Plot("swimmer", "Treatment and course", "_swimmer",
         lambda panel: group_plots.swimmer_of(panel.drawn), _swimmer_rows, BEST_RESPONSE.code),
    *(Plot(f"swimmer_by_{order}", f"Treatment and course, by {order}", "_swimmer",
           lambda panel, order=order: group_plots.swimmer_of(panel.drawn, order), _swimmer_rows,  # type: ignore[misc]
           in_report=False) for order in list(swimmer.ORDERS)[1:]),
    *(_curve(endpoint) for endpoint in CURVES),
    *(_curve_beside(endpoint) for endpoint in CURVES),
    Plot("toxicity", group_plots.OF_EVENTS, "_toxicity",
         lambda panel: group_plots.toxicity_of(panel.answer), _toxicity_rows, ADVERSE_EVENTS.code),
    Plot(f"toxicity{BESIDE}", f"{group_plots.OF_EVENTS}, groups back to back", "_toxicity",
         lambda panel: [chart for _, chart in panel.beside], lambda panel: _of_each(panel, _toxicity_rows),
         ADVERSE_EVENTS.code, in_report=False),
    Plot(MONITORING.code, "Boundary of the two-stage plan", "_boundary",
         lambda panel: group_plots.boundary_of(panel.answer, panel.drawn), _boundary_rows),
    Plot(OPERATING_CHARACTERISTICS.code, OPERATING_CHARACTERISTICS.title, "watch/_operating",
         lambda panel: group_plots.operating_of(panel.answer), _operating_rows),
    Plot(TOXICITY_BOUNDARY.code, TOXICITY_BOUNDARY.title, "watch/_watch",
         lambda panel: group_plots.watch_of(panel.answer), _watch_rows),
    Plot(SUBGROUPS.code, SUBGROUPS.title, "watch/_forest",
         lambda panel: group_plots.forest_of(panel.answer), _forest_rows),
    Plot(ACCRUAL.code, ACCRUAL.title, "watch/_accrual",
         lambda panel: group_plots.accrual_of(panel.answer), _accrual_rows),
    Plot("accrual_sites", "Accrual by site", "watch/_accrual_sites",
         lambda panel: group_plots.accrual_sites_of(panel.answer), _site_rows, ACCRUAL.code),
    Plot("hormones", "Hormone levels in percent of baseline", "_hormone",
         lambda panel: panel.hormone_plots, _hormone_rows, HORMONE_IMPROVEMENT.code),
)  # fmt: skip
BY_CODE = {plot.code: plot for plot in PLOTS}


HEADING, FOOT = 40, 34


def svg(plot: Plot, panel: GroupPanel) -> str:
    """The drawing on its own, with its title above and where its numbers come from beneath.

    Several drawings of one plot (a marker each) are drawn below each other, each under its own title. Without anything
    to draw the sentence that says so is the drawing.
    """
    drawn = plot.draw(panel)
    if drawn is None:
        raise Http404(f"{plot.title}: {NOT_COMPUTED}.")
    charts = list(drawn) if isinstance(drawn, (list, tuple)) else [drawn]
    drawings, height = [], 0.0
    for chart in charts:
        page = render_to_string(f"analysis/charts/{plot.template}.html", {"chart": chart, "panel": panel})
        picture = page[page.index("<svg") : page.index("</svg>") + 6] if "<svg" in page else ""
        drawings.append({"at": height, "top": height + HEADING, "caption": chart.caption, "picture": picture,
                         "summary": chart.summary})  # fmt: skip
        height += HEADING + (chart.frame.height if picture else HEADING)
    context = {"drawings": drawings, "width": WIDTH, "height": height + FOOT, "foot": height + 14,
               "title": "; ".join(chart.caption.title for chart in charts) or plot.title,
               "provenance": Provenance(panel, plot.code, plot.title)}  # fmt: skip
    return render_to_string("analysis/charts/_file.html", context)


def of_report(stored: GroupResult, moment: Moment) -> Iterator[board_report.Drawing]:
    """Every plot of a stored result for the report of its data cut, without those that its version did not compute."""
    panel = GroupPanel(stored.group, stored, moment.change, moment)
    for plot in (plot for plot in PLOTS if plot.in_report):
        try:
            drawing = svg(plot, panel)
        except Http404:
            continue
        yield board_report.Drawing(plot.below or plot.code, f"{plot.title}, group {stored.group}", drawing)


def _with_origin(rows: Rows, origin: Provenance) -> Rows:
    """Each row followed by where it comes from; without rows one that has nothing else."""
    return [{**row, **origin.columns} for row in rows or [{}]]


@dataclass(frozen=True)
class Kind:
    """One kind of file: its ending, what a browser takes it for, what is special of its name, and how it is made.

    is_packed: whether the file of all figures has it.
    """

    ending: str
    content: str
    make: Callable[[Plot, GroupPanel, Provenance], str | bytes]
    special: str = ""
    is_packed: bool = True


def _picture(draw: Callable[[str, str, str], bytes]) -> Callable[[Plot, GroupPanel, Provenance], bytes]:
    return lambda plot, panel, origin: draw(svg(plot, panel), f"{plot.title}, group {panel.letter}",
                                            " ".join(origin.lines))  # fmt: skip


def _png(dpi: int) -> Kind:
    return Kind("png", "image/png", _picture(lambda drawing, title, words: pictures.as_png(drawing, dpi, title, words)),
                f"{dpi}-dpi")  # fmt: skip


def _one_column(ending: str, content: str, draw: Callable[[str, str, str], bytes], special: str) -> Kind:
    return Kind(ending, content, _picture(draw), special, is_packed=False)


ONE = pictures.ONE_COLUMN_MM


KINDS = {
    "svg": Kind("svg", "image/svg+xml", lambda plot, panel, origin: svg(plot, panel)),
    "pdf": Kind("pdf", "application/pdf", _picture(pictures.as_pdf)),
    "png300": _png(300),
    "png600": _png(600),
    "tiff600": Kind("tiff", "image/tiff", _picture(
        lambda drawing, title, words: pictures.as_tiff(drawing, 600, title, words)), "600-dpi", is_packed=False),
    "narrow_pdf": _one_column("pdf", "application/pdf",
                              lambda drawing, title, words: pictures.as_pdf(drawing, title, words, ONE), f"{ONE}-mm"),
    "narrow_png600": _one_column("png", "image/png", lambda drawing, title, words: pictures.as_png(
        drawing, 600, title, words, ONE), f"{ONE}-mm-600-dpi"),
    "narrow_tiff600": _one_column("tiff", "image/tiff", lambda drawing, title, words: pictures.as_tiff(
        drawing, 600, title, words, ONE), f"{ONE}-mm-600-dpi"),
    "csv": Kind("csv", "text/csv; charset=utf-8",
                lambda plot, panel, origin: chart_csv(_with_origin(plot.rows(panel), origin))),
}  # fmt: skip


@access.allows(*access.READS_RESULTS, method="GET")
@panels.at_a_moment
def plot_file(request: HttpRequest, letter: str, plot: str, ending: str, moment: Moment | None) -> HttpResponse:
    """A plot as a download: the drawing (svg, pdf, png300, png600, tiff600; narrow_…: one column) or its numbers (csv).

    404 in words for a plot or ending that does not exist, and for a picture that would be too large. 202 with
    Retry-After, and never a page, while the results are not computed yet.
    """
    panel = panels.awaited(panels.group_or_404(letter).code, moment)
    if plot not in BY_CODE or ending not in KINDS:
        raise Http404("There is no such plot.")
    others = [panels.awaited(group.code, moment) for group in GROUPS] if plot.endswith(BESIDE) else []
    if any(each.result is None for each in (panel, *(others if moment else ()))):
        words = f"The results {moment.words if moment else 'of the newest change'} are being calculated. Ask again."
        return HttpResponse(words, status=202, content_type="text/plain; charset=utf-8",
                            headers={"Retry-After": panels.RETRY_AFTER_SECONDS})  # fmt: skip
    panels.opened(request, f"Group {panel.letter}, {plot} as {ending}", panel.moment, audit.Kind.PLOT)
    declared, kind = BY_CODE[plot], KINDS[ending]
    origin = Provenance(panel, declared.code, declared.title)
    try:
        made = kind.make(declared, panel, origin)
    except Refused as refusal:
        raise Http404(str(refusal)) from None
    response = HttpResponse(made, content_type=kind.content)
    response["Content-Disposition"] = f'attachment; filename="{origin.file_name(kind.ending, kind.special)}"'
    return response


@access.allows(*access.READS_RESULTS, method="GET")
@panels.of_group
def participants_file(request: HttpRequest, panel: GroupPanel, what: str) -> HttpResponse:
    """The analysis data of the group as CSV (what: data), or what its columns are (dictionary)."""
    if what not in ("data", "dictionary") or panel.stored is None:
        raise Http404("There is no such file.")
    panels.opened(request, f"Group {panel.letter}, analysis {what} as csv", panel.moment, audit.Kind.RECORD)
    origin = Provenance(panel, f"analysis_{what}", f"Analysis {what}")
    found: Rows = participant_data.dictionary()
    if what == "data":
        found = _with_origin(participant_data.rows(counted(panel.outcomes)), origin)
    response = HttpResponse(chart_csv(found), content_type=KINDS["csv"].content)
    response["Content-Disposition"] = f'attachment; filename="{origin.file_name("csv")}"'
    return response
