"""Every plot of the group page as a file: the drawing (SVG) and its numbers (CSV).

Adding a plot = its geometry in `charts`, its template, one line in `PLOTS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from analysis import plots
from analysis.charts.download import chart_csv
from analysis.selectors import GroupPanel
from trial.rules.response.recist import IN_FORCE

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Plot:
    """One plot: its name in the address, its title, its template, what it draws, and the rows of its numbers."""

    code: str
    title: str
    template: str
    draw: Callable[[GroupPanel], Any]
    rows: Callable[[GroupPanel], Rows]


def _curve(code: str, title: str) -> Plot:
    return Plot(code, title, "_kaplan_meier", lambda panel: plots.curve_of(panel.answer, code),
                lambda panel: panel.answer["endpoints"][code]["curve"]["steps"])  # fmt: skip


def _spider_rows(panel: GroupPanel) -> Rows:
    return [
        {"participant": each["number"], "response": each["response"], "days_since_baseline": day,
         "change_percent": change}
        for each in panel.listings["spider"]
        for day, change in each["points"]
    ]  # fmt: skip


def _swimmer_rows(panel: GroupPanel) -> Rows:
    lanes = list(panel.listings["swimmer"])
    doses = [
        {"participant": each["number"], "what": f"dose level {level}", "from_day": start, "to_day": end}
        for each in lanes for start, end, level in each["treatment"]
    ]  # fmt: skip
    marks = [
        {"participant": each["number"], "what": kind, "from_day": day, "to_day": day}
        for each in lanes for day, kind in each["marks"]
    ]  # fmt: skip
    return sorted(doses + marks, key=lambda row: (str(row["participant"]), row["from_day"]))


def _toxicity_rows(panel: GroupPanel) -> Rows:
    found = panel.answer["toxicity_terms"]
    return [
        {"term": row["term"], "category": row["category"], "treated": found["denominator"],
         **{f"grade_{grade}": count for grade, count in row["counts"].items()}, "undetermined": row["undetermined"]}
        for row in found["terms"]
    ]  # fmt: skip


def _hormone_rows(panel: GroupPanel) -> Rows:
    return [
        {"marker": marker, "participant": each["number"], "improved": "yes" if each["improved"] else "no",
         "days_since_baseline": row["day"], "percent_of_baseline": row["percent"]}
        for marker, rows in panel.listings["hormone_courses"].items() for each in rows for row in each["points"]
    ]  # fmt: skip


def _waterfall_rows(panel: GroupPanel) -> Rows:
    return [
        {"participant": each["number"], "best_change_percent": each["best_change_percent"],
         "best_response": each["confirmed"]["response"] if each["confirmed"] else each["best"]["category"]}
        for each in panel.outcomes if each["evaluable"] and each["best_change_percent"] is not None
    ]  # fmt: skip


PLOTS: tuple[Plot, ...] = (
    Plot("waterfall", f"Best change in the {IN_FORCE.sum_words}", "_waterfall",
         lambda panel: plots.waterfall_of(panel.answer), _waterfall_rows),
    Plot("spider", "Change in the sum over time", "_spider",
         lambda panel: plots.spider_of(panel.listings["spider"]), _spider_rows),
    Plot("swimmer", "Treatment and course", "_swimmer",
         lambda panel: plots.swimmer_of(panel.listings["swimmer"]), _swimmer_rows),
    _curve("progression_free_survival", "Progression-free survival"),
    _curve("overall_survival", "Overall survival"),
    _curve("time_to_progression", "Time to progression"),
    _curve("duration_of_response", "Duration of response"),
    Plot("toxicity", "Adverse events by worst grade", "_toxicity",
         lambda panel: plots.toxicity_of(panel.answer), _toxicity_rows),
    Plot("hormones", "Hormone levels in percent of baseline", "_hormone",
         lambda panel: panel.hormone_plots, _hormone_rows),
)  # fmt: skip
BY_CODE = {each.code: each for each in PLOTS}


def svg(plot: Plot, panel: GroupPanel) -> str:
    """The drawing on its own: a file that any program opens. Empty when there is nothing to draw.

    Several drawings of one plot (a marker each) stand below each other.
    """
    drawn = plot.draw(panel)
    charts = list(drawn) if isinstance(drawn, (list, tuple)) else [drawn]
    pages = [render_to_string(f"analysis/charts/{plot.template}.html", {"chart": each}) for each in charts]
    return _stacked([page[page.index("<svg") : page.index("</svg>") + 6] for page in pages if "<svg" in page], charts)


def _stacked(drawings: list[str], charts: list[Any]) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'
    if not drawings:
        return ""
    if len(drawings) == 1:
        return head + drawings[0].removeprefix("<svg")
    height, body = 0, ""
    for drawing, chart in zip(drawings, [each for each in charts if not each.is_empty], strict=True):
        body += f'<g transform="translate(0 {height})">{drawing}</g>'
        height += chart.height
    return f'{head} width="{charts[0].width}" height="{height}">{body}</svg>'


def csv(plot: Plot, panel: GroupPanel) -> str:
    """The numbers of the plot, all of them, also where the drawing leaves lines out."""
    return chart_csv(plot.rows(panel))
