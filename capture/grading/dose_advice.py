"""What the dose rules propose for a participant: read from events, doses and blood pressures; it changes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.urls import reverse

from capture.grading.grades import past_on_record
from trial import protocol
from trial.models import (
    AdverseEvent,
    BloodPressure,
    Cycle,
    Death,
    DosingPeriod,
    OffStudy,
    OffTreatment,
    Participant,
    Visit,
)
from trial.record.rows import read_standing, standing
from trial.rules.dose import proposals
from trial.rules.dose.modification import MONITORING, SURGERY, Action, DoseRule
from trial.rules.dose.proposals import DoseProposal, Event

# What ends treatment.
ENDS = (OffTreatment, Death, OffStudy)
OVER = ("recovered", "sequelae", "fatal")


@dataclass(frozen=True)
class Advice:
    """A proposal beside the entry it is about; taken: what the site says was done, in words."""

    proposal: DoseProposal
    url: str
    taken: str


class DoseRecord:
    """Events, doses and blood pressures of one participant, each read once."""

    def __init__(self, participant: Participant, today: date) -> None:
        self.participant, self.today = participant, today
        read_standing(participant, AdverseEvent, Cycle, DosingPeriod, Visit, BloodPressure, *ENDS)

    @cached_property
    def rows(self) -> dict[int, AdverseEvent]:
        """The standing adverse events by id."""
        return {each.pk: each for each in standing(self.participant, AdverseEvent)}

    @cached_property
    def events(self) -> list[Event]:
        """The same as the rules read them."""
        return [_event(each) for each in self.rows.values()]

    @cached_property
    def _doses(self) -> list[tuple[date, int, str]]:
        begun = {each.pk: each.started_on for each in standing(self.participant, Cycle)}
        return sorted(
            (begun[each.cycle_id] + timedelta(days=each.from_day - 1), each.dose_mg, each.frequency)
            for each in standing(self.participant, DosingPeriod) if each.dose_mg and each.cycle_id in begun
        )  # fmt: skip

    @cached_property
    def _diastolic(self) -> list[tuple[date, int]]:
        return sorted((each.measured_on, each.diastolic) for each in past_on_record(self.participant).pressures)

    def level_on(self, day: date | None) -> int | None:
        """The dose level last taken up to this day; None before treatment, or when the dose is no level."""
        taken = [dose for dose in self._doses if dose[0] <= (day or self.today)]
        return proposals.level_of(taken[-1][1], taken[-1][2]) if taken else None

    def advice(self, chosen: Callable[[AdverseEvent], bool]) -> list[Advice]:
        """The proposals for the events chosen, the strictest first."""
        diastolic = self._diastolic[-1][1] if self._diastolic else None
        found = [
            proposals.for_event(each, self.events, self.level_on(each.began_on), diastolic, self.today)
            for each in self.events if chosen(self.rows[each.key])
        ]  # fmt: skip
        strict = proposals.strictest_first(each for each in found if each is not None)
        return [self._beside(each) for each in strict]

    def _beside(self, proposal: DoseProposal) -> Advice:
        row = self.rows[proposal.event or 0]
        url = reverse("capture:entry", args=[self.participant.reference, "adverse_event", row.pk])
        return Advice(proposal, url, row.get_action_taken_display())


def _event(row: AdverseEvent) -> Event:
    return Event(
        row.pk, row.continues_id or row.pk, row.term, row.grade, row.attribution,
        row.onset_on.earliest() if row.onset_on else None, row.onset_on.latest() if row.onset_on else None,
        row.resolved_on.earliest() if row.resolved_on else None,
    )  # fmt: skip


def of_event(participant: Participant, row: AdverseEvent, today: date) -> list[Advice]:
    """Beside one adverse event."""
    return DoseRecord(participant, today).advice(lambda each: each.pk == row.pk)


def ongoing(participant: Participant, today: date) -> list[Advice]:
    """For what goes on now, while treatment does: everything but “continue”."""
    record = DoseRecord(participant, today)
    if any(standing(participant, model) for model in ENDS):
        return []
    last = {each.continues_id or each.pk: each.pk for each in sorted(record.rows.values(), key=_when)}
    found = record.advice(lambda each: last[each.continues_id or each.pk] == each.pk and _goes_on(each))
    return [each for each in found if each.proposal.action is not Action.CONTINUE]


def of_cycle(participant: Participant, cycle: Cycle | None, today: date) -> list[Advice]:
    """For the events that were there on a day of the cycle; before a cycle is entered, for those that go on."""
    if cycle is None:
        return ongoing(participant, today)
    ends_on = cycle.started_on + timedelta(days=protocol.constant("cycle_days") - 1)
    return DoseRecord(participant, today).advice(lambda each: _was_there(each, cycle.started_on, ends_on))


def of_pressure(participant: Participant, diastolic_mmhg: int | None, day: date, today: date) -> DoseProposal | None:
    """For a measurement by itself, at a visit or between visits."""
    if diastolic_mmhg is None:
        return None
    return proposals.for_pressure(diastolic_mmhg, DoseRecord(participant, today).level_on(day))


def general(cycle_number: int) -> Iterable[DoseRule]:
    """What the rules say whatever happened: monitoring in the first six weeks, and surgery."""
    weekly = (cycle_number - 1) * protocol.constant("cycle_days") < protocol.constant("pressure_weeks") * 7
    return [MONITORING, SURGERY] if weekly else [SURGERY]


def _when(row: AdverseEvent) -> tuple[date, int]:
    return row.onset_on.earliest() if row.onset_on else date.max, row.pk


def _goes_on(row: AdverseEvent) -> bool:
    return row.resolved_on is None and row.outcome not in OVER


def _was_there(row: AdverseEvent, first: date, last: date) -> bool:
    began = row.onset_on is None or row.onset_on.earliest() <= last
    return began and (row.resolved_on is None or row.resolved_on.latest() >= first)
