"""Lesions and their readings over all assessments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from capture.entry.facts import readings_by_assessment  # moved
from trial.models import Assessment, LesionReading, Participant


@dataclass(frozen=True)
class LesionLine:
    """One lesion over all assessments."""

    lesion: Any
    readings: tuple[LesionReading | None, ...]




def lesion_table(participant: Participant, scans: Sequence[Assessment]) -> list[LesionLine]:
    """Lesions × assessments, targets first."""
    readings = readings_by_assessment([participant])
    lesions = participant.lesions.standing().order_by("-kind", "id")
    by_place = {(each.assessment_id, each.lesion_id): each for found in readings.values() for each in found}
    return [LesionLine(lesion, tuple(by_place.get((scan.pk, lesion.pk)) for scan in scans)) for lesion in lesions]
