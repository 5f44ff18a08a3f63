"""From a stored result to the plots of the pages: plain values in, drawn geometry out."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from analysis.charts import boundary, hormone, km, spider, swimmer, toxicity, waterfall
from analysis.charts.axis import Frame
from analysis.endpoints.answers import monitoring, plot_series
from analysis.outcomes.cohort import Cohort
from analysis.statistics import survival
from trial.protocol import MARKERS

Result = dict[str, Any]
NAMES = dict(MARKERS)
# More lines than this nobody can tell apart; the file of the plot has all of them.
MOST_LINES = 150


def _page(number: str) -> str:
    return reverse("capture:participant", args=[number])


def waterfall_of(result: Result, frame: Frame = waterfall.LARGE) -> waterfall.Waterfall:
    """Best change in the sum, one bar per evaluable participant."""
    bars = [
        waterfall.Bar(bar["number"], float(bar["change_percent"]), bar["response"], _page(bar["number"]))
        for bar in result["waterfall"]["bars"]
    ]
    return waterfall.waterfall(bars, frame)


def curve_of(answer: Result, frame: Frame = km.LARGE) -> km.KaplanMeierChart:
    """The Kaplan–Meier curve of the answer of a time-to-event endpoint."""
    return km.kaplan_meier_chart(survival.from_stored(answer["curve"]), frame)


def spider_of(cohort: Cohort) -> spider.Spider:
    """Change of the sum over time."""
    lines = [
        spider.Line(
            line["number"], tuple((day, float(change)) for day, change in line["points"]), line["response"],
            _page(line["number"]),
        )
        for line in islice(plot_series.spider(cohort), MOST_LINES)
    ]  # fmt: skip
    return spider.spider(lines)


def swimmer_of(cohort: Cohort) -> swimmer.Swimmer:
    """Treatment, response, progression and death along the time since registration."""
    lanes = islice(plot_series.swimmer(cohort), MOST_LINES)
    return swimmer.swimmer([swimmer.Lane(**lane, url=_page(lane["number"])) for lane in lanes])


def hormones_of(cohort: Cohort) -> list[hormone.HormonePlot]:
    """One plot per marker, in percent of the baseline level."""
    return [
        hormone.hormone_plot(NAMES.get(marker, marker), [_course(row) for row in rows[:MOST_LINES]],
                             cohort.settings.hormone_decrease_percent)
        for marker, rows in plot_series.hormone_courses(cohort).items()
    ]


def _course(listed: Result) -> hormone.Course:
    levels = tuple(hormone.Level(row["day"], float(row["percent"]), row["normal"] is True) for row in listed["points"]
                   if row["day"] >= 0)  # fmt: skip
    return hormone.Course(listed["number"], levels, listed["improved"], _page(listed["number"]))


def toxicity_of(result: Result, most: int = 20) -> toxicity.Toxicity:
    """Worst grade per participant by term."""
    return toxicity.toxicity(_terms(result), result["toxicity_terms"]["denominator"], most)


def butterfly_of(results: Sequence[Result], most: int = 20) -> toxicity.Toxicity:
    """Two groups back to back, each in percent of its own treated participants."""
    sides = [
        toxicity.Side(f"Group {result['group']}", result["toxicity_terms"]["denominator"], _terms(result))
        for result in results
    ]
    return toxicity.butterfly(sides[0], sides[1], most)


def _terms(result: Result) -> list[toxicity.TermCount]:
    codes = {row["name"]: row["term"] for row in result["endpoints"]["adverse_events"]["terms"]}
    return [
        toxicity.TermCount(
            row["term"], row["category"], {int(grade): count for grade, count in row["counts"].items() if count},
            row["undetermined"],
            reverse("analysis:behind", args=[result["group"], f"term-{codes[row['term']]}"]),
        )
        for row in result["toxicity_terms"]["terms"]
    ]  # fmt: skip


def boundary_of(result: Result, cohort: Cohort) -> boundary.Boundary | None:
    """The bounds of the two-stage plan and the group's way along them; None in a data cut older than the monitoring."""
    answer = result["endpoints"].get("monitoring")
    if answer is None:
        return None
    looks = [boundary.Look(look["participants"], look["futility"], look["efficacy"]) for look in answer["looks"]]
    numbers = [standing.number for standing in monitoring.counted(cohort)]
    return boundary.boundary(looks, monitoring.path(cohort), answer["line"], numbers)
