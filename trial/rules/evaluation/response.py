"""One participant's tumor response: at each assessment, confirmed, and best overall. PURE.

Composes the rules of `trial.rules` (RECIST, confirmation [registry], best response) out of the record.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trial.protocol import AnalysisSettings
from trial.rules.evaluation.facts import AssessmentFact, LesionFact, ParticipantFact
from trial.rules.response import best_response, confirmation, recist
from trial.rules.response.criteria import NODE, Criteria
from trial.rules.response.recist import IN_FORCE

TARGET = "target"
NEW_LESIONS = {"yes": recist.NewLesions.YES, "no": recist.NewLesions.NO}
Assessed = tuple[recist.AssessmentOutcome, ...]
EARLY_DEATHS = {"disease": "malignant disease", "toxicity": "toxicity", "other": "other", "unknown": "cause unknown"}


def response_at_each(
    participant: ParticipantFact, settings: AnalysisSettings = AnalysisSettings(), criteria: Criteria = IN_FORCE
) -> Assessed:
    """RECIST response at each follow-up in order of date; empty without a baseline."""
    baseline = baseline_of(participant)
    if baseline is None:
        return ()
    lesions = {lesion.id: lesion for lesion in participant.lesions}
    follow_ups = [each for each in participant.assessments if each.kind != "baseline"]
    follow_ups.sort(key=lambda each: (each.assessed_on, each.id))
    start = _baseline(participant, baseline, lesions, settings.marker_needed_for_complete)
    seen = [_follow_up(each, lesions) for each in follow_ups]
    return recist.assess(start, seen, criteria, settings.disease_again_progresses)


def lacking(participant: ParticipantFact) -> dict[int, tuple[str, ...]]:
    """Id of a follow-up assessment → labels of the lesions that it has neither a measurement nor a state of."""
    found = {
        each.id: tuple(sorted(
            lesion.label for lesion in participant.lesions
            if lesion.id not in {reading.lesion_id for reading in each.readings}
        ))
        for each in participant.assessments if each.kind != "baseline"
    }  # fmt: skip
    return {assessment: labels for assessment, labels in found.items() if labels}


def baseline_of(participant: ParticipantFact) -> AssessmentFact | None:
    """The baseline assessment; None while there is none."""
    return next((each for each in participant.assessments if each.kind == "baseline"), None)


def targets_at_baseline(participant: ParticipantFact) -> dict[str, Decimal]:
    """Longest diameter at baseline in mm of each target lesion, by its label; empty without a baseline."""
    baseline = baseline_of(participant)
    labels = {lesion.id: lesion.label for lesion in participant.lesions if lesion.kind == TARGET}
    return {
        labels[reading.lesion_id]: reading.longest_diameter_mm
        for reading in (baseline.readings if baseline else ())
        if reading.lesion_id in labels and reading.longest_diameter_mm is not None
    }


def _baseline(
    participant: ParticipantFact, assessment: AssessmentFact, lesions: dict[int, LesionFact], marker_needed: bool
) -> recist.Baseline:
    return recist.Baseline(
        assessment_id=assessment.id,
        assessed_on=assessment.assessed_on,
        targets=targets_at_baseline(participant),
        non_targets=frozenset(lesion.label for lesion in lesions.values() if lesion.kind != TARGET),
        marker_raised=marker_needed and assessment.marker == "above",
        nodes=frozenset(lesion.label for lesion in lesions.values() if lesion.organ == NODE),
    )


def _follow_up(assessment: AssessmentFact, lesions: dict[int, LesionFact]) -> recist.FollowUp:
    measurements, states, scans = [], {}, {}
    for reading in assessment.readings:
        lesion = lesions[reading.lesion_id]
        scans[lesion.label] = reading.scanned_on or assessment.assessed_on
        if lesion.kind == TARGET:
            measurements.append(recist.measurement(
                lesion.label, reading.state, reading.longest_diameter_mm, reading.not_evaluated_reason,
                scans[lesion.label], lesion.locally_treated_on, reading.merged_with,
            ))  # fmt: skip
        else:
            states[lesion.label] = reading.state
    return recist.FollowUp(
        assessment_id=assessment.id,
        assessed_on=assessment.assessed_on,
        scans=scans,
        measurements=tuple(measurements),
        non_targets=states,
        new_lesions=NEW_LESIONS.get(assessment.new_lesions, recist.NewLesions.NE),
        new_lesion_on=assessment.new_lesion_on,
        marker=assessment.marker,
    )


def dated(assessed: Assessed, progressed_on: date | None = None) -> list[confirmation.DatedResponse]:
    """Overall responses in order of date, each at its last scan, ended by the first PD: no other of its day counts.

    progressed_on: of a radiological progression reported at a follow-up, which is a PD too.
    """
    found = [confirmation.DatedResponse(each.overall, each.dated_on) for each in assessed]
    found.sort(key=lambda each: each.on)
    ends = [each.on for each in found if each.response == recist.Response.PD]
    first = min(ends if progressed_on is None else [*ends, progressed_on], default=None)
    if first is None:
        return found
    return [each for each in found if each.on < first] + [confirmation.DatedResponse(recist.Response.PD, first)]


def confirmation_settings(
    settings: AnalysisSettings, response_after_complete_counts: bool | None = None
) -> confirmation.ConfirmationSettings:
    """The part of the settings that the confirmation rule reads; the last choice may be overridden for sensitivity."""
    counts = settings.response_after_complete_counts
    return confirmation.ConfirmationSettings(
        days=settings.confirmation_days,
        not_evaluated_between=settings.not_evaluated_between,
        stable_between=settings.stable_between,
        response_after_complete_counts=counts if response_after_complete_counts is None
        else response_after_complete_counts,
    )  # fmt: skip


def response_until(participant: ParticipantFact, settings: AnalysisSettings) -> date | None:
    """The last day on which a response may be first seen: "Duration of Treatment (Up to 2 years)" [registry].

    Some days after the last dose, and 2 years after registration [our reading]; without a dose no day is early enough.
    None where the setting is off.
    """
    if not settings.response_within_treatment:
        return None
    if participant.last_dose_on is None:
        return date.min
    after_treatment = participant.last_dose_on + timedelta(days=settings.response_days_after_last_dose)
    return min(after_treatment, participant.two_years_on)


def confirmed(
    responses: list[confirmation.DatedResponse],
    rule: confirmation.ConfirmationSettings,
    new_therapy_on: date | None,
    until: date | None,
) -> dict[str, Any] | None:
    """The confirmed response as plain values, with the day on which the response began; None without one."""
    found = confirmation.confirmed_response(responses, rule, new_therapy_on, until)
    if found is None:
        return None
    began_on = confirmation.response_began_on(responses, rule, new_therapy_on, until) or found.first.on
    return {
        "response": found.response.value,
        "on": found.first.on.isoformat(),
        "began_on": began_on.isoformat(),
        "confirmed_on": found.confirming.on.isoformat(),
        "because": found.because,
    }


def best(
    participant: ParticipantFact, responses: list[confirmation.DatedResponse], settings: AnalysisSettings,
    limits: best_response.Limits,
) -> dict[str, str | None]:  # fmt: skip
    """Best overall response with its reason; an early death carries its cause as `subcategory`."""
    rule = confirmation_settings(settings)
    return _best_out(participant, best_response.best_overall_response(responses, limits, rule))


def best_unconfirmed(
    participant: ParticipantFact, responses: list[confirmation.DatedResponse], limits: best_response.Limits
) -> dict[str, str | None]:
    """The same as if one assessment were enough for a response; it stands beside the confirmed one."""
    return _best_out(participant, best_response.best_without_confirmation(responses, limits))


def limits_of(
    participant: ParticipantFact, settings: AnalysisSettings, new_therapy_on: date | None, died_on: date | None
) -> best_response.Limits:
    """What the best response of a participant is looked for within."""
    return best_response.Limits(
        participant.registered_on, settings.stable_minimum_days, new_therapy_on, died_on,
        early_until(participant, settings), response_until(participant, settings),
    )  # fmt: skip


def early_until(participant: ParticipantFact, settings: AnalysisSettings) -> date:
    """The last day on which a death is early: while the first follow-up assessment could still be made."""
    start = participant.first_dose_on or participant.registered_on
    return start + timedelta(days=settings.early_death_days)


def _best_out(participant: ParticipantFact, found: best_response.BestResponse) -> dict[str, str | None]:
    early = found.category == best_response.Category.EARLY_DEATH and participant.death is not None
    return {
        "category": found.category.value,
        "subcategory": EARLY_DEATHS.get(participant.death.cause, "cause unknown")
        if early and participant.death
        else None,
        "because": found.because,
        "on": found.on.isoformat() if found.on else None,
    }


def best_change(
    assessed: Assessed, new_therapy_on: date | None, reported_on: date | None = None, until: date | None = None
) -> str | None:
    """The lowest change of the sum from baseline in percent, one decimal; None without a complete sum.

    Looked for among the assessments of `best_change_among`.
    """
    among = best_change_among(assessed, new_therapy_on, reported_on, until)
    changes = [each.change_from_baseline_percent for each in among if each.change_from_baseline_percent is not None]
    return None if not changes else f"{min(changes):.1f}"


def best_change_among(
    assessed: Assessed, new_therapy_on: date | None, reported_on: date | None = None, until: date | None = None
) -> list[recist.AssessmentOutcome]:
    """The first of the assessments, those that the best change is looked for among.

    They are those where responses are looked for: up to and including the first PD, before new therapy, before a
    radiological progression reported at a follow-up, and within the time frame of responses [our reading]. A PD of
    the very day of either counts, as it does for the best response.
    """
    among: list[recist.AssessmentOutcome] = []
    ends = [day for day in (new_therapy_on, reported_on) if day is not None]
    for each in assessed:
        is_pd = each.overall == recist.Response.PD
        is_later = any(each.dated_on >= day + timedelta(is_pd) for day in ends)
        if is_later or (until is not None and each.dated_on > until):
            break
        among.append(each)
        if is_pd:
            break
    return among


def assessment_out(each: recist.AssessmentOutcome, investigator: str) -> dict[str, Any]:
    """One assessment as plain values; sums in mm as text, None where incomplete."""
    change = each.change_from_baseline_percent
    return {
        "id": each.assessment_id,
        "on": each.dated_on.isoformat(),
        "target": each.target.value,
        "non_target": each.non_target.value,
        "new_lesions": each.new_lesions.value,
        "overall": each.overall.value,
        "investigator": investigator,
        "because": each.because,
        "sum_mm": None if each.current_sum is None else str(each.current_sum),
        "nadir_mm": str(each.nadir),
        "baseline_mm": str(each.baseline_sum),
        "change_percent": None if change is None else f"{change:.1f}",
    }
