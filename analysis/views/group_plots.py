"""From a stored result to the plots of the pages: plain values in, drawn geometry out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from django.urls import reverse

from analysis.charts import boundary, flow, hormone, km, ruler, spider, swimmer, toxicity, waterfall
from analysis.charts.axis import Caption, Frame
from analysis.charts.watch import accrual, events, forest, operating
from analysis.endpoints import evidence
from analysis.endpoints.answers import enrollment, monitoring, plot_series
from analysis.endpoints.answers.shapes import EVALUABLE, REGISTERED, TREATED, Curve
from analysis.outcomes.cohort import Cohort
from analysis.statistics import survival
from trial.protocol import MARKERS, analysis_settings
from trial.rules.accrual import many
from trial.rules.response.recist import IN_FORCE

Result = dict[str, Any]
NAMES = dict(MARKERS)
# More lines than this nobody can tell apart; the file of the plot has all of them.
MOST_LINES = 150
OF_EVENTS = "Adverse events by worst grade, any attribution"


def _page(number: str) -> str:
    return reverse("capture:participant", args=[number])


def _who(drawn: int, population: int, words: str) -> str:
    """`n = 40 of 46 evaluable`, or `n = 46 evaluable` where everybody is drawn."""
    return f"n = {drawn} {words}" if drawn == population else f"n = {drawn} of {population} {words}"


def waterfall_of(result: Result, cohort: Cohort | None = None, frame: Frame = waterfall.LARGE) -> waterfall.Waterfall:
    """Best change in the sum, one bar per evaluable participant; with the cohort what it does not say, and who has
    none."""
    notes = {outcome["number"]: plot_series.notes(outcome) for outcome in cohort.evaluable} if cohort else {}
    bars = [
        waterfall.Bar(bar["number"], float(bar["change_percent"]), bar["response"], _page(bar["number"]),
                      notes.get(bar["number"], ()))
        for bar in result["waterfall"]["bars"]
    ]  # fmt: skip
    who = _who(result["waterfall"]["participants"], result["populations"]["evaluable"], EVALUABLE.words)
    without = plot_series.not_drawn(cohort) if cohort else {}
    if without:
        words = ", ".join(f"{count} {category}" for category, count in without.items())
        who += f"; {sum(without.values())} not shown: {words}"
    caption = Caption(f"Best change in the {IN_FORCE.sum_words}", f"group {result['group']}", who)
    return replace(waterfall.waterfall(bars, frame), caption=caption)


def ruler_of(result: Result) -> ruler.Ruler:
    """The confirmed response rate with its interval between the two rates of the group's plan."""
    rate = result["endpoints"]["response_rate"]
    plan = analysis_settings.from_dict(result["settings"], result["group"]).plan
    rates = ruler.Rates(rate["estimate"], rate["lower"], rate["upper"], plan.p0, plan.p1)
    caption = Caption("Confirmed response rate", f"group {result['group']}", f"n = {rate['denominator']}")
    return replace(ruler.ruler(rates), caption=caption)


def curve_of(endpoint: Curve, group: str, answer: Result, frame: Frame = km.LARGE) -> km.KaplanMeierChart:
    """The Kaplan–Meier curve of the answer of a time-to-event endpoint."""
    who = f"n = {answer['denominator']} {endpoint.population.words}, {many(answer['events'], 'event')}"
    drawn = km.kaplan_meier_chart(survival.from_stored(answer["curve"]), frame)
    return replace(drawn, caption=Caption(endpoint.title, f"group {group}", who, endpoint.starts))


def curves_of(named: Sequence[tuple[Curve, Result]], group: str) -> km.KaplanMeierCharts:
    """The curves of several endpoints in one plot."""
    drawn = km.kaplan_meier_charts([(endpoint.short, survival.from_stored(answer["curve"]))
                                    for endpoint, answer in named])  # fmt: skip
    names = " and ".join(endpoint.title.lower() for endpoint, _ in named)
    who = f"n = {max((answer['denominator'] for _, answer in named), default=0)}"
    return replace(drawn, caption=Caption(names.capitalize(), f"group {group}", who, "registration"))


def curves_beside(endpoint: Curve, results: Sequence[Result]) -> km.KaplanMeierCharts:
    """The curve of one endpoint of several groups on the same axes, that of the first with its band."""
    answers = [(str(result["group"]), result["endpoints"][endpoint.code]) for result in results
               if endpoint.code in result["endpoints"]]  # fmt: skip
    drawn = km.kaplan_meier_charts([(f"Group {group}", survival.from_stored(answer["curve"]))
                                    for group, answer in answers], km.OF_GROUPS)  # fmt: skip
    who = f"n = {' and '.join(str(answer['denominator']) for _, answer in answers)} {endpoint.population.words}"
    groups = f"groups {' and '.join(group for group, _ in answers)}"
    return replace(drawn, caption=Caption(endpoint.title, groups, who, endpoint.starts))


def spider_of(cohort: Cohort) -> spider.Spider:
    """Change of the sum over time."""
    lines = [
        spider.Line(
            line["number"], tuple(spider.Point(day, float(change), *more) for day, change, *more in line["points"]),
            line["response"], _page(line["number"]),
        )
        for line in islice(plot_series.spider(cohort), MOST_LINES)
    ]  # fmt: skip
    who = _who(len(lines), len(cohort.evaluable), EVALUABLE.words)
    caption = Caption(f"Change in the {IN_FORCE.sum_words}", f"group {cohort.group}", who, "baseline")
    return replace(spider.spider(lines), caption=caption)


def swimmer_of(cohort: Cohort, order: str = "follow-up") -> swimmer.Swimmer:
    """Treatment, response, progression and death along the time since registration, in an order of `swimmer.ORDERS`."""
    lanes = islice(plot_series.swimmer(cohort), MOST_LINES)
    drawn = swimmer.swimmer([swimmer.Lane(**lane | {"off": evidence.reason_off(lane["off"])},
                                          url=_page(lane["number"])) for lane in lanes], order)  # fmt: skip
    who = _who(len(drawn.lanes), len(cohort.treated), TREATED.words)
    name = "Treatment and course" + (f" by {order}" if order != "follow-up" else "")
    return replace(drawn, caption=Caption(name, f"group {cohort.group}", who, "registration"))


def hormones_of(cohort: Cohort) -> list[hormone.HormonePlot]:
    """One plot per marker, in percent of the baseline level."""
    return [_hormone(cohort, NAMES.get(marker, marker), rows)
            for marker, rows in plot_series.hormone_courses(cohort).items()]  # fmt: skip


def _hormone(cohort: Cohort, name: str, rows: Sequence[Result]) -> hormone.HormonePlot:
    courses = [_course(row) for row in rows[:MOST_LINES]]
    drawn = hormone.hormone_plot(name, courses, cohort.settings.hormone_decrease_percent)
    who = _who(len(drawn.courses), len(rows), "raised at baseline")
    return replace(drawn, caption=Caption(f"{name} in % of baseline", f"group {cohort.group}", who))


def _course(listed: Result) -> hormone.Course:
    levels = tuple(hormone.Level(row["day"], float(row["percent"]), row["normal"] is True) for row in listed["points"]
                   if row["day"] >= 0)  # fmt: skip
    return hormone.Course(listed["number"], levels, listed["improved"], _page(listed["number"]))


def toxicity_of(result: Result, most: int = 20) -> toxicity.Toxicity:
    """Worst grade per participant by term."""
    treated = result["toxicity_terms"]["denominator"]
    caption = Caption(OF_EVENTS, f"group {result['group']}", f"n = {treated} {TREATED.words}")
    return replace(toxicity.toxicity(_terms(result), treated, most), caption=caption)


def butterfly_of(results: Sequence[Result], most: int = 20) -> toxicity.Toxicity:
    """Two groups back to back, each in percent of its own treated participants."""
    sides = [
        toxicity.Side(f"Group {result['group']}", result["toxicity_terms"]["denominator"], _terms(result))
        for result in results
    ]
    groups = " and ".join(str(result["group"]) for result in results)
    treated = " and ".join(str(side.denominator) for side in sides)
    caption = Caption(OF_EVENTS, f"groups {groups}", f"n = {treated} {TREATED.words}")
    return replace(toxicity.butterfly(sides[0], sides[1], most), caption=caption)


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
    caption = Caption("Boundary of the two-stage plan: confirmed responders by participants", f"group {cohort.group}",
                      f"n = {len(numbers)} who hold a place of the plan")  # fmt: skip
    return replace(boundary.boundary(looks, monitoring.path(cohort), answer["line"], numbers), caption=caption)


def operating_of(result: Result) -> operating.Operating | None:
    """The operating characteristics of the plan; None in a data cut older than them."""
    answer = result["endpoints"].get("operating_characteristics")
    if answer is None:
        return None
    curves = [(curve["name"], curve["points"]) for curve in answer["curves"]]
    names = ", ".join(name for name, _ in curves) or "not computed"
    summary = f"Chance of a promising end and of an early stop, {names}."
    caption = Caption("Operating characteristics of the two-stage plan", f"group {result['group']}",
                      f"n = {result['settings']['plan']['participants'][-1]} planned, {EVALUABLE.words}")  # fmt: skip
    return replace(operating.operating(curves, (answer["p0"], answer["p1"]), summary), caption=caption)


def watch_of(result: Result) -> events.Watch | None:
    """Toxicity one treated participant after the other; None in a data cut older than it."""
    answer = result["endpoints"].get("toxicity_boundary")
    if answer is None:
        return None
    caption = Caption("Severe related toxicity by treated participants", f"group {result['group']}",
                      f"n = {answer['denominator']} {TREATED.words}")  # fmt: skip
    drawn = events.watch(answer["path"], answer["bounds"], answer["treated"], answer["words"])
    return replace(drawn, caption=caption)


def forest_of(result: Result) -> forest.Forest | None:
    """The response rate in subgroups; None in a data cut older than them."""
    answer = result["endpoints"].get("subgroups")
    if answer is None:
        return None
    rates = [
        forest.Rate(row["label"], row["numerator"], row["denominator"], row["estimate"], row["lower"], row["upper"],
                    reverse("analysis:behind", args=[result["group"], f"row-subgroups:{row['label']}"]))
        for row in answer["rows"]
    ]  # fmt: skip
    caption = Caption("Confirmed response in subgroups (exploratory)", f"group {result['group']}",
                      f"n = {answer['denominator']} {EVALUABLE.words}")  # fmt: skip
    return replace(forest.forest(rates, "Exploratory: rates with exact intervals."), caption=caption)


def accrual_of(result: Result) -> accrual.Accrual:
    """Registrations by month against the plan, with the projection where there is one."""
    answer = result["endpoints"]["accrual"]
    days = answer.get("projection")
    projected = accrual.Projected(**{name: date.fromisoformat(day) for name, day in days.items()}) if days else None
    caption = Caption("Accrual", f"group {result['group']}", f"n = {answer['registered']} {REGISTERED.words}")
    words = f"{answer['registered']} registered of {answer['plan']} planned."
    months = [(month, count) for month, count in answer["months"]]
    return replace(accrual.accrual(months, answer["plan"], projected, words), caption=caption)


def flow_of(result: Result) -> flow.Flow | None:
    """The flow of participants; None in a data cut older than it."""
    answer = result["endpoints"].get("flow")
    if answer is None:
        return None
    behind = {row["label"]: reverse("analysis:behind", args=[result["group"], f"row-flow:{row['label']}"])
              for row in answer["rows"]}  # fmt: skip
    parts = [flow.Part(row["label"], len(row["participants"]), behind[row["label"]],
                       enrollment.leaves(row), enrollment.is_within(row)) for row in answer["rows"]]  # fmt: skip
    words = ", ".join(f"{part.count} {part.words}" for part in parts if not part.leaves and not part.within)
    caption = Caption("Participant flow", f"group {result['group']}", f"n = {answer['denominator']} {REGISTERED.words}")
    return replace(flow.flow(parts, f"{words}."), caption=caption)


def accrual_sites_of(result: Result) -> accrual.BySite | None:
    """Registrations by month of each site; None where the version of the result did not tell them apart."""
    sites = result["endpoints"].get("accrual", {}).get("sites")
    if sites is None:
        return None
    caption = Caption("Accrual by site", f"group {result['group']}",
                      f"n = {result['endpoints']['accrual']['registered']} {REGISTERED.words}")  # fmt: skip
    words = ", ".join(f"{site} {sum(count for _, count in months)}" for site, months in sites)
    found = [(site, [(month, count) for month, count in months]) for site, months in sites]
    return replace(accrual.by_site(found, f"Registered by site: {words or 'nobody'}."), caption=caption)
