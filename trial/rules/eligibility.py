"""Which eligibility criteria are not met, in words. PURE.

A laboratory item is never answered by opinion: it follows from its value. The limits come from the checklist in
`trial.protocol`; AST may reach 5 × the upper limit of normal when the liver holds metastases [registry].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trial.protocol import ELIGIBILITY, EligibilityItem, constant
from trial.rules.dates.partial_date import PartialDate, shown

AST_WITH_LIVER_METASTASES = Decimal(constant("AST_with_liver_metastases"))
HIGHEST_ECOG = constant("highest_ECOG")


@dataclass(frozen=True)
class Answer:
    """The answer to one item; a laboratory item holds value (in the item's unit) and date instead of an opinion."""

    met: bool | None = None
    value: Decimal | None = None
    measured_on: date | None = None


def derived(item: EligibilityItem, value: Decimal | None, liver_metastases: bool = False) -> bool | None:
    """Whether a laboratory value meets its item, limits inclusive; None without a value."""
    if value is None:
        return None
    maximum = Decimal(item.maximum) if item.maximum else None
    if item.code == "ast" and liver_metastases:
        maximum = AST_WITH_LIVER_METASTASES
    above_minimum = not item.minimum or value >= Decimal(item.minimum)
    return above_minimum and (maximum is None or value <= maximum)


def with_derived(answers: Mapping[str, Answer], liver_metastases: bool) -> dict[str, Answer]:
    """The answers, with each laboratory item answered by its value whatever was claimed."""
    settled = dict(answers)
    for item in ELIGIBILITY:
        if item.is_laboratory and item.code in settled:
            given = settled[item.code]
            settled[item.code] = Answer(derived(item, given.value, liver_metastases), given.value, given.measured_on)
    return settled


def unmet(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """A sentence for each item that is not met or not answered; empty means eligible by the checklist."""
    return tuple(filter(None, (_unmet_item(item, answers.get(item.code)) for item in ELIGIBILITY)))


def _unmet_item(item: EligibilityItem, answer: Answer | None) -> str:
    if answer is None or answer.met is None:
        return f"Not answered: {item.words}."
    if item.is_laboratory and answer.measured_on is None:
        return f"The date of the value is missing: {item.words}."
    if answer.met:
        return ""
    found = f" (found: {answer.value} {item.unit})" if item.is_laboratory else ""
    return f"Not met: {item.words}{found}."


def contradictions(born_on: PartialDate | None, ecog: int | None, on: date | None) -> tuple[str, ...]:
    """Entered facts that say the opposite of the checklist: age below 18 on every reading of the date, ECOG above 2."""
    found = []
    years = constant("minimum_age_years")
    if born_on is not None and on is not None and _years(born_on.earliest(), on) < years:
        found.append(f"Born {born_on}: younger than {years} years on {shown(on)}.")
    if ecog is not None and ecog > HIGHEST_ECOG:
        found.append(f"ECOG {ecog} is above {HIGHEST_ECOG}.")
    return tuple(found)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
