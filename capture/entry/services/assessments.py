"""Tumour assessments: the baseline with its lesions, and follow-ups that carry them by identity."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from capture.casebook import registry, versions
from capture.casebook.forms.assessment import NewLesion, Reading
from capture.entry import edit_conflict, moved
from capture.entry.facts import Head, OnRecord, day_1, died_on, follow_up_facts
from capture.entry.services import acknowledgements, registration
from trial.models import Assessment, Lesion, LesionReading, Participant
from trial.record import changes, site_clock
from trial.record.rows import standing
from trial.record.save import Save
from trial.rules.response.recist import IN_FORCE

__all__ = ["Head", "NewLesion", "Reading", "day_1", "follow_up_facts", "save_baseline", "save_follow_up", "strike_out",
           "treat_locally"]  # fmt: skip

Values = Mapping[str, Any]
# What every assessment says beside its lesions; what a follow-up says too, and what stands where nothing is said.
HEAD = ("assessed_on", "method", "slice_thickness_mm", "marker")
NEW_LESION: dict[str, Any] = {
    "new_lesions": "", "new_lesion_on": None, "new_lesion_description": "", "investigator_response": "",
}  # fmt: skip


def save_baseline(
    save: Save,
    participant: Participant,
    values: Values,
    targets: Sequence[NewLesion],
    non_targets: Sequence[NewLesion],
    assessment: Assessment | None = None,
) -> Assessment:
    """Enters the baseline and labels its lesions T1… and N1…, or corrects `assessment` with a reason.

    values: field → domain value, of `HEAD`.
    Raises Refused, among it SecondLook and EditedMeanwhile.
    """
    kept = {each.lesion_id for each in (*targets, *non_targets) if each.lesion_id is not None}
    facts = {
        "assessed_on": values["assessed_on"], "day_1": day_1(participant), "targets": targets,
        "non_targets": non_targets, "waived": frozenset() if targets else registration.waived(participant),
        "method": values["method"], "slice": values["slice_thickness_mm"],
        "today": site_clock.today_at(participant.site),
        "died_on": died_on(participant), "on_record": OnRecord(participant, assessment),
        "followed_but_left_out": _followed(participant) - kept if assessment else set(),
    }  # fmt: skip
    by = versions.number_of(participant.site_id, "baseline", save.edition)
    checks = versions.checks_of("baseline", by)
    soft = acknowledgements.settle(participant, "baseline", assessment, checks, facts, save.acknowledged)
    baseline = assessment or Assessment(participant=participant, kind="baseline")
    for name in HEAD:
        setattr(baseline, name, values[name])
    act = "correct" if assessment else "enter"
    before = moved.read(participant) if assessment else None
    with edit_conflict.change_of_entry(save, act, participant, assessment):
        versions.keep(baseline, "baseline", participant.site_id, by)
        baseline.save()
        _strike_out_lesions(baseline, kept, save.reason)
        for kind, lesions in (("target", targets), ("non_target", non_targets)):
            for each in lesions:
                _write_lesion(baseline, kind, each)
        soft = moved.asked(before, participant, save.acknowledged, soft)
        acknowledgements.keep(participant, "baseline", baseline.pk, soft, save.acknowledged, assessment is None)
    return baseline


def _followed(participant: Participant) -> set[int]:
    """Lesions that a follow-up on record has a reading of."""
    readings = LesionReading.objects.standing("assessment", "lesion").filter(
        assessment__participant=participant, assessment__kind="follow_up",
    )  # fmt: skip
    return set(readings.values_list("lesion_id", flat=True))


def _strike_out_lesions(baseline: Assessment, kept: set[int], reason: str) -> None:
    for reading in baseline.readings.standing().select_related("lesion"):
        if reading.lesion_id not in kept:
            for row in (reading, reading.lesion):
                row.struck_out_reason = reason
                row.save()


def _write_lesion(baseline: Assessment, kind: str, each: NewLesion) -> None:
    lesion = baseline.participant.lesions.filter(pk=each.lesion_id, kind=kind).first() if each.lesion_id else None
    if lesion is None:
        lesion = Lesion(participant=baseline.participant, kind=kind, label=_next_label(baseline.participant, kind))
    lesion.organ, lesion.description = each.organ, each.description
    lesion.save()
    reading = baseline.readings.standing().filter(lesion=lesion).first()
    reading = reading or LesionReading(assessment=baseline, lesion=lesion)
    reading.state = "measured" if kind == "target" else "present"
    reading.longest_diameter_mm = each.longest_diameter_mm if kind == "target" else None
    reading.save()


def _next_label(participant: Participant, kind: str) -> str:
    """T1, T2…, N1…: a label once used, even of a lesion struck out, is not used again."""
    letter = "T" if kind == "target" else "N"
    used = participant.lesions.filter(kind=kind).values_list("label", flat=True)
    return f"{letter}{max((int(label[1:]) for label in used), default=0) + 1}"


def save_follow_up(
    save: Save,
    participant: Participant,
    values: Values,
    readings: Sequence[Reading],
    assessment: Assessment | None = None,
) -> Assessment:
    """Enters a follow-up, or corrects `assessment` with a reason.

    values: field → domain value, of `HEAD` and `NEW_LESION`; those of `NEW_LESION` left out are empty.
    Raises Refused, among it SecondLook and EditedMeanwhile.
    """
    values = {**NEW_LESION, **values}
    head = Head(**{name: values[name] for name in (*HEAD, *NEW_LESION)})
    facts = follow_up_facts(participant, head, readings, assessment)
    by = versions.number_of(participant.site_id, "follow_up_scan", save.edition)
    checks = versions.checks_of("follow_up_scan", by)
    soft = acknowledgements.settle(participant, "follow_up_scan", assessment, checks, facts, save.acknowledged)
    row = assessment or Assessment(participant=participant, kind="follow_up")
    for name in (*HEAD, *NEW_LESION):
        setattr(row, name, values[name])
    act = "correct" if assessment else "enter"
    before = moved.read(participant) if assessment else None
    with edit_conflict.change_of_entry(save, act, participant, assessment, *([LesionReading] if assessment else [])):
        on_record = standing(participant, LesionReading) if assessment else []
        existing = {each.lesion_id: each for each in on_record if each.assessment_id == row.pk}
        versions.keep(row, "follow_up_scan", participant.site_id, by)
        row.save()
        _write_readings(row, existing, readings)
        soft = moved.asked(before, participant, save.acknowledged, soft)
        acknowledgements.keep(participant, "follow_up_scan", row.pk, soft, save.acknowledged, assessment is None)
    return row


READ = ("state", "longest_diameter_mm", "not_evaluated_reason", "scanned_on", "merged_with")


def _write_readings(row: Assessment, existing: Mapping[int, LesionReading], readings: Sequence[Reading]) -> None:
    """Those that are new in one statement, and of those on record the ones that differ.

    existing: lesion id → its standing reading at this assessment.
    """
    new = []
    for each in readings:
        found = existing.get(each.lesion_id)
        values = {name: getattr(each, name) for name in READ}
        if found is None:
            new.append(LesionReading(assessment=row, lesion_id=each.lesion_id, **values))
        elif any(getattr(found, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(found, name, value)
            found.save()
    LesionReading.objects.bulk_create(new)


def treat_locally(save: Save, lesion: Lesion, treated_on: date | None) -> None:
    """Notes that a lesion was embolised or ablated (None: it was not after all); not evaluated from then on.

    What it moves is asked of the baseline that chose the lesion. Raises SecondLook.
    """
    participant = lesion.participant
    before = moved.read(participant)
    with changes.record(save, "correct", participant=participant, groups=(participant.group,)):
        lesion.locally_treated_on = treated_on
        lesion.save()
        soft = moved.asked(before, participant, save.acknowledged)
        baseline = participant.assessments.standing().get(kind=Assessment.Kind.BASELINE)
        acknowledgements.keep(participant, "baseline", baseline.pk, soft, save.acknowledged, only_moves=True)


def strike_out(save: Save, row: Assessment) -> None:
    """Takes an assessment back with a reason; raises checks.ChecksFailed for a baseline that follow-ups rest on."""
    participant = row.participant
    is_baseline = row.kind == Assessment.Kind.BASELINE
    if is_baseline and participant.assessments.standing().filter(kind="follow_up").exists():
        raise registry.ChecksFailed((FOLLOWED,))
    before = moved.read(participant)
    with changes.record(save, "strike_out", participant=participant, groups=(participant.group,)):
        rows = list(row.readings.standing().select_related("lesion"))
        lesions = [each.lesion for each in rows] if is_baseline else []
        for each in (*rows, *lesions, row):
            each.struck_out_reason = save.reason
            each.save()
        kind = "baseline" if is_baseline else "follow_up_scan"
        soft = moved.asked_of_strike_out(before, participant, save.acknowledged)
        acknowledgements.keep(participant, kind, row.pk, soft, save.acknowledged)


FOLLOWED = registry.Check(
    "BASE-08", "Follow-up assessments use this baseline. Strike them out first.", f"{IN_FORCE.name}.",
    registry.HARD, lambda facts: True,
)  # fmt: skip
