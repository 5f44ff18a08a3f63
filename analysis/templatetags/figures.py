"""How numbers are written on pages of results: percentages and months, words where there is no number."""

from typing import Any

from django import template

from trial.partial_date import from_stored

register = template.Library()


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
