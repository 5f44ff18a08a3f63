"""Cycles and their dosing periods: checked first, then written in one Change."""

from collections.abc import Mapping, Sequence
from typing import Any

from capture.casebook import registry, versions
from capture.casebook.forms.treatment import Period
from capture.entry import edit_conflict, moved
from capture.entry.facts import OnRecord, died_on, off_treatment_on, regular_scans_on
from capture.entry.services import acknowledgements
from trial.models import Cycle, DosingPeriod, Participant
from trial.record import changes, site_clock
from trial.record.rows import standing
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

# What a cycle says beside its periods, and what stands where nothing is said.
FIELDS: dict[str, Any] = {
    "started_on": None, "tablets_dispensed": None, "tablets_returned": None, "lot": "", "delay_reason": "",
}  # fmt: skip


def save_cycle(
    save: Save,
    participant: Participant,
    number: int,
    values: Mapping[str, Any],
    periods: Sequence[Period],
) -> Cycle:
    """Enters or corrects cycle `number`; raises Refused, among it SecondLook and EditedMeanwhile.

    values: field → domain value, of `FIELDS`; those left out are empty.
    """
    earlier = next((each for each in standing(participant, Cycle) if each.number == number), None)
    facts = _facts(participant, number, values, periods, earlier)
    by = versions.number_of(participant.site_id, "cycle", save.edition)
    checks = versions.checks_of("cycle", by)
    soft = acknowledgements.settle(participant, "cycle", earlier, checks, facts, save.acknowledged)
    act = "correct" if earlier else "enter"
    before = moved.read(participant) if earlier else None
    with edit_conflict.change_of_entry(save, act, participant, earlier, Cycle, DosingPeriod):
        on_record = standing(participant, Cycle), standing(participant, DosingPeriod)
        cycle = earlier or Cycle(participant=participant, number=number)
        for name, empty in FIELDS.items():
            setattr(cycle, name, values.get(name, empty))
        versions.keep(cycle, "cycle", participant.site_id, by)
        cycle.save()
        _write_periods(cycle, on_record[1], periods, save.reason)
        _end_the_cycle_before(cycle, *on_record)
        soft = moved.asked(before, participant, save.acknowledged, soft)
        acknowledgements.keep(participant, "cycle", cycle.pk, soft, save.acknowledged, earlier is None)
    return cycle


def _facts(
    participant: Participant, number: int, values: Mapping[str, Any], periods: Sequence[Period], earlier: Cycle | None
) -> dict[str, Any]:
    others = [(each.number, each.started_on) for each in standing(participant, Cycle) if each.number != number]
    return {
        "started_on": values["started_on"],
        "other_cycle_starts": [started for _, started in others],
        "numbered_starts": others,
        "number": number,
        "periods": periods,
        "dispensed": values.get("tablets_dispensed"),
        "returned": values.get("tablets_returned"),
        "delay_reason": values.get("delay_reason", ""),
        "today": site_clock.today_at(participant.site),
        "died_on": died_on(participant),
        "off_treatment_on": off_treatment_on(participant),
        "on_record": OnRecord(participant, earlier),
        "regular_scans_on": regular_scans_on(participant, values["started_on"], earlier),
    }


def _write_periods(
    cycle: Cycle, on_record: Sequence[DosingPeriod], periods: Sequence[Period], reason: str
) -> None:
    """Periods that are already on record stay; others are struck out with the reason, new ones are added.

    on_record: the standing periods of the participant.
    """
    wanted = list(periods)
    for row in (each for each in on_record if each.cycle_id == cycle.pk):
        same = Period(row.from_day, row.to_day, row.dose_mg, row.frequency, row.reason)
        if same in wanted:
            wanted.remove(same)
        else:
            row.struck_out_reason = reason
            row.save()
    DosingPeriod.objects.bulk_create(
        DosingPeriod(cycle=cycle, from_day=each.from_day, to_day=each.to_day, dose_mg=each.dose_mg,
                     frequency=each.frequency, reason=each.reason)
        for each in wanted
    )  # fmt: skip


def _end_the_cycle_before(cycle: Cycle, cycles: Sequence[Cycle], periods: Sequence[DosingPeriod]) -> None:
    """A cycle ends at the latest on the day before the next one: its dosing periods are cut there.

    cycles, periods: the standing ones of the participant before the save.
    """
    earlier = [each for each in cycles if each.pk != cycle.pk and each.started_on < cycle.started_on]
    before = max(earlier, key=lambda each: each.started_on, default=None)
    if before is None:
        return
    last_day = (cycle.started_on - before.started_on).days
    kept = [Period(row.from_day, min(row.to_day, last_day), row.dose_mg, row.frequency, row.reason)
            for row in periods if row.cycle_id == before.pk and row.from_day <= last_day]  # fmt: skip
    _write_periods(before, periods, kept, f"Cycle {cycle.number} began on {shown(cycle.started_on)}.")


def strike_out(save: Save, row: Cycle) -> None:
    """Takes a cycle and its dosing periods back with a reason; raises checks.ChecksFailed when later cycles stand."""
    later = row.participant.cycles.standing().filter(number__gt=row.number).exists()
    if later:
        raise registry.ChecksFailed((LATER_CYCLES,))
    participant = row.participant
    before = moved.read(participant)
    with changes.record(save, "strike_out", participant=participant, groups=(participant.group,)):
        for each in [*row.periods.standing(), row]:
            each.struck_out_reason = save.reason
            each.save()
        soft = moved.asked_of_strike_out(before, participant, save.acknowledged)
        acknowledgements.keep(participant, "cycle", row.pk, soft, save.acknowledged)


LATER_CYCLES = registry.Check(
    "DOSE-12", "Later cycles are entered. Strike them out first.", "Courses repeat [registry].", registry.HARD,
    lambda facts: True,
)  # fmt: skip
