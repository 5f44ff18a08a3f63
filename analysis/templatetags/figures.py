"""How numbers are written on pages of results: percentages and months, words where there is no number."""

from typing import Any

from django import template
from django.urls import reverse

from analysis.endpoints import evidence
from analysis.endpoints.answers.treatment import ONGOING
from analysis.endpoints.evidence import Evidence
from trial.rules.dates.partial_date import from_stored
from trial.rules.response.recist import IN_FORCE

register = template.Library()


@register.simple_tag
def sum_of_diameters() -> str:
    """What the criteria in force call the sum of the target lesions."""
    return IN_FORCE.sum_words


@register.filter
def percent(value: float | None) -> str:
    """0.0976 → `9.8 %`; None → `not estimable`."""
    return "not estimable" if value is None else f"{value * 100:.1f} %"


@register.filter
def p_value(value: float | None) -> str:
    """0.04567 → `0.046`; 0.00012 → `< 0.001`; None → `not estimable`."""
    if value is None:
        return "not estimable"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


@register.filter
def in_months(value: float | None) -> str:
    """7.42 → `7.4`; None → `not reached`."""
    return "not reached" if value is None else f"{value:.1f}"


@register.filter
def clinical_date(value: Any) -> str:
    """`2006-01-12` → `12-JAN-2006`; empty for None."""
    return str(from_stored(value)) if value else ""


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
def spread(found: dict[str, float | None]) -> str:
    """`4.0 (1.0 to 12.0)`; `not estimable` without a median."""
    if found["median"] is None or found["lowest"] is None or found["highest"] is None:
        return "not estimable"
    return f"{found['median']:.1f} ({found['lowest']:.1f} to {found['highest']:.1f})"


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
def minus(value: int, less: int) -> int:
    """The difference of two counts."""
    return value - less
