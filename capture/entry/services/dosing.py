"""Cycles and their dosing periods: checked first, then written in one Change."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from capture.casebook import history, registry, versions
from capture.casebook.forms.treatment import Period  # moved
from capture.entry import edit_conflict
from capture.entry.facts import died_on, off_treatment_on
from capture.entry.services import acknowledgements
from trial.models import Cycle, DosingPeriod, Participant, Person
from trial.record import changes, site_clock


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
    acknowledged: Mapping[str, str] | None = None,
    opened_at: int | None = None,
    edition: int | None = None,
) -> Cycle:
    """Enters or corrects cycle `number`; raises checks.Refused, checks.SecondLook for a soft check without a reason,
    changes.ReasonMissing for a bare correction, or meanwhile.EditedMeanwhile."""
    facts = _facts(participant, number, started_on, periods, dispensed, returned) | {"delay_reason": delay_reason}
    by = versions.number_of(participant.site_id, "cycle", edition)
    soft = registry.settle(versions.checks_of("cycle", by), facts, acknowledged)
    earlier = participant.cycles.filter(number=number, struck_out_reason="").first()
    act = "correct" if earlier else "enter"
    with changes.record(person, act, reason, participant=participant, groups=(participant.group,)):
        if earlier is not None:
            edit_conflict.stop_if_edited(history.rows_of_cycle(earlier), opened_at)
        cycle = earlier or Cycle(participant=participant, number=number)
        cycle.started_on, cycle.tablets_dispensed, cycle.tablets_returned = started_on, dispensed, returned
        cycle.lot, cycle.delay_reason = lot, delay_reason
        versions.keep(cycle, "cycle", participant.site_id, by)
        cycle.save()
        _write_periods(cycle, periods, reason)
        acknowledgements.keep(participant, "cycle", cycle.pk, soft, acknowledged)
    return cycle


def _facts(
    participant: Participant, number: int, started_on: date, periods: Sequence[Period], dispensed: int | None,
    returned: int | None,
) -> dict[str, Any]:  # fmt: skip
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
        "today": site_clock.today_at(participant.site),
        "died_on": died_on(participant),
        "off_treatment_on": off_treatment_on(participant),
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


def strike_out(person: Person | None, row: Cycle, reason: str) -> None:
    """Takes a cycle and its dosing periods back with a reason; raises checks.Refused when later cycles stand."""
    later = row.participant.cycles.filter(struck_out_reason="", number__gt=row.number).exists()
    if later:
        raise registry.Refused((LATER_CYCLES,))
    participant = row.participant
    with changes.record(person, "strike_out", reason, participant=participant, groups=(participant.group,)):
        for each in [*row.periods.filter(struck_out_reason=""), row]:
            each.struck_out_reason = reason
            each.save()
        acknowledgements.keep(participant, "cycle", row.pk, (), None)


LATER_CYCLES = registry.Check(
    "DOSE-12", "Later cycles are entered. Strike them out first.", "Courses repeat [registry].", registry.HARD,
    lambda facts: True,
)  # fmt: skip
