"""The computed response of an assessment that may not be saved yet: saved rows and typed values through the rules."""

from collections.abc import Sequence
from datetime import date

from capture.services.readings import Reading
from trial.models import Assessment, Participant
from trial.rules import measurability, recist
from trial.rules.criteria import NODE


def response_of(
    participant: Participant, assessed_on: date, readings: Sequence[Reading], new_lesions: str, marker: str,
    new_lesion_on: date | None = None, assessment: Assessment | None = None,
) -> recist.AssessmentOutcome | None:  # fmt: skip
    """The outcome of the typed assessment after those saved before it; None without a baseline."""
    rows = participant.assessments.filter(struck_out_reason="").prefetch_related("readings__lesion")
    baseline = next((row for row in rows if row.kind == Assessment.Kind.BASELINE), None)
    if baseline is None:
        return None
    earlier = [
        row for row in rows
        if row.kind == Assessment.Kind.FOLLOW_UP and row.assessed_on < assessed_on
        and (assessment is None or row.pk != assessment.pk)
    ]  # fmt: skip
    labels = {lesion.pk: lesion for lesion in participant.lesions.filter(struck_out_reason="")}
    typed = _follow_up(0, assessed_on, readings, labels, new_lesions, new_lesion_on, marker)
    follow_ups = [_saved(row, labels) for row in earlier] + [typed]
    targets = {
        each.lesion.label: each.longest_diameter_mm
        for each in baseline.readings.all()
        if each.longest_diameter_mm is not None and each.lesion.kind == "target"
    }
    others = frozenset(lesion.label for lesion in labels.values() if lesion.kind != "target")
    nodes = frozenset(lesion.label for lesion in labels.values() if lesion.organ == NODE)
    first = recist.Baseline(baseline.pk, baseline.assessed_on, targets, others, baseline.marker == "above", nodes)
    return recist.assess(first, follow_ups)[-1]


def _saved(row: Assessment, labels: dict) -> recist.FollowUp:  # type: ignore[type-arg]
    readings = [
        Reading(each.lesion_id, each.state, each.longest_diameter_mm, each.not_evaluated_reason, each.scanned_on)
        for each in row.readings.all()
        if not each.struck_out_reason
    ]
    return _follow_up(row.pk, row.assessed_on, readings, labels, row.new_lesions, row.new_lesion_on, row.marker)


def _follow_up(
    key: int, on: date, readings: Sequence[Reading], labels: dict, new_lesions: str, new_lesion_on: date | None,  # type: ignore[type-arg]
    marker: str,
) -> recist.FollowUp:  # fmt: skip
    measurements, states, scans = [], {}, {}
    for each in readings:
        lesion = labels[each.lesion_id]
        scans[lesion.label] = each.scanned_on or on
        if lesion.kind == "target":
            measurements.append(measurability.measurement(
                lesion.label, each.state, each.longest_diameter_mm, each.not_evaluated_reason, scans[lesion.label],
                lesion.locally_treated_on,
            ))  # fmt: skip
        else:
            states[lesion.label] = each.state
    seen = {"yes": recist.NewLesions.YES, "no": recist.NewLesions.NO}.get(new_lesions, recist.NewLesions.NE)
    return recist.FollowUp(key, on, scans, measurements, states, seen, new_lesion_on, marker)
