"""How numbers are written on pages of results: percentages and months, words where there is no number."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from analysis.endpoints import evidence
from analysis.endpoints.answers import shapes, treatment
from analysis.endpoints.answers.toxicity import counted_in_words
from analysis.endpoints.answers.treatment import ONGOING
from analysis.endpoints.evidence import Evidence
from analysis.endpoints.watch import laboratory_shift
from analysis.views import group_plots
from trial.protocol import ATTRIBUTIONS, code_lists
from trial.rules.dates import site_time

register = template.Library()
LIMITS = ("lower_months", "upper_months")


@register.simple_tag
def behind(panel: Any, part: str, code: str) -> str:
    """The address of the participants behind a number of an endpoint, at the moment that the panel shows."""
    return reverse("analysis:behind", args=[panel.letter, f"{part}-{code}"]) + panel.query


@register.simple_tag
def curves_beside(panel: Any, endpoint: Any) -> Any:
    """The curve of an endpoint beside those of the other groups; None alone, or with more steps than a page lists."""
    drawn = group_plots.curves_beside(endpoint, panel.own_first)
    is_short = all(each.chart.left_out == 0 for each in drawn.curves)
    return drawn if len(drawn.curves) > 1 and is_short else None


@register.simple_tag
def now_in_utc() -> str:
    """The present as `24-NOV-2026 14:30 UTC`."""
    return site_time.in_utc(timezone.now())


# 0.0976 → `9.8%`; None → `not estimable`.
register.filter("percent", shapes.percent)
# `4.0 (1.0 to 12.0)`; `not estimable` without a median.
register.filter("spread", treatment.spread)
# The stored answer → its table, a line for each test at one grade of baseline.
register.filter("shift_lines", laboratory_shift.lines)


@register.simple_tag
def shift_states() -> tuple[str, ...]:
    """The columns of the table of laboratory shifts."""
    return laboratory_shift.STATES


@register.filter
def median_in_months(answer: dict[str, Any]) -> str:
    """The median of a curve: `7.4`, or why it has no number."""
    value = answer["median_months"]
    return answer.get("missing", "not reached") if value is None else f"{value:.1f}"


@register.filter
def median_limits(answer: dict[str, Any]) -> str:
    """The limits of a median in months, in words; a result of an earlier version has the two numbers only."""
    known = [f"{answer[name]:.1f}" if answer[name] is not None else "not estimable" for name in LIMITS]
    return str(answer.get("limits", " to ".join(dict.fromkeys(known))))


@register.filter
def share_of(count: int, among: int) -> str:
    """4 of 50 → `8.0%`."""
    return shapes.percent(count / among if among else None)


@register.filter
def p_value(value: float | None) -> str:
    """0.04567 → `0.046`; 0.00012 → `< 0.001`; None → `not estimable`."""
    if value is None:
        return "not estimable"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@register.filter
def total(counts: dict[str, int]) -> int:
    """The sum of a table of counts."""
    return sum(counts.values())


@register.filter
def in_words(code: str) -> str:
    """`progression_free_survival` → `Progression free survival`."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


@register.filter
def entry_address(fact: Evidence, number: str) -> str:
    """Where the entry behind a fact is opened."""
    if fact.kind == "registration":
        return reverse("capture:correct", args=[number])
    if fact.kind == "assessment":
        return reverse("capture:assessment", args=[number, fact.row_id])
    return reverse("capture:entry", args=[number, fact.kind, fact.row_id])


@register.filter
def marker_name(code: str) -> str:
    """`CGA` → `Chromogranin A`."""
    return evidence.marker_name(code)


@register.filter
def reason_off(code: str) -> str:
    """A reason off treatment in words; who is still treated is on treatment."""
    return "On treatment" if code == ONGOING else evidence.reason_off(code)


@register.filter
def off_figure(code: str) -> str:
    """The name of the figure of those off treatment for this reason."""
    return "off-ongoing" if code == ONGOING else f"off-{code}"


@register.filter
def changed_figure(kind: str, reason: str) -> str:
    """The name of the figure of those whose dose was changed in this way for this reason."""
    return f"changed-{kind}: {reason}"


@register.filter
def cause_of_death(code: str) -> str:
    """`disease` → `Malignant disease`."""
    return dict(code_lists.DEATH_CAUSES).get(code, code)


@register.filter
def attribution(code: int | None) -> str:
    """4 → `Probable`; None → `not known`."""
    return dict(ATTRIBUTIONS).get(code, "not known").partition(" ")[2].capitalize() if code else "not known"


register.filter(counted_in_words)


@register.filter
def minus(value: int, less: int) -> int:
    """The difference of two counts."""
    return value - less
