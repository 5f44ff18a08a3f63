"""One participant's outcome, composed: response, times to event, toxicity, hormones, treatment, queries.

PURE. Everything is returned as plain values (text, whole numbers, lists) so that it can be stored, compared and shown.
"""

from datetime import date
from typing import Any

from analysis.outcomes import characteristics, hormones, queries, times, toxicity, treatment
from analysis.outcomes.safety import death, laboratory
from trial.protocol import AnalysisSettings
from trial.rules.evaluation import accrual_stage, populations, response
from trial.rules.evaluation.disease import Course, course_of, radiological_progression
from trial.rules.evaluation.facts import DatedFact, ParticipantFact


def derive(participant: ParticipantFact, settings: AnalysisSettings) -> dict[str, Any]:
    """The outcome of one registered participant; raises nothing for incomplete data: what is unknown is named."""
    assessed = response.response_at_each(participant, settings)
    course = course_of(participant, assessed, settings)
    responded = _response(participant, assessed, course, settings)
    toxic = toxicity.derive(participant, settings)
    reported = radiological_progression(participant)
    return {
        **_identity(participant),
        **responded,
        "stage": dict(vars(accrual_stage.standing_of(participant, course, responded["confirmed"]))),
        **_times(course, responded["confirmed"], settings),
        "treatment": treatment.derive(participant),
        "characteristics": characteristics.derive(participant),
        "death": death.derive(participant, course, settings),
        "toxicity": toxic,
        "laboratory": laboratory.derive(participant, settings),
        "hormones": hormones.derive(participant, course, settings),
        "deviations": [{"id": each.id, "kind": each.kind, "on": each.happened_on.isoformat()}
                       for each in participant.deviations],
        "flags": list(course.flags),
        "queries": [] if populations.is_in_error(participant) else [
            *queries.of_assessments(assessed, _opinions(participant), reported.on if reported else None),
            *queries.of_missing_readings(participant),
            *queries.of_doses(participant, assessed, course, settings),
            *queries.of_follow_up(participant, course),
            *toxicity.queries_of(toxic),
            *toxicity.beyond_last_dose(participant, settings),
        ],
    }


def _identity(participant: ParticipantFact) -> dict[str, Any]:
    exclusion = populations.why_not_evaluable(participant)
    ineligible = populations.why_not_eligible(participant)
    contacts = sorted(participant.follow_ups, key=lambda contact: (contact.contacted_on, contact.id))
    return {
        "number": participant.number,
        "group": participant.group,
        "site": participant.site,
        "registered_on": participant.registered_on.isoformat(),
        "evaluable": exclusion == "",
        "exclusion": exclusion,
        "eligible": ineligible == "",
        "ineligible_because": ineligible,
        "in_error": populations.is_in_error(participant),
        "evaluable_but_for_eligibility": populations.only_eligibility_missing(participant),
        "treated": participant.treated,
        "alive_at_last_contact": contacts[-1].alive if contacts else None,
    }


def _opinions(participant: ParticipantFact) -> dict[int, str]:
    return {assessment.id: assessment.investigator_response for assessment in participant.assessments}


def _response(
    participant: ParticipantFact, assessed: response.Assessed, course: Course, settings: AnalysisSettings
) -> dict[str, Any]:
    responses = accrual_stage.responses_of(participant, assessed)
    reported = radiological_progression(participant)
    therapy_on = course.new_therapy.on if course.new_therapy else None
    died_on = course.death.on if course.death else None
    opinions = _opinions(participant)
    baseline = response.baseline_of(participant)
    rule = response.confirmation_settings(settings)
    strict = response.confirmation_settings(settings, response_after_complete_counts=False)
    limits = response.limits_of(participant, settings, therapy_on, died_on)
    window = assessed, therapy_on, reported.on if reported else None, limits.until
    return {
        "baseline_on": baseline.assessed_on.isoformat() if baseline else None,
        "assessments": [response.assessment_out(scan, opinions.get(scan.assessment_id, "")) for scan in assessed],
        "confirmed": accrual_stage.confirmed_of(participant, assessed, course, settings),
        "confirmed_strictly": response.confirmed(responses, strict, therapy_on, limits.until) is not None,
        "confirmed_any_time": response.confirmed(responses, rule, therapy_on, None),
        "best": response.best(participant, responses, settings, limits),
        "best_unconfirmed": response.best_unconfirmed(participant, responses, limits),
        "best_change_percent": response.best_change(*window),
        "best_change_assessments": len(response.best_change_among(*window)),
    }


def _times(course: Course, confirmed: dict[str, Any] | None, settings: AnalysisSettings) -> dict[str, Any]:
    began_on = date.fromisoformat(confirmed["began_on"]) if confirmed else None
    return {
        **times.all_times(course, began_on, settings),
        "variants": {
            "new_therapy": times.censored_at_new_therapy(course, began_on, settings),
            "missed_assessments": times.censored_after_missed_assessments(course, began_on, settings),
        },
        "dates": {
            "progression": _day(course.progression),
            "death": _day(course.death),
            "new_therapy": _day(course.new_therapy),
            "last_known_alive": _day(course.last_known_alive),
        },
    }


def _day(fact: DatedFact | None) -> str | None:
    return None if fact is None else fact.on.isoformat()
