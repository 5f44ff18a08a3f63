"""First response and progression of many participants, as far as the schedule of visits asks for them.

Rows of the record → the facts of `trial.rules.recist`, which states the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trial.models import Assessment, LesionReading
from trial.rules import measurability, recist
from trial.rules.criteria import NODE

NO_SUM = Decimal(0)


@dataclass(frozen=True)
class Course:
    """What the assessments so far amount to; `responses` by id of the assessment."""

    response_on: date | None = None
    progressed_on: date | None = None
    responses: dict[int, str] | None = None


def course(assessments: Sequence[Assessment], readings: dict[int, list[LesionReading]]) -> Course:
    """The course of one participant; assessments in order of time, readings by assessment."""
    baseline = next((each for each in assessments if each.kind == Assessment.Kind.BASELINE), None)
    follow_ups = [each for each in assessments if each.kind == Assessment.Kind.FOLLOW_UP]
    if baseline is None or not follow_ups:
        return Course()
    first = _baseline(baseline, readings.get(baseline.pk, []))
    outcomes = recist.assess(first, [_follow_up(each, readings.get(each.pk, [])) for each in follow_ups])
    progressed_on = response_on = None
    for outcome in outcomes:
        overall = outcome.overall.value
        if overall == "PD":
            progressed_on = outcome.progression_on or outcome.assessed_on
            break
        if overall in ("CR", "PR") and response_on is None:
            response_on = outcome.assessed_on
    return Course(response_on, progressed_on, {each.assessment_id: each.overall.value for each in outcomes})


def _baseline(row: Assessment, readings: list[LesionReading]) -> recist.Baseline:
    targets = {str(each.lesion_id): each.longest_diameter_mm or NO_SUM for each in readings if _is_target(each)}
    others = frozenset(str(each.lesion_id) for each in readings if not _is_target(each))
    nodes = frozenset(str(each.lesion_id) for each in readings if each.lesion.organ == NODE)
    return recist.Baseline(row.pk, row.assessed_on, targets, others, row.marker == Assessment.Marker.ABOVE, nodes)


def _follow_up(row: Assessment, readings: list[LesionReading]) -> recist.FollowUp:
    seen = {"yes": recist.NewLesions.YES, "no": recist.NewLesions.NO}
    return recist.FollowUp(
        assessment_id=row.pk,
        assessed_on=row.assessed_on,
        scans={str(each.lesion_id): each.scanned_on for each in readings if each.scanned_on},
        measurements=tuple(_measurement(row, each) for each in readings if _is_target(each)),
        non_targets={str(each.lesion_id): each.state for each in readings if not _is_target(each)},
        new_lesions=seen.get(row.new_lesions, recist.NewLesions.NE),
        new_lesion_on=row.new_lesion_on,
        marker=row.marker,
    )


def _measurement(row: Assessment, reading: LesionReading) -> recist.Measurement:
    return measurability.measurement(
        str(reading.lesion_id), reading.state, reading.longest_diameter_mm, reading.not_evaluated_reason,
        reading.scanned_on or row.assessed_on, reading.lesion.locally_treated_on,
    )  # fmt: skip


def _is_target(reading: LesionReading) -> bool:
    return bool(reading.lesion.kind == "target")
