"""A participant as known by a clinical cut-off: only facts dated on or before it. PURE.

Nobody is censored at the cut-off: later facts are left out, and the endpoints end where the remaining facts end.
Readings [ours]: an event without a date stays; a partial date counts by the day that the analysis reads it as, with a
cut-off as without (onsets, medication: its earliest day); what a later contact reports about an earlier day stays, the
contact itself does not; an assessment that straddles the cut-off is read by the scans up to it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation import disease
from trial.rules.evaluation.facts import (
    AdverseEventFact,
    AssessmentFact,
    CycleFact,
    FollowUpFact,
    LesionFact,
    MedicationFact,
    ParticipantFact,
)
from trial.rules.evaluation.response import response_at_each


def cut_off(fact: ParticipantFact, on: date, settings: AnalysisSettings = AnalysisSettings()) -> ParticipantFact | None:
    """The participant with facts dated up to and including `on`; None when registered later."""
    if fact.registered_on > on:
        return None
    fact = disease.with_dates_read(fact, settings)
    died = disease.course_of(fact, response_at_each(fact, settings), settings).death
    off = fact.off_treatment
    return replace(
        fact,
        lesions=tuple(_lesion(lesion, on) for lesion in fact.lesions),
        assessments=tuple(_assessments(fact.assessments, on)),
        cycles=tuple(_cycle(cycle, on) for cycle in fact.cycles if cycle.started_on <= on),
        adverse_events=tuple(_event(event, on) for event in fact.adverse_events if _known(event.onset_on, on)),
        hormones=tuple(sample for sample in fact.hormones if sample.sampled_on <= on),
        medications=tuple(_medication(taken, on) for taken in fact.medications if _known(taken.started_on, on)),
        visited_on=tuple(day for day in fact.visited_on if day <= on),
        laboratory=tuple(each for each in fact.laboratory if each.sampled_on <= on),
        off_treatment=off if off is not None and off.off_on <= on else None,
        follow_ups=tuple(_follow_ups(fact.follow_ups, on)),
        death=fact.death if died is not None and died.on <= on else None,
        withdrawals=tuple(withdrawal for withdrawal in fact.withdrawals if withdrawal.on <= on),
        deviations=tuple(deviation for deviation in fact.deviations if deviation.happened_on <= on),
    )


def _known(partial: PartialDate | None, on: date) -> bool:
    return partial is None or partial.earliest() <= on


def _kept(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def _lesion(lesion: LesionFact, on: date) -> LesionFact:
    return replace(lesion, locally_treated_on=_kept(lesion.locally_treated_on, on))


def _assessments(assessments: Iterable[AssessmentFact], on: date) -> Iterable[AssessmentFact]:
    for assessment in assessments:
        kept = _assessment(assessment, on)
        if kept is not None:
            yield kept


def _assessment(assessment: AssessmentFact, on: date) -> AssessmentFact | None:
    """Without what was scanned or seen later, which is then not evaluated; None when that is everything.

    An assessment dated later counts with the scans made by then, on the last of their days; whole, when every lesion
    was scanned by then.
    """
    done = assessment.assessed_on <= on
    scanned = [(reading.scanned_on or assessment.assessed_on, reading) for reading in assessment.readings]
    readings = tuple(reading for day, reading in scanned if day <= on)
    new_on = assessment.new_lesion_on or assessment.assessed_on
    new_seen = assessment.new_lesions == "yes" and new_on <= on
    if not done and not readings and not new_seen:
        return None
    days = [day for day, _ in scanned if day <= on] + ([new_on] if new_seen else [])
    kept = replace(assessment, assessed_on=assessment.assessed_on if done else max(days), readings=readings)
    new_later = assessment.new_lesions == "yes" and not new_seen
    if len(readings) == len(assessment.readings) and not new_later:
        return kept
    looked_for = new_seen or (bool(readings) and not new_later) or assessment.kind == "baseline"
    return replace(
        kept,
        marker=assessment.marker if done else "not_done",
        new_lesions=assessment.new_lesions if looked_for else "not_evaluated",
        new_lesion_on=assessment.new_lesion_on if new_seen else None,
        investigator_response="",
    )


def _cycle(cycle: CycleFact, on: date) -> CycleFact:
    """Doses up to the cut-off day."""
    last_day = (on - cycle.started_on).days + 1
    return replace(
        cycle,
        periods=tuple(
            (from_day, min(to_day, last_day), dose_mg, frequency)
            for from_day, to_day, dose_mg, frequency in cycle.periods
            if from_day <= last_day
        ),
        reasons=tuple(reason for reason in cycle.reasons if reason[0] <= last_day),
    )


def _event(event: AdverseEventFact, on: date) -> AdverseEventFact:
    """An event that ended later is still open, its outcome not known."""
    if _known(event.resolved_on, on):
        return event
    return replace(event, resolved_on=None, outcome="unknown")


def _medication(medication: MedicationFact, on: date) -> MedicationFact:
    return medication if _known(medication.stopped_on, on) else replace(medication, stopped_on=None)


def _follow_ups(follow_ups: Iterable[FollowUpFact], on: date) -> Iterable[FollowUpFact]:
    for contact in follow_ups:
        kept = _follow_up(contact, on)
        if kept is not None:
            yield kept


def _follow_up(follow_up: FollowUpFact, on: date) -> FollowUpFact | None:
    """A contact after the cut-off keeps only what it reports about days up to it; None when that is nothing."""
    therapy_on = disease.therapy_read_on(follow_up)
    known = replace(
        follow_up,
        progressed_on=_kept(follow_up.progressed_on, on),
        disease_assessed_on=_kept(follow_up.disease_assessed_on, on),
        new_therapy_on=follow_up.new_therapy_on if _kept(therapy_on, on) else None,
        new_therapy_read_as=_kept(follow_up.new_therapy_read_as, on),
    )
    if follow_up.contacted_on <= on:
        return known
    keeps_word = known.progressed_on is not None or known.disease_assessed_on is not None
    if not keeps_word and known.new_therapy_on is None:
        return None
    return replace(known, alive=False, progression=follow_up.progression if keeps_word else "")
