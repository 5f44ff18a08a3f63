"""One participant's outcome: response at each assessment, confirmed response, evaluability, progression-free survival.

PURE. Everything is returned as plain values (text, whole numbers, lists) so that it can be stored, compared and shown.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from analysis.endpoints.record import AssessmentFact, LesionFact, ParticipantFact
from analysis.endpoints.settings import AnalysisSettings
from analysis.endpoints.time_to_event import PFS, DatedFact, ImpossibleDates, observe
from trial.partial_date import shown
from trial.rules import best_response, confirmation, recist, sequence

TARGET = "target"
MEASURED = {"measured", "too_small"}


def derive(participant: ParticipantFact, settings: AnalysisSettings) -> dict[str, Any]:
    """The outcome of one registered participant; raises nothing for an incomplete record: what is unknown is said."""
    assessed = response_at_each(participant)
    confirmed = _confirmed(participant, assessed, settings)
    exclusion = why_not_evaluable(participant)
    return {
        "number": participant.number,
        "site": participant.site,
        "registered_on": participant.registered_on.isoformat(),
        "evaluable": exclusion == "",
        "exclusion": exclusion,
        "eligible": not _ineligible(participant),
        "assessments": [_assessment_out(each) for each in assessed],
        "confirmed": None
        if confirmed is None
        else {
            "response": confirmed.response.value,
            "on": confirmed.first.on.isoformat(),
            "confirmed_on": confirmed.confirming.on.isoformat(),
            "because": confirmed.because,
        },
        "best": _best(participant, assessed, settings),
        "best_change_percent": _best_change(assessed),
        "pfs": _progression_free(participant, assessed),
        "queries": list(sequence.illogical(assessed)),
    }


def why_not_evaluable(participant: ParticipantFact) -> str:
    """Empty for an evaluable participant (eligible, consented, at least one dose [our reading]); else the reason."""
    if _ineligible(participant):
        return _ineligible(participant)
    if participant.consented_on is None:
        return "no consent on record"
    return "" if participant.treated else "no dose taken yet"


def _ineligible(participant: ParticipantFact) -> str:
    for kind, words in participant.findings:
        return words or kind
    if participant.unmet_criteria:
        names = ", ".join(participant.unmet_criteria)
        return f"registered under a waiver: {names}" if participant.waived else f"criteria not met: {names}"
    return ""


def response_at_each(participant: ParticipantFact) -> tuple[recist.AssessmentOutcome, ...]:
    """RECIST response at each follow-up in order of date; empty without a baseline."""
    baseline = next((each for each in participant.assessments if each.kind == "baseline"), None)
    if baseline is None:
        return ()
    lesions = {lesion.id: lesion for lesion in participant.lesions}
    follow_ups = [each for each in participant.assessments if each.kind != "baseline"]
    follow_ups.sort(key=lambda each: (each.assessed_on, each.id))
    return recist.assess(_baseline(baseline, lesions), [_follow_up(each, lesions) for each in follow_ups])


def _baseline(assessment: AssessmentFact, lesions: dict[int, LesionFact]) -> recist.Baseline:
    targets = {
        lesions[reading.lesion_id].label: reading.longest_diameter_mm
        for reading in assessment.readings
        if lesions[reading.lesion_id].kind == TARGET and reading.longest_diameter_mm is not None
    }
    non_targets = frozenset(lesion.label for lesion in lesions.values() if lesion.kind != TARGET)
    return recist.Baseline(
        assessment_id=assessment.id,
        assessed_on=assessment.assessed_on,
        targets=targets,
        non_targets=non_targets,
        marker_raised=assessment.marker == "above",
    )


def _follow_up(assessment: AssessmentFact, lesions: dict[int, LesionFact]) -> recist.FollowUp:
    measurements, states, scans = [], {}, {}
    for reading in assessment.readings:
        lesion = lesions[reading.lesion_id]
        scans[lesion.label] = reading.scanned_on or assessment.assessed_on
        if lesion.kind == TARGET:
            measurements.append(_measurement(lesion, reading.state, reading.longest_diameter_mm,
                                             reading.not_evaluated_reason, assessment.assessed_on))  # fmt: skip
        else:
            states[lesion.label] = reading.state
    return recist.FollowUp(
        assessment_id=assessment.id,
        assessed_on=assessment.assessed_on,
        scans=scans,
        measurements=tuple(measurements),
        non_targets=states,
        new_lesions={"yes": recist.NewLesions.YES, "no": recist.NewLesions.NO}.get(
            assessment.new_lesions, recist.NewLesions.NE
        ),
        new_lesion_on=assessment.new_lesion_on,
        marker=assessment.marker,
    )


def _measurement(
    lesion: LesionFact, state: str, millimetres: Decimal | None, reason: str, assessed_on: date
) -> recist.Measurement:
    if lesion.locally_treated_on is not None and lesion.locally_treated_on <= assessed_on:
        return recist.Measurement(lesion.label, None, f"locally treated on {shown(lesion.locally_treated_on)}")
    if state == "absent":
        return recist.Measurement(lesion.label, Decimal(0))
    if state in MEASURED:
        return recist.Measurement(lesion.label, millimetres)
    return recist.Measurement(lesion.label, None, reason or "not evaluated")


def _dated(assessed: tuple[recist.AssessmentOutcome, ...]) -> list[confirmation.DatedResponse]:
    return [confirmation.DatedResponse(each.overall, each.assessed_on) for each in assessed]


def _confirmed(
    participant: ParticipantFact, assessed: tuple[recist.AssessmentOutcome, ...], settings: AnalysisSettings
) -> confirmation.Confirmed | None:
    return confirmation.confirmed_response(
        _dated(assessed), confirmation_settings(settings), new_therapy_on=participant.new_therapy_on
    )


def confirmation_settings(settings: AnalysisSettings) -> confirmation.ConfirmationSettings:
    """The part of the settings that the confirmation rule reads."""
    return confirmation.ConfirmationSettings(
        days=settings.confirmation_days,
        not_evaluated_between=settings.not_evaluated_between,
        stable_between=settings.stable_between,
        response_after_complete_counts=settings.response_after_complete_counts,
    )


def _best_change(assessed: tuple[recist.AssessmentOutcome, ...]) -> str | None:
    changes = [each.change_from_baseline_percent for each in assessed if each.change_from_baseline_percent is not None]
    return None if not changes else f"{min(changes):.1f}"


def _best(
    participant: ParticipantFact, assessed: tuple[recist.AssessmentOutcome, ...], settings: AnalysisSettings
) -> dict[str, str | None]:
    found = best_response.best_overall_response(
        _dated(assessed),
        registered_on=participant.registered_on,
        confirmation_settings=confirmation_settings(settings),
        stable_minimum_days=settings.stable_minimum_days,
        new_therapy_on=participant.new_therapy_on,
        died_on=participant.died_on,
    )
    on = found.on.isoformat() if found.on else None
    return {"category": found.category.value, "because": found.because, "on": on}


def _progression_free(
    participant: ParticipantFact, assessed: tuple[recist.AssessmentOutcome, ...]
) -> dict[str, Any]:
    progression = next((each for each in assessed if each.overall == recist.Response.PD), None)
    evaluated = [each for each in assessed if each.evaluated]
    last = evaluated[-1] if evaluated else None
    facts: dict[str, DatedFact | None] = {
        "registration": DatedFact(participant.registered_on, "registered"),
        "progression": DatedFact(progression.progression_on or progression.assessed_on, progression.because)
        if progression
        else None,
        "death": DatedFact(participant.died_on, "died") if participant.died_on else None,
        "last_assessment": DatedFact(last.assessed_on, "most recent disease assessment") if last else None,
    }
    try:
        seen = observe(PFS, facts)
    except ImpossibleDates as contradiction:
        # Dates that contradict each other give no number; the words take its place until they are corrected.
        return {"days": None, "event": False, "on": None, "because": str(contradiction)}
    return {"days": seen.days, "event": seen.event, "on": seen.end_on.isoformat(), "because": seen.because}


def _assessment_out(each: recist.AssessmentOutcome) -> dict[str, Any]:
    change = each.change_from_baseline_percent
    return {
        "id": each.assessment_id,
        "on": each.assessed_on.isoformat(),
        "target": each.target.value,
        "non_target": each.non_target.value,
        "new_lesions": each.new_lesions.value,
        "overall": each.overall.value,
        "because": each.because,
        "sum_mm": None if each.current_sum is None else str(each.current_sum),
        "nadir_mm": str(each.nadir),
        "baseline_mm": str(each.baseline_sum),
        "change_percent": None if change is None else f"{change:.1f}",
    }
