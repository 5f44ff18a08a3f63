"""The computed response of an assessment that may not be saved yet: the record so far and what is typed, as facts.

They go through the very functions and settings that the endpoints use (`trial.rules.evaluation.response`).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Prefetch

from capture.casebook.forms.assessment import Reading
from trial.models import Assessment, LesionReading, Participant
from trial.record.in_force import settings_in_force
from trial.rules.evaluation import response
from trial.rules.evaluation.facts import AssessmentFact, LesionFact, ParticipantFact, ReadingFact
from trial.rules.response.recist import AssessmentOutcome

# Sorts after every assessment on record.
TYPED = 2**62


def response_of(
    participant: Participant, assessed_on: date, readings: Sequence[Reading], new_lesions: str, marker: str,
    new_lesion_on: date | None = None, assessment: Assessment | None = None,
) -> AssessmentOutcome | None:  # fmt: skip
    """The outcome of the typed assessment after those saved before it; None without a baseline."""
    standing = LesionReading.objects.standing("lesion")
    rows = participant.assessments.standing().prefetch_related(Prefetch("readings", standing))
    earlier = [
        _saved(row) for row in rows
        if row.kind == Assessment.Kind.BASELINE
        or (row.assessed_on < assessed_on and (assessment is None or row.pk != assessment.pk))
    ]  # fmt: skip
    typed = AssessmentFact(TYPED, Assessment.Kind.FOLLOW_UP.value, assessed_on, marker, new_lesions, new_lesion_on, "",
                           _facts(readings))  # fmt: skip
    lesions = tuple(
        LesionFact(each.pk, each.label, each.kind, each.organ, each.locally_treated_on)
        for each in participant.lesions.standing()
    )
    fact = ParticipantFact(participant.pk, participant.number or "", participant.group, "", assessed_on, None,
                           lesions=lesions, assessments=(*earlier, typed))  # fmt: skip
    found = response.response_at_each(fact, settings_in_force(participant.group))
    return found[-1] if found else None


def _saved(row: Assessment) -> AssessmentFact:
    return AssessmentFact(row.pk, row.kind, row.assessed_on, row.marker, row.new_lesions, row.new_lesion_on, "",
                          _facts(row.readings.all()))  # fmt: skip


def _facts(readings: Iterable[Reading | LesionReading]) -> tuple[ReadingFact, ...]:
    return tuple(
        ReadingFact(each.lesion_id, each.state, each.longest_diameter_mm, each.not_evaluated_reason, each.scanned_on)
        for each in readings
    )
