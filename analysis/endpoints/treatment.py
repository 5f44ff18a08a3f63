"""One participant's treatment: cycles, dose intensity, reductions, holds, delays, time on treatment. PURE.

A cycle is planned at dose level 0 for 28 days; a delay is a start more than 28 days after the last one [registry].
"""

from decimal import Decimal
from typing import Any

from analysis.endpoints import dose
from trial.rules.evaluation.facts import CycleFact, ParticipantFact


def derive(participant: ParticipantFact) -> dict[str, Any]:
    """Counts and milligrams as plain values; None where there is nothing to compute from."""
    cycles = sorted(participant.cycles, key=lambda each: (each.started_on, each.number))
    changes = dose.changes(cycles)
    first, last = participant.first_dose_on, participant.last_dose_on
    off = participant.off_treatment
    return {
        "cycles": len(cycles),
        **dose.intensity(cycles),
        "reductions": _how_many(changes, "reduced"),
        "holds": _how_many(changes, "held"),
        "days_held": sum(_held_days(cycle) for cycle in cycles),
        "delays": dose.delays(cycles),
        "changes": changes,
        "first_dose_on": first.isoformat() if first else None,
        "last_dose_on": last.isoformat() if last else None,
        "days_on_treatment": (last - first).days if first and last else None,
        "off_on": off.off_on.isoformat() if off else None,
        "off_reason": off.reason if off else None,
        "off_id": off.id if off else None,
        "bars": [bar for cycle in cycles for bar in _bars(cycle, participant)],
    }


def _how_many(changes: list[dict[str, Any]], kind: str) -> int:
    return sum(1 for each in changes if each["kind"] == kind)


def _held_days(cycle: CycleFact) -> int:
    return sum(to_day - from_day + 1 for from_day, to_day, dose_mg, _ in cycle.periods if dose_mg == 0)


def _bars(cycle: CycleFact, participant: ParticipantFact) -> list[dict[str, Any]]:
    """Periods as days since registration (first and last), with the dose level in words."""
    start = (cycle.started_on - participant.registered_on).days
    return [
        {
            "cycle": cycle.number,
            "from_day": start + from_day - 1,
            "to_day": start + to_day - 1,
            "level": level_of(dose.daily_mg(dose_mg, frequency)),
        }
        for from_day, to_day, dose_mg, frequency in sorted(cycle.periods)
    ]


def level_of(daily_mg: Decimal) -> str:
    """full, reduced or held, by the daily dose."""
    if daily_mg == 0:
        return "held"
    return "full" if daily_mg >= dose.FULL_DAILY_MG else "reduced"
