"""Lesions and their readings over all assessments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trial.models import Assessment, LesionReading, Participant
from trial.record.rows import at_once


@dataclass(frozen=True)
class LesionLine:
    """One lesion over all assessments."""

    lesion: Any
    readings: tuple[LesionReading | None, ...]


def lesion_table(participant: Participant, scans: Sequence[Assessment]) -> list[LesionLine]:
    """Lesions × assessments, targets first."""
    lesions = participant.lesions.standing().order_by("-kind", "id")
    readings = LesionReading.objects.standing().filter(lesion__participant=participant)
    at_once(lesions, readings)
    by_place = {(each.assessment_id, each.lesion_id): each for each in readings}
    return [LesionLine(lesion, tuple(by_place.get((scan.pk, lesion.pk)) for scan in scans)) for lesion in lesions]
