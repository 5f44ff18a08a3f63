"""One participant's treatment: cycles, dose intensity, reductions, holds, delays, time on treatment. PURE.

A cycle is planned at dose level 0 for 28 days; a delay is a start more than 28 days after the last one [registry].
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trial import protocol
from trial.rules.dose import intensity as dosing
from trial.rules.evaluation.facts import CycleFact, ParticipantFact

FULL_DAILY_MG = Decimal(2 * protocol.constant("full_dose_mg"))
NO_REASON = "no reason on record"


def daily_mg(dose_mg: int, frequency: str) -> Decimal:
    """Milligrams a day on average."""
    return dose_mg * dosing.DOSES_PER_DAY[frequency]


def intensity(cycles: Sequence[CycleFact]) -> dict[str, Any]:
    """planned_mg, taken_mg, dose_intensity_percent (None: nothing planned), days_without_entry; cycles in order."""
    taken = sum((dosing.cycle_dose(cycle.periods).taken_mg for cycle in cycles), Decimal(0))
    unknown = _days_without_entry(cycles)
    planned = FULL_DAILY_MG * (_days_logged(cycles) - unknown)
    percent = str(dosing.CycleDose(planned, taken).intensity_percent) if planned else None
    return {
        "planned_mg": str(planned),
        "taken_mg": str(taken),
        "dose_intensity_percent": percent,
        "days_without_entry": unknown,
    }


def _last_entry(cycle: CycleFact) -> date:
    return cycle.started_on + timedelta(max((to_day for _, to_day, _, _ in cycle.periods), default=0) - 1)


def _days_logged(cycles: Sequence[CycleFact]) -> int:
    if not cycles:
        return 0
    return (max(_last_entry(cycle) for cycle in cycles) - cycles[0].started_on).days + 1


def _days_without_entry(cycles: Sequence[CycleFact]) -> int:
    """Days of a cycle, up to the last entry of the log, that no period covers."""
    last = max((_last_entry(cycle) for cycle in cycles), default=None)
    missing = 0
    for place, cycle in enumerate(cycles):
        ends = [cycle.started_on + timedelta(protocol.constant("cycle_days")), last + timedelta(1) if last else None]
        ends += [cycles[place + 1].started_on] if place + 1 < len(cycles) else []
        days = (min(end for end in ends if end is not None) - cycle.started_on).days
        entered = {day for from_day, to_day, _, _ in cycle.periods for day in range(from_day, to_day + 1)}
        missing += len(set(range(1, days + 1)) - entered)
    return missing


def changes(cycles: Sequence[CycleFact]) -> list[dict[str, Any]]:
    """Holds, reductions and delays in order of time: kind, cycle, first day, reason.

    A hold that runs on into the next period is one. A reduction is a daily dose below the one taken before (or below
    the full dose at the start); resuming the same dose after a hold is none.
    """
    changed, before, taken_before = [], FULL_DAILY_MG, FULL_DAILY_MG
    late = {delay["cycle"] for delay in delays(cycles)}
    for cycle in cycles:
        if cycle.number in late:
            changed.append(_change("delayed", cycle, 1, cycle.delay_reason))
        reasons = dict(cycle.reasons)
        for from_day, _, dose_mg, frequency in sorted(cycle.periods):
            now = daily_mg(dose_mg, frequency)
            if now == 0 and before > 0:
                changed.append(_change("held", cycle, from_day, reasons.get(from_day, "")))
            if 0 < now < taken_before:
                changed.append(_change("reduced", cycle, from_day, reasons.get(from_day, "")))
            before, taken_before = now, now or taken_before
    return changed


def _change(kind: str, cycle: CycleFact, from_day: int, reason: str) -> dict[str, Any]:
    on = cycle.started_on + timedelta(from_day - 1)
    return {"kind": kind, "cycle": cycle.number, "on": on.isoformat(), "reason": reason.strip() or NO_REASON}


def delays(cycles: Sequence[CycleFact]) -> list[dict[str, int]]:
    """Cycles that began more than 28 days after the one before [registry]: their number and by how many days."""
    expected = protocol.constant("cycle_days")
    return [
        {"cycle": after.number, "days": late}
        for before, after in zip(cycles, cycles[1:], strict=False)
        if (late := (after.started_on - before.started_on).days - expected) > 0
    ]


def derive(participant: ParticipantFact) -> dict[str, Any]:
    """Counts and milligrams as plain values; None where there is nothing to compute from."""
    cycles = sorted(participant.cycles, key=lambda cycle: (cycle.started_on, cycle.number))
    dose_changes = changes(cycles)
    first, last = participant.first_dose_on, participant.last_dose_on
    off = participant.off_treatment
    return {
        "cycles": len(cycles),
        **intensity(cycles),
        "reductions": _how_many(dose_changes, "reduced"),
        "holds": _how_many(dose_changes, "held"),
        "days_held": sum(_held_days(cycle) for cycle in cycles),
        "delays": delays(cycles),
        "changes": dose_changes,
        "first_dose_on": first.isoformat() if first else None,
        "last_dose_on": last.isoformat() if last else None,
        "days_on_treatment": (last - first).days if first and last else None,
        "off_on": off.off_on.isoformat() if off else None,
        # Who died is not on treatment, although nobody has recorded its end yet.
        "off_reason": off.reason if off else "death" if participant.death and first else None,
        "off_id": off.id if off else None,
        "bars": [bar for cycle in cycles for bar in _bars(cycle, participant)],
    }


def _how_many(changes: list[dict[str, Any]], kind: str) -> int:
    return sum(1 for change in changes if change["kind"] == kind)


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
            "level": level_of(daily_mg(dose_mg, frequency)),
        }
        for from_day, to_day, dose_mg, frequency in sorted(cycle.periods)
    ]


def level_of(daily_mg: Decimal) -> str:
    """full, reduced or held, by the daily dose."""
    if daily_mg == 0:
        return "held"
    return "full" if daily_mg >= FULL_DAILY_MG else "reduced"
