"""Cycles and their dosing periods: checked first, then written in one Change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from capture import checks
from capture.fields import today
from trial import changes
from trial.models import Cycle, DosingPeriod, Participant, Person


@dataclass(frozen=True)
class Period:
    """Days of the cycle on one dose in mg; 0 mg and "held" when nothing was taken."""

    from_day: int
    to_day: int
    dose_mg: int
    frequency: str
    reason: str = ""


AS_PLANNED = (Period(1, 28, 400, "twice_daily"),)


def save_cycle(
    person: Person | None,
    participant: Participant,
    number: int,
    started_on: date,
    periods: Sequence[Period],
    dispensed: int | None = None,
    returned: int | None = None,
    lot: str = "",
    delay_reason: str = "",
    reason: str = "",
) -> Cycle:
    """Enters or corrects cycle `number`; raises checks.Refused, or changes.ReasonMissing for a bare correction."""
    facts = _facts(participant, number, started_on, periods, dispensed, returned)
    checks.refuse_impossible(checks.DOSING_CHECKS, facts)
    earlier = participant.cycles.filter(number=number, struck_out_reason="").first()
    act = "correct" if earlier else "enter"
    with changes.record(person, act, reason, participant=participant, groups=(participant.group,)):
        cycle = earlier or Cycle(participant=participant, number=number)
        cycle.started_on, cycle.tablets_dispensed, cycle.tablets_returned = started_on, dispensed, returned
        cycle.lot, cycle.delay_reason = lot, delay_reason
        cycle.save()
        _write_periods(cycle, periods, reason)
    return cycle


def _facts(
    participant: Participant, number: int, started_on: date, periods: Sequence[Period], dispensed: int | None,
    returned: int | None,
) -> checks.Facts:  # fmt: skip
    others = list(
        participant.cycles.filter(struck_out_reason="").exclude(number=number).values_list("number", "started_on")
    )
    return {
        "started_on": started_on,
        "registered_on": participant.registered_on or date.max,
        "other_cycle_starts": [started for _, started in others],
        "numbered_starts": others,
        "number": number,
        "periods": periods,
        "dispensed": dispensed,
        "returned": returned,
        "today": today(),
    }


def _write_periods(cycle: Cycle, periods: Sequence[Period], reason: str) -> None:
    """Periods that are already on record stay; others are struck out with the reason, new ones are added."""
    wanted = list(periods)
    for row in cycle.periods.filter(struck_out_reason=""):
        same = Period(row.from_day, row.to_day, row.dose_mg, row.frequency, row.reason)
        if same in wanted:
            wanted.remove(same)
        else:
            row.struck_out_reason = reason
            row.save()
    for each in wanted:
        DosingPeriod.objects.create(
            cycle=cycle, from_day=each.from_day, to_day=each.to_day, dose_mg=each.dose_mg, frequency=each.frequency,
            reason=each.reason,
        )  # fmt: skip
