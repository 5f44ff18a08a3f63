"""What can be wrong with a cycle and its dosing periods."""

from datetime import date, timedelta

from capture.checking import Facts
from capture.conditions import entries
from trial import protocol


def overlaps(facts: Facts) -> bool:
    """Another cycle starts less than 28 days before or after."""
    length = timedelta(days=protocol.constant("cycle_days"))
    started: date = facts["started_on"]
    return any(abs(started - other) < length for other in facts["other_cycle_starts"])


def periods_disagree(facts: Facts) -> bool:
    """Two periods hold the same day, or one ends before it begins."""
    last = 0
    for period in sorted(facts["periods"], key=lambda each: each.from_day):
        if period.from_day <= last or period.to_day < period.from_day:
            return True
        last = period.to_day
    return False


def outside_the_cycle(facts: Facts) -> bool:
    """A period reaches beyond days 1 to 28."""
    return any(each.from_day < 1 or each.to_day > protocol.constant("cycle_days") for each in facts["periods"])


def no_reason(facts: Facts) -> bool:
    """Less than the full dose without a reason."""
    full = protocol.constant("full_dose_mg")
    return any(
        (each.dose_mg != full or each.frequency != "twice_daily") and not each.reason.strip()
        for each in facts["periods"]
    )


def out_of_order(facts: Facts) -> bool:
    """A cycle of a lower number starts later, or one of a higher number earlier."""
    return any(
        (number < facts["number"]) != (started < facts["started_on"]) for number, started in facts["numbered_starts"]
    )


def days_left_open(facts: Facts) -> bool:
    """The periods leave days of a cycle that is over without a word on the dose; treatment or life may end it early."""
    covered = sum(each.to_day - each.from_day + 1 for each in facts["periods"])
    over = facts["started_on"] + timedelta(days=protocol.constant("cycle_days")) <= facts["today"]
    ends = (entries.earliest(facts.get("off_treatment_on")), entries.earliest(facts.get("died_on")))
    expected = [protocol.constant("cycle_days"), *((end - facts["started_on"]).days for end in ends if end)]
    return over and 0 < covered < min(expected)
