"""What can be wrong with the other forms: dates against each other, values against their neighbours."""

from datetime import date
from decimal import Decimal
from typing import Any

from capture.checking import Facts
from trial.rules.dates.partial_date import PartialDate
from trial.rules.safety import usual_ranges

When = date | PartialDate | None


def earliest(when: When) -> date | None:
    """The first day that a full or partial date can mean."""
    return when.earliest() if isinstance(when, PartialDate) else when


def latest(when: When) -> date | None:
    """The last day that a full or partial date can mean."""
    return when.latest() if isinstance(when, PartialDate) else when


def surely_before(one: When, other: When) -> bool:
    """Whether `one` lies before `other` however the partial dates are read; False when one is unknown."""
    last, first = latest(one), earliest(other)
    return last is not None and first is not None and last < first


def after_death(field: str) -> Any:
    """The date in `field` surely lies after the death on record."""
    return lambda facts: surely_before(facts["died_on"], facts[field])


def before_registration(field: str) -> Any:
    """The date in `field` surely lies before registration."""
    return lambda facts: surely_before(facts[field], facts["registered_on"])


def before_consent(field: str) -> Any:
    """The date in `field` surely lies before consent."""
    return lambda facts: surely_before(facts[field], facts["consented_on"])


def other_without_words(field: str, words: str) -> Any:
    """“Other” was chosen in `field` and `words` is empty."""
    return lambda facts: facts[field] == "other" and not facts[words].strip()


def implausible_pressure(facts: Facts) -> bool:
    """Systolic outside 60–260 or diastolic outside 30–160 mmHg."""
    systolic, diastolic = facts["systolic_mmhg"], facts["diastolic_mmhg"]
    return (systolic is not None and not 60 <= systolic <= 260) or (
        diastolic is not None and not 30 <= diastolic <= 160
    )


def pressure_reversed(facts: Facts) -> bool:
    """Systolic not above diastolic."""
    systolic, diastolic = facts["systolic_mmhg"], facts["diastolic_mmhg"]
    return None not in (systolic, diastolic) and systolic <= diastolic


def weight_jumped(facts: Facts) -> bool:
    """More than 10 % from the last weight on record."""
    weight, last = facts["weight_kg"], facts["last_weight_kg"]
    return None not in (weight, last) and abs(weight - last) > last / Decimal(10)


def visit_off_its_cycle(facts: Facts) -> bool:
    """More than seven days from the first day of the cycle it belongs to."""
    started = facts["cycle_starts"].get(facts["cycle_number"])
    return started is not None and abs((facts["visited_on"] - started).days) > 7


def _last_of_marker(facts: Facts) -> Any:
    before = [
        each for each in facts["others"] if each.marker == facts["marker"] and each.sampled_on < facts["sampled_on"]
    ]
    return max(before, key=lambda each: each.sampled_on, default=None)


def unit_changed(facts: Facts) -> bool:
    """Another unit than in the last sample of this marker."""
    last = _last_of_marker(facts)
    return last is not None and last.unit != facts["unit"]


def assay_changed(facts: Facts) -> bool:
    """Another assay than in the last sample of this marker."""
    last = _last_of_marker(facts)
    return last is not None and last.assay.strip().lower() != facts["assay"].strip().lower()


def far_above_normal(facts: Facts) -> bool:
    """More than a thousand times the upper limit: most often a wrong unit."""
    value, limit = facts["value"], facts["upper_limit"]
    return None not in (value, limit) and value > limit * 1000


def same_day(field: str) -> Any:
    """Another entry of this form has the same day."""
    return lambda facts: any(getattr(each, field) == facts[field] for each in facts["others"])


def same_sample(facts: Facts) -> bool:
    """Another level of this marker on this day."""
    return any((each.sampled_on, each.marker) == (facts["sampled_on"], facts["marker"]) for each in facts["others"])


def already_there(facts: Facts) -> bool:
    """The form exists once and is on record."""
    return bool(facts["others"])


def limits_reversed(facts: Facts) -> bool:
    """A laboratory's lower limit is not below its upper limit."""
    return any(
        None not in (line["lower_limit"], line["upper_limit"]) and line["lower_limit"] >= line["upper_limit"]
        for line in facts["lines"]
    )


def value_without_unit(facts: Facts) -> bool:
    """A laboratory value without its unit."""
    return any(line["value"] is not None and not line["unit"] for line in facts["lines"])


def laboratory_unit_unusual(facts: Facts) -> bool:
    """A laboratory value, or its upper limit, that its unit makes implausible."""
    return any(
        usual_ranges.laboratory_unusual(line["analyte"], line["unit"], line["value"], line["upper_limit"])
        for line in facts["lines"]
    )


def marker_unit_unusual(facts: Facts) -> bool:
    """A marker in a unit, or with an upper limit, in which no laboratory reports it."""
    return usual_ranges.marker_unusual(facts["marker"], facts["unit"], facts["upper_limit"])


def date_without_event(facts: Facts) -> bool:
    """A date of progression without progression, or of new therapy without new therapy."""
    progressed = facts["progression"] in ("radiological", "clinical")
    therapy = facts["new_therapy"] == "yes"
    return (facts["progressed_on"] is not None and not progressed) or (
        facts["new_therapy_on"] is not None and not therapy
    )
