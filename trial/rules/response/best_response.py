"""Best overall response, each participant in exactly one category (RECIST 1.0 and 1.1). PURE.

non-CR/non-PD, of whoever has no target lesions (RECIST 1.1), counts among SD, whose minimum it has to meet too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from trial.rules.dates.partial_date import shown
from trial.rules.response.confirmation import RESPONSES, ConfirmationSettings, DatedResponse, confirmed_response, usable
from trial.rules.response.recist import Response

NO_PROGRESSION = frozenset({Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD})


class Category(str, Enum):
    """The categories that RECIST 1.0 reports."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    EARLY_DEATH = "early death"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class BestResponse:
    """The category, why, and the date it was first met (None: no date)."""

    category: Category
    because: str
    on: date | None


@dataclass(frozen=True)
class Limits:
    """What best response is looked for within.

    stable_minimum_days: from registration until SD counts. until: the last day of the time frame (None: no end); only
    a confirmation may come later. early_until: the last day on which a death is early, before the first assessment was
    missed (None: any day) [our reading: RECIST 1.0 names the category without a limit].
    """

    registered_on: date
    stable_minimum_days: int = 42
    new_therapy_on: date | None = None
    died_on: date | None = None
    early_until: date | None = None
    until: date | None = None


def best_overall_response(
    outcomes: Sequence[DatedResponse], limits: Limits, rule: ConfirmationSettings = ConfirmationSettings()
) -> BestResponse:
    """Confirmed CR or PR; else SD (CR, PR or SD late enough after registration); else PD; else early death, unknown."""
    confirmed = confirmed_response(outcomes, rule, limits.new_therapy_on, limits.until)
    if confirmed:
        return BestResponse(Category(confirmed.response.value), confirmed.because, confirmed.first.on)
    return _unconfirmed(outcomes, limits)


def best_without_confirmation(outcomes: Sequence[DatedResponse], limits: Limits) -> BestResponse:
    """As if one assessment were enough: the first CR, else the first PR, up to progression and before new therapy."""
    considered = _in_frame(outcomes, limits)
    for wanted in (Response.CR, Response.PR):
        for each in considered:
            if each.response == wanted:
                return BestResponse(Category(wanted.value), f"{wanted.value} on {shown(each.on)}", each.on)
    return _unconfirmed(outcomes, limits)


def _in_frame(outcomes: Sequence[DatedResponse], limits: Limits) -> list[DatedResponse]:
    considered = usable(outcomes, limits.new_therapy_on)
    return [each for each in considered if limits.until is None or each.on <= limits.until]


def _unconfirmed(outcomes: Sequence[DatedResponse], limits: Limits) -> BestResponse:
    """What is left without a response: SD, PD, early death, unknown; who died later was not assessed in time."""
    for each in _in_frame(outcomes, limits):
        if each.response == Response.PD:
            return BestResponse(Category.PD, f"progression on {shown(each.on)}", each.on)
        days = (each.on - limits.registered_on).days
        if each.response in NO_PROGRESSION and days >= limits.stable_minimum_days:
            late = ", not confirmed" if each.response in RESPONSES else ""
            words = f"{each.response.value} on {shown(each.on)}, {days} days after registration{late}"
            return BestResponse(Category.SD, words, each.on)
    died_on, early_until = limits.died_on, limits.early_until
    if died_on is not None and (early_until is None or died_on <= early_until):
        return BestResponse(Category.EARLY_DEATH, f"died on {shown(died_on)} before a response was known", died_on)
    if died_on is not None:
        words = f"died on {shown(died_on)}; no assessment decides it, though the first was due by {shown(early_until)}"
        return BestResponse(Category.UNKNOWN, words, None)
    return BestResponse(Category.UNKNOWN, _undecided(outcomes, limits), None)


def _undecided(outcomes: Sequence[DatedResponse], limits: Limits) -> str:
    if limits.until is None or not any(each.on > limits.until for each in usable(outcomes, limits.new_therapy_on)):
        return "no assessment decides it yet"
    if limits.until == date.min:
        return "no dose was taken, so that no response counts"
    return f"no assessment decides it by {shown(limits.until)}, the end of the time frame"
