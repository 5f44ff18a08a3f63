"""The computed response of an assessment that may not be saved yet: the facts on record and the typed assessment.

They go through the very functions and settings that the endpoints use (`trial.rules.evaluation`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from capture.casebook.forms.assessment import Reading
from trial.models import Assessment, Participant
from trial.record.in_force import evaluation_of
from trial.rules.evaluation.evaluated import evaluate
from trial.rules.evaluation.facts import AssessmentFact, ReadingFact
from trial.rules.response.recist import AssessmentOutcome, Response

# Sorts after every assessment on record.
TYPED = 2**62


def response_of(
    participant: Participant, assessed_on: date, readings: Sequence[Reading], new_lesions: str, marker: str,
    new_lesion_on: date | None = None, assessment: Assessment | None = None,
) -> AssessmentOutcome | None:  # fmt: skip
    """The outcome of the typed assessment, in place of the saved one that it corrects; None without a baseline."""
    on_record = evaluation_of(participant)
    if on_record is None:
        return None
    typed = AssessmentFact(
        assessment.pk if assessment else TYPED, Assessment.Kind.FOLLOW_UP.value, assessed_on, marker, new_lesions,
        new_lesion_on, "",
        tuple(ReadingFact(each.lesion_id, each.state, each.longest_diameter_mm, each.not_evaluated_reason,
                          each.scanned_on, each.merged_with) for each in readings),
    )  # fmt: skip
    others = (each for each in on_record.facts.assessments if each.id != typed.id)
    facts = replace(on_record.facts, assessments=(*others, typed))
    return evaluate(facts, on_record.settings).outcomes.get(typed.id)


def progression_on(outcome: AssessmentOutcome | None) -> date | None:
    """The day of the progression that an assessment shows; None where it shows none."""
    if outcome is None or outcome.overall != Response.PD:
        return None
    return outcome.progression_on or outcome.assessed_on
