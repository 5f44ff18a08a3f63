"""Edit checks: each rule once, with its words and its source; asked by form and service alike.

Hard checks refuse what is impossible. Soft checks ask for a second look and are shown beside the saved entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trial import protocol

Facts = Mapping[str, Any]
HARD, SOFT = "hard", "soft"


@dataclass(frozen=True)
class Check:
    """One rule: its id, what it says when it fails, where it comes from, and the test (True: it fails)."""

    id: str
    words: str
    source: str
    severity: str
    fails: Callable[[Facts], bool]


class Refused(Exception):
    """One or more hard checks failed; `failures` are the checks, the message their words."""

    def __init__(self, failures: tuple[Check, ...]) -> None:
        super().__init__(" ".join(check.words for check in failures))
        self.failures = failures


def _overlaps(facts: Facts) -> bool:
    length = timedelta(days=protocol.constant("cycle_days"))
    started: date = facts["started_on"]
    return any(abs(started - other) < length for other in facts["other_cycle_starts"])


def _periods_disagree(facts: Facts) -> bool:
    last = 0
    for period in sorted(facts["periods"], key=lambda each: each.from_day):
        if period.from_day <= last or period.to_day < period.from_day:
            return True
        last = period.to_day
    return False


def _no_reason(facts: Facts) -> bool:
    full = protocol.constant("full_dose_mg")
    return any(
        (each.dose_mg != full or each.frequency != "twice_daily") and not each.reason.strip()
        for each in facts["periods"]
    )


def _least_mm(method: str) -> int:
    return protocol.constant("measurable_spiral_mm" if method == "spiral_ct" else "measurable_conventional_mm")


def _per_organ(facts: Facts) -> bool:
    organs = [each.organ for each in facts["targets"]]
    return any(organs.count(organ) > protocol.constant("targets_per_organ") for organ in organs)


def _baseline_too_early(facts: Facts) -> bool:
    day_1 = facts["day_1"]
    return day_1 is not None and (day_1 - facts["assessed_on"]).days > protocol.constant("baseline_window_days")


def _jump(facts: Facts) -> bool:
    return any(
        reading.longest_diameter_mm and previous and reading.longest_diameter_mm > previous * 2
        for reading, previous in facts["with_previous"]
    )


DOSING_CHECKS: tuple[Check, ...] = (
    Check("DOSE-01", "The cycle cannot start before registration.", "Registration precedes treatment [registry].", HARD,
          lambda facts: facts["started_on"] < facts["registered_on"]),
    Check("DOSE-02", "The cycle overlaps another cycle: each lasts 28 days.", "Courses of 28 days [registry].", HARD,
          _overlaps),
    Check("DOSE-03", "The start of the cycle lies in the future.", "Only what happened is entered.", HARD,
          lambda facts: facts["started_on"] > facts["today"]),
    Check("DOSE-04", "Dosing periods overlap or run backwards.", "A day has one dose.", HARD, _periods_disagree),
    Check("DOSE-05", "A dosing period lies outside days 1 to 28.", "Courses of 28 days [registry].", HARD,
          lambda facts: any(each.from_day < 1 or each.to_day > 28 for each in facts["periods"])),
    Check("DOSE-06", "Say why the dose was held or reduced.", "Reasons for modifications are reported.", HARD,
          _no_reason),
    Check("DOSE-07", "More tablets were returned than dispensed.", "Drug accountability.", HARD,
          lambda facts: None not in (facts["dispensed"], facts["returned"])
          and facts["returned"] > facts["dispensed"]),
    Check("DOSE-08", "Cycles follow each other in order of number.", "Courses repeat [registry].", HARD,
          lambda facts: any((number < facts["number"]) != (started < facts["started_on"])
                            for number, started in facts["numbered_starts"])),
)  # fmt: skip
BASELINE_CHECKS: tuple[Check, ...] = (
    Check("BASE-01", "The baseline assessment lies after day 1 of treatment.", "Baseline precedes treatment.", HARD,
          lambda facts: facts["day_1"] is not None and facts["assessed_on"] > facts["day_1"]),
    Check("BASE-02", "The baseline assessment is more than 28 days before day 1.", "At most 4 weeks before.", SOFT,
          _baseline_too_early),
    Check("BASE-03", "At most 5 target lesions per organ.", "RECIST 1.0.", HARD, _per_organ),
    Check("BASE-04", "At most 10 target lesions in all.", "RECIST 1.0.", HARD,
          lambda facts: len(facts["targets"]) > protocol.constant("targets_in_all")),
    Check("BASE-05", "A target lesion is too small for its method (20 mm, or 10 mm by spiral CT).", "RECIST 1.0.", HARD,
          lambda facts: any(each.longest_diameter_mm is None or each.longest_diameter_mm < _least_mm(facts["method"])
                            for each in facts["targets"])),
    Check("BASE-06", "At least one target lesion is needed: the trial asks for measurable disease.", "registry", HARD,
          lambda facts: not facts["targets"]),
    Check("SCAN-01", "The date of the assessment lies in the future.", "Only what happened is entered.", HARD,
          lambda facts: facts["assessed_on"] > facts["today"]),
    Check("SCAN-02", "A lesion is smaller than twice the slice thickness.", "RECIST 1.0.", SOFT,
          lambda facts: facts["slice"] is not None
          and any((each.longest_diameter_mm or Decimal(10_000)) < facts["slice"] * 2 for each in facts["targets"])),
)  # fmt: skip
FOLLOW_UP_CHECKS: tuple[Check, ...] = (
    Check("FOLL-01", "A follow-up assessment comes after day 1 of treatment.", "RECIST 1.0.", HARD,
          lambda facts: facts["day_1"] is None or facts["assessed_on"] <= facts["day_1"]),
    Check("FOLL-02", "A lesion does not belong to this participant's baseline.", "Lesions keep their identity.", HARD,
          lambda facts: not facts["lesions_known"]),
    Check("FOLL-03", "Each lesion of the baseline needs a reading, or “not evaluated” with a reason.", "RECIST 1.0.",
          HARD, lambda facts: bool(facts["lesions_left_out"])),
    Check("FOLL-04", "Say why a lesion was not evaluated.", "Missing is never zero.", HARD,
          lambda facts: any(each.state == "not_evaluated" and not each.not_evaluated_reason.strip()
                            for each in facts["readings"])),
    Check("FOLL-05", "A measured lesion needs its longest diameter, more than 0 mm.", "RECIST 1.0.", HARD,
          lambda facts: any(each.state in ("measured", "too_small") and not each.longest_diameter_mm
                            for each in facts["readings"])),
    Check("FOLL-06", "A lesion more than doubled since it was last measured: please check.", "Plausibility.", SOFT,
          _jump),
    Check("FOLL-07", "Another assessment is on record for this day.", "One assessment per day.", HARD,
          lambda facts: facts["assessed_on"] in facts["other_dates"]),
    Check("FOLL-08", "The scan of a lesion lies in the future.", "Only what happened is entered.", HARD,
          lambda facts: any(each.scanned_on and each.scanned_on > facts["today"] for each in facts["readings"])),
    Check("SCAN-01", "The date of the assessment lies in the future.", "Only what happened is entered.", HARD,
          lambda facts: facts["assessed_on"] > facts["today"]),
)  # fmt: skip
CHECKS = {"dosing": DOSING_CHECKS, "baseline": BASELINE_CHECKS, "follow_up": FOLLOW_UP_CHECKS}


def failing(checks: tuple[Check, ...], facts: Facts) -> tuple[Check, ...]:
    """The checks that fail on these facts, in order of declaration."""
    return tuple(check for check in checks if check.fails(facts))


def refuse_impossible(checks: tuple[Check, ...], facts: Facts) -> tuple[Check, ...]:
    """Raises Refused if a hard check fails; returns the soft ones that do."""
    found = failing(checks, facts)
    hard = tuple(check for check in found if check.severity == HARD)
    if hard:
        raise Refused(hard)
    return found


