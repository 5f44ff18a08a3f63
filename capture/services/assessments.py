"""Tumour assessments: the baseline with its lesions, and follow-ups that carry them by identity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capture import checks
from capture.fields import today
from trial import changes
from trial.models import Assessment, Lesion, LesionReading, Participant, Person


@dataclass(frozen=True)
class NewLesion:
    """A lesion as chosen at baseline; a non-target has no diameter."""

    organ: str
    description: str
    longest_diameter_mm: Decimal | None


@dataclass(frozen=True)
class Reading:
    """What a follow-up says of one lesion."""

    lesion_id: int
    state: str
    longest_diameter_mm: Decimal | None = None
    not_evaluated_reason: str = ""
    scanned_on: date | None = None


def day_1(participant: Participant) -> date | None:
    """The actual first day of treatment."""
    first = participant.cycles.filter(struck_out_reason="").order_by("number").first()
    return first.started_on if first else None


def save_baseline(
    person: Person | None,
    participant: Participant,
    assessed_on: date,
    method: str,
    slice_thickness_mm: Decimal | int | None,
    marker: str,
    targets: Sequence[NewLesion],
    non_targets: Sequence[NewLesion],
) -> Assessment:
    """Enters the baseline and labels its lesions T1… and N1…; raises checks.Refused."""
    facts = {
        "assessed_on": assessed_on,
        "day_1": day_1(participant),
        "targets": targets,
        "method": method,
        "slice": slice_thickness_mm,
        "today": today(),
    }
    checks.refuse_impossible(checks.BASELINE_CHECKS, facts)
    with changes.record(person, "enter", participant=participant, groups=(participant.group,)):
        baseline = Assessment.objects.create(
            participant=participant, kind="baseline", assessed_on=assessed_on, method=method,
            slice_thickness_mm=slice_thickness_mm, marker=marker,
        )  # fmt: skip
        for kind, letter, lesions in (("target", "T", targets), ("non_target", "N", non_targets)):
            for place, each in enumerate(lesions, start=1):
                _write_lesion(baseline, kind, f"{letter}{place}", each)
    return baseline


def _write_lesion(baseline: Assessment, kind: str, label: str, each: NewLesion) -> None:
    lesion = Lesion.objects.create(
        participant=baseline.participant, kind=kind, label=label, organ=each.organ, description=each.description
    )
    LesionReading.objects.create(
        assessment=baseline, lesion=lesion, state="measured" if kind == "target" else "present",
        longest_diameter_mm=each.longest_diameter_mm if kind == "target" else None,
    )  # fmt: skip


def save_follow_up(
    person: Person | None,
    participant: Participant,
    assessed_on: date,
    method: str,
    slice_thickness_mm: Decimal | int | None,
    marker: str,
    readings: Sequence[Reading],
    new_lesions: str,
    new_lesion_on: date | None = None,
    new_lesion_description: str = "",
    investigator_response: str = "",
    assessment: Assessment | None = None,
    reason: str = "",
) -> Assessment:
    """Enters a follow-up, or corrects `assessment` with a reason; raises checks.Refused, changes.ReasonMissing."""
    checks.refuse_impossible(
        checks.FOLLOW_UP_CHECKS, follow_up_facts(participant, assessed_on, readings, assessment)
    )
    row = assessment or Assessment(participant=participant, kind="follow_up")
    row.assessed_on, row.method, row.slice_thickness_mm, row.marker = assessed_on, method, slice_thickness_mm, marker
    row.new_lesions, row.new_lesion_on, row.new_lesion_description = new_lesions, new_lesion_on, new_lesion_description
    row.investigator_response = investigator_response
    act = "correct" if assessment else "enter"
    with changes.record(person, act, reason, participant=participant, groups=(participant.group,)):
        row.save()
        existing = {each.lesion_id: each for each in row.readings.filter(struck_out_reason="")}
        for each in readings:
            found = existing.get(each.lesion_id) or LesionReading(assessment=row, lesion_id=each.lesion_id)
            _write_reading(found, each)
    return row


def follow_up_facts(
    participant: Participant, assessed_on: date, readings: Sequence[Reading], assessment: Assessment | None
) -> checks.Facts:
    """What the checks of a follow-up need to know."""
    lesions = {lesion.pk for lesion in participant.lesions.filter(struck_out_reason="")}
    others = participant.assessments.filter(struck_out_reason="").exclude(pk=assessment.pk if assessment else None)
    previous: dict[int, Decimal | None] = {}
    for each in LesionReading.objects.filter(
        assessment__in=others, assessment__assessed_on__lt=assessed_on, struck_out_reason=""
    ).order_by("assessment__assessed_on"):
        previous[each.lesion_id] = each.longest_diameter_mm or previous.get(each.lesion_id)
    return {
        "assessed_on": assessed_on,
        "day_1": day_1(participant),
        "lesions_known": {each.lesion_id for each in readings} <= lesions,
        "lesions_left_out": lesions - {each.lesion_id for each in readings},
        "readings": readings,
        "with_previous": [(each, previous.get(each.lesion_id)) for each in readings],
        "other_dates": set(others.values_list("assessed_on", flat=True)),
        "today": today(),
    }


def _write_reading(row: LesionReading, each: Reading) -> None:
    row.state, row.longest_diameter_mm = each.state, each.longest_diameter_mm
    row.not_evaluated_reason, row.scanned_on = each.not_evaluated_reason, each.scanned_on
    row.save()


def strike_out(person: Person | None, row: Assessment, reason: str) -> None:
    """Takes an assessment back with a reason; it stays in the history."""
    with changes.record(person, "strike_out", reason, participant=row.participant, groups=(row.participant.group,)):
        row.struck_out_reason = reason
        row.save()
