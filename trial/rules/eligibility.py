"""Which eligibility criteria are not met, in words. PURE.

A laboratory item is never answered by opinion: it follows from its value. The limits come from the checklist in
`trial.protocol`; AST may reach 5 × the upper limit of normal when the liver holds metastases [registry].
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal

from trial.protocol import ELIGIBILITY, EligibilityItem, constant
from trial.rules.dates.partial_date import PartialDate, ages_on, shown

AST_WITH_LIVER_METASTASES = Decimal(constant("AST_with_liver_metastases"))
# Below it a count of cells, which is asked in /mm³, was most likely typed in 10⁹/L.
MOST_IN_BILLIONS = 1000
HIGHEST_ECOG = constant("highest_ECOG")
# The highest value of a checklist that the record holds: 12 digits, 3 of them decimals.
MOST_HELD = Decimal("999999999.999")


@dataclass(frozen=True)
class Answer:
    """The answer to one item; a laboratory item holds value (in the item's unit) and date instead of an opinion.

    measured, upper_limit: what a value in multiples of the upper limit of normal was made from, in one unit; None where
    the multiple itself was entered.
    """

    met: bool | None = None
    value: Decimal | None = None
    measured_on: date | None = None
    measured: Decimal | None = None
    upper_limit: Decimal | None = None


def times_limit(measured: Decimal, upper_limit: Decimal) -> Decimal:
    """How many times the upper limit of normal, to 3 decimals.

    Rounded up: what is above a limit of the checklist, which has fewer decimals, stays above it.
    """
    return (measured / upper_limit).quantize(Decimal("0.001"), ROUND_CEILING)


def too_many_times(measured: Decimal, upper_limit: Decimal) -> str:
    """Why a multiple cannot be kept, in words; empty when it can be."""
    times = times_limit(measured, upper_limit)
    return f"Value and limit make {times:,f} × the limit. Enter both in one unit." if times > MOST_HELD else ""


def most_allowed(item: EligibilityItem, liver_metastases: bool) -> Decimal | None:
    """The highest value that meets a laboratory item; None without one."""
    if item.code == "ast" and liver_metastases:
        return AST_WITH_LIVER_METASTASES
    return Decimal(item.maximum) if item.maximum else None


def has_liver_metastases(metastatic_sites: str | None) -> bool:
    """Whether the words of the metastatic sites name the liver."""
    return "liver" in (metastatic_sites or "").lower()


def derived(item: EligibilityItem, value: Decimal | None, liver_metastases: bool = False) -> bool | None:
    """Whether a laboratory value meets its item, limits inclusive; None without a value."""
    if value is None:
        return None
    maximum = most_allowed(item, liver_metastases)
    above_minimum = not item.minimum or value >= Decimal(item.minimum)
    return above_minimum and (maximum is None or value <= maximum)


def with_derived(answers: Mapping[str, Answer], liver_metastases: bool) -> dict[str, Answer]:
    """The answers, with each laboratory item answered by its value whatever was claimed."""
    settled = dict(answers)
    for item in ELIGIBILITY:
        if item.is_laboratory and item.code in settled:
            given = settled[item.code]
            settled[item.code] = replace(given, met=derived(item, given.value, liver_metastases))
    return settled


@dataclass(frozen=True)
class Obstacle:
    """What stands against registration at one criterion.

    kind: unanswered, contradicted (the answer says the opposite of an entered fact) or not met; only the last can be
    waived. words: a sentence of its own; at_row: beside the criterion; field: of the checklist form.
    """

    item: str
    kind: str
    words: str
    at_row: str
    field: str


UNANSWERED, CONTRADICTED, NOT_MET = "unanswered", "contradicted", "not_met"


def obstacles(
    answers: Mapping[str, Answer], born_on: PartialDate | None, ecog: int | None, on: date | None
) -> tuple[Obstacle, ...]:
    """One for each criterion that is unanswered, contradicted or not met, in order of the checklist; empty: eligible.

    born_on, ecog: entered facts that can say the opposite of a “yes”; on: the day for the age, None: not judged.
    """
    against = _against(born_on, ecog, on)
    found = (_obstacle(item, answers.get(item.code) or Answer(), against.get(item.code, "")) for item in ELIGIBILITY)
    return tuple(filter(None, found))


def _obstacle(item: EligibilityItem, answer: Answer, against: str) -> Obstacle | None:
    field = f"{'value' if item.is_laboratory else 'met'}_{item.code}"
    if answer.met is None:
        return Obstacle(item.code, UNANSWERED, f"Not answered: {item.words}.", "Not answered", field)
    if answer.measured is not None:
        field = f"measured_{item.code}"  # the multiple follows from it, and its own box is empty
    if item.is_laboratory and answer.measured_on is None:
        words = f"The date of the value is missing: {item.words}."
        return Obstacle(item.code, UNANSWERED, words, "Enter the date of the value.", f"date_{item.code}")
    if not answer.met:
        shortly = _compared(item, answer.value) if answer.value is not None else ""
        words = f"Not met: {item.words}{f' ({shortly})' if shortly else ''}."
        return Obstacle(item.code, NOT_MET, words, f"Not met: {shortly}" if shortly else "Not met", field)
    if against:
        return Obstacle(item.code, CONTRADICTED, f"{against} The answer is “Met”: {item.words}.", against, field)
    return None


def _compared(item: EligibilityItem, value: Decimal) -> str:
    """The value beside the limit that it fails: `95,000 < 100,000/mm³`; AST by the limit that holds without metastases
    or, beyond it, by that with liver metastases."""
    unit = item.unit if item.unit.startswith("/") else f"\N{NO-BREAK SPACE}{item.unit}"
    if item.minimum and value < Decimal(item.minimum):
        words = f"{shown_number(value)} < {shown_number(Decimal(item.minimum))}{unit}"
        cells = f"; {shown_number(value)} × 10⁹/L are {shown_number(value * 1000)}/mm³"
        return words + (cells if item.unit == "/mm³" and value < MOST_IN_BILLIONS else "")
    most = Decimal(item.maximum)
    if item.code == "ast" and value > AST_WITH_LIVER_METASTASES:
        most = AST_WITH_LIVER_METASTASES
    return f"{shown_number(value)} > {shown_number(most)}{unit}"


def shown_number(value: Decimal) -> str:
    """A laboratory value as people read it: thousands apart, no zeros at the end."""
    return f"{value.normalize():,f}"


def counted(answers: Mapping[str, Answer]) -> str:
    """How many criteria are met, not met and not answered: `22 of 23 met · 1 not met`."""
    met = [answers[item.code].met if item.code in answers else None for item in ELIGIBILITY]
    words = [f"{met.count(True)} of {len(met)} met"]
    words += [f"{met.count(each)} {name}" for each, name in ((False, "not met"), (None, "not answered"))
              if met.count(each)]  # fmt: skip
    return " · ".join(words)


def _against(born_on: PartialDate | None, ecog: int | None, on: date | None) -> dict[str, str]:
    """Criterion → entered fact that says it is not met: age below 18 on every reading of the date, ECOG above 2."""
    found = {}
    years = constant("minimum_age_years")
    if born_on is not None and on is not None and ages_on(born_on, on)[1] < years:
        found["adult"] = f"Born {born_on}: younger than {years} years on {shown(on)}."
    if ecog is not None and ecog > HIGHEST_ECOG:
        found["ecog"] = f"ECOG {ecog} is above {HIGHEST_ECOG}."
    return found
