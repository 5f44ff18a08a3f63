"""Lesions and their readings over all assessments."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trial.models import Assessment, LesionReading, Participant


@dataclass(frozen=True)
class LesionLine:
    """One lesion over all assessments."""

    lesion: Any
    readings: tuple[LesionReading | None, ...]


def readings_by_assessment(participants: Sequence[Participant]) -> dict[int, list[LesionReading]]:
    """Every reading of these participants that stands, with its lesion."""
    found: dict[int, list[LesionReading]] = defaultdict(list)
    standing = LesionReading.objects.filter(
        assessment__participant__in=participants, struck_out_reason="", lesion__struck_out_reason=""
    )
    for reading in standing.select_related("lesion").order_by("id"):
        found[reading.assessment_id].append(reading)
    return found


def lesion_table(participant: Participant, scans: Sequence[Assessment]) -> list[LesionLine]:
    """Lesions × assessments, targets first."""
    readings = readings_by_assessment([participant])
    lesions = participant.lesions.filter(struck_out_reason="").order_by("-kind", "id")
    by_place = {(each.assessment_id, each.lesion_id): each for found in readings.values() for each in found}
    return [LesionLine(lesion, tuple(by_place.get((scan.pk, lesion.pk)) for scan in scans)) for lesion in lesions]
