"""One participant's treatment: cycles, dose intensity, reductions, holds, delays, time on treatment. PURE.

A cycle is planned at dose level 0 for 28 days; a delay is a start more than 28 days after the last one [registry].
"""

from decimal import Decimal
from typing import Any

from trial import protocol
from trial.evaluation.record import CycleFact, ParticipantFact
from trial.rules import dosing

FULL_DAILY_MG = Decimal(2 * protocol.constant("full_dose_mg"))


def derive(participant: ParticipantFact) -> dict[str, Any]:
    """Counts and milligrams as plain values; None where there is nothing to compute from."""
    cycles = sorted(participant.cycles, key=lambda each: (each.started_on, each.number))
    daily = [_daily_mg(*period[2:]) for cycle in cycles for period in _in_order(cycle)]
    delays = _delays(cycles)
    first, last = participant.first_dose_on, participant.last_dose_on
    off = participant.off_treatment
    return {
        "cycles": len(cycles),
        **_intensity(cycles),
        "reductions": _reductions(daily),
        "holds": _holds(daily),
        "days_held": sum(_held_days(cycle) for cycle in cycles),
        "delays": delays,
        "first_dose_on": first.isoformat() if first else None,
        "last_dose_on": last.isoformat() if last else None,
        "days_on_treatment": (last - first).days if first and last else None,
        "off_on": off.off_on.isoformat() if off else None,
        "off_reason": off.reason if off else None,
        "off_id": off.id if off else None,
        "bars": [bar for cycle in cycles for bar in _bars(cycle, participant)],
    }


def _in_order(cycle: CycleFact) -> list[tuple[int, int, int, str]]:
    return sorted(cycle.periods)


def _daily_mg(dose_mg: int, frequency: str) -> Decimal:
    return dose_mg * dosing.DOSES_PER_DAY[frequency]


def _intensity(cycles: list[CycleFact]) -> dict[str, str | None]:
    """Planned and taken mg over the cycles started, and taken over planned in percent."""
    doses = [dosing.cycle_dose(cycle.periods) for cycle in cycles]
    planned = sum((each.planned_mg for each in doses), Decimal(0))
    taken = sum((each.taken_mg for each in doses), Decimal(0))
    percent = str(dosing.CycleDose(planned, taken).intensity_percent) if planned else None
    return {"planned_mg": str(planned), "taken_mg": str(taken), "dose_intensity_percent": percent}


def _reductions(daily: list[Decimal]) -> int:
    """How often the daily dose fell below the one before; a hold is no reduction."""
    taken = [each for each in daily if each > 0]
    return sum(1 for before, after in zip(taken, taken[1:], strict=False) if after < before) + int(
        bool(taken) and taken[0] < FULL_DAILY_MG
    )


def _holds(daily: list[Decimal]) -> int:
    """Stretches without doses; a hold that runs on into the next period is one."""
    return sum(1 for place, each in enumerate(daily) if each == 0 and (place == 0 or daily[place - 1] > 0))


def _held_days(cycle: CycleFact) -> int:
    return sum(to_day - from_day + 1 for from_day, to_day, dose_mg, _ in cycle.periods if dose_mg == 0)


def _delays(cycles: list[CycleFact]) -> list[dict[str, int]]:
    """Cycles that started late: their number and by how many days."""
    expected = protocol.constant("cycle_days")
    return [
        {"cycle": after.number, "days": late}
        for before, after in zip(cycles, cycles[1:], strict=False)
        if (late := (after.started_on - before.started_on).days - expected) > 0
    ]


def _bars(cycle: CycleFact, participant: ParticipantFact) -> list[dict[str, Any]]:
    """Periods as days since registration (first and last), with the dose level in words."""
    start = (cycle.started_on - participant.registered_on).days
    return [
        {
            "cycle": cycle.number,
            "from_day": start + from_day - 1,
            "to_day": start + to_day - 1,
            "level": level_of(_daily_mg(dose_mg, frequency)),
        }
        for from_day, to_day, dose_mg, frequency in _in_order(cycle)
    ]


def level_of(daily_mg: Decimal) -> str:
    """full, reduced or held, by the daily dose."""
    if daily_mg == 0:
        return "held"
    return "full" if daily_mg >= FULL_DAILY_MG else "reduced"
