"""From a stored result to the plots of the pages: plain values in, drawn geometry out."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from analysis.charts import boundary, hormone, km, spider, swimmer, toxicity, waterfall
from analysis.charts.axis import Frame
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
        waterfall.Bar(each["number"], float(each["change_percent"]), each["response"], _page(each["number"]))
        for each in result["waterfall"]["bars"]
    ]
    return waterfall.waterfall(bars, frame)


def curve_of(answer: Result, frame: Frame = km.LARGE) -> km.KaplanMeierChart:
    """The Kaplan–Meier curve of the answer of a time-to-event endpoint."""
    return km.kaplan_meier_chart(survival.from_stored(answer["curve"]), frame)


def spider_of(listed: Iterable[Result]) -> spider.Spider:
    """Change of the sum over time."""
    lines = [
        spider.Line(
            each["number"], tuple((day, float(change)) for day, change in each["points"]), each["response"],
            _page(each["number"]),
        )
        for each in islice(listed, MOST_LINES)
    ]  # fmt: skip
    return spider.spider(lines)


def swimmer_of(listed: Iterable[Result]) -> swimmer.Swimmer:
    """Treatment, response, progression and death along the time since registration."""
    lanes = [
        swimmer.Lane(
            each["number"], tuple((start, end, level) for start, end, level in each["treatment"]),
            tuple((day, kind) for day, kind in each["marks"]), each["ongoing"], each["last_day"],
            _page(each["number"]),
        )
        for each in islice(listed, MOST_LINES)
    ]  # fmt: skip
    return swimmer.swimmer(lanes)


def hormones_of(courses: dict[str, list[Result]], decrease_percent: int) -> list[hormone.HormonePlot]:
    """One plot per marker, in percent of the baseline level."""
    return [
        hormone.hormone_plot(NAMES.get(marker, marker), [_course(each) for each in rows[:MOST_LINES]], decrease_percent)
        for marker, rows in courses.items()
    ]


def _course(each: Result) -> hormone.Course:
    levels = tuple(hormone.Level(row["day"], float(row["percent"]), row["normal"] is True) for row in each["points"]
                   if row["day"] >= 0)  # fmt: skip
    return hormone.Course(each["number"], levels, each["improved"], _page(each["number"]))


def toxicity_of(result: Result, most: int = 20) -> toxicity.Toxicity:
    """Worst grade per participant by term."""
    return toxicity.toxicity(_terms(result), result["toxicity_terms"]["denominator"], most)


def butterfly_of(results: Sequence[Result], most: int = 20) -> toxicity.Toxicity:
    """Two groups back to back, each in percent of its own treated participants."""
    sides = [
        toxicity.Side(f"Group {each['group']}", each["toxicity_terms"]["denominator"], _terms(each))
        for each in results
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


def boundary_of(result: Result, path: str, numbers: Sequence[str] = ()) -> boundary.Boundary | None:
    """The bounds of the two-stage plan and the group's way along them; None in a data cut older than the monitoring."""
    found = result["endpoints"].get("monitoring")
    if found is None:
        return None
    looks = [boundary.Look(each["participants"], each["futility"], each["efficacy"]) for each in found["looks"]]
    return boundary.boundary(looks, path, found["line"], numbers)
