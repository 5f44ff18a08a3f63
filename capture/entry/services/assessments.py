"""Tumour assessments: the baseline with its lesions, and follow-ups that carry them by identity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from capture.casebook import registry, versions
from capture.casebook.forms.assessment import NewLesion, Reading
from capture.casebook.forms.assessment_checks import within_a_window
from capture.entry import edit_conflict, live_response, moved
from capture.entry.facts import OnRecord, day_1, died_on
from capture.entry.services import acknowledgements, registration
from trial.models import Assessment, Cycle, Lesion, LesionReading, Participant
from trial.protocol import AnalysisSettings
from trial.record import changes, site_clock
from trial.record.in_force import evaluation_of
from trial.record.rows import standing
from trial.record.save import Save
from trial.rules.response import confirmation
from trial.rules.response.recist import IN_FORCE, SIZED

__all__ = ["Head", "NewLesion", "Reading", "follow_up_facts", "save_baseline", "save_follow_up", "strike_out",
           "treat_locally"]  # fmt: skip

Values = Mapping[str, Any]
# What every assessment says beside its lesions.
HEAD = ("assessed_on", "method", "slice_thickness_mm", "marker")


@dataclass(frozen=True)
class Head:
    """What a follow-up says beside its readings."""

    assessed_on: date
    marker: str
    new_lesions: str = ""
    new_lesion_on: date | None = None
    investigator_response: str = ""
    method: str = ""
    slice_thickness_mm: Decimal | int | None = None
    new_lesion_description: str = ""


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

    values: field → domain value, of `Head`; those with a default may be left out.
    Raises Refused, among it SecondLook and EditedMeanwhile.
    """
    head = Head(**{each.name: values[each.name] for each in fields(Head) if each.name in values})
    facts = follow_up_facts(participant, head, readings, assessment)
    by = versions.number_of(participant.site_id, "follow_up_scan", save.edition)
    checks = versions.checks_of("follow_up_scan", by)
    soft = acknowledgements.settle(participant, "follow_up_scan", assessment, checks, facts, save.acknowledged)
    row = assessment or Assessment(participant=participant, kind="follow_up")
    for name, value in vars(head).items():
        setattr(row, name, value)
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


def follow_up_facts(
    participant: Participant, head: Head, readings: Sequence[Reading], assessment: Assessment | None
) -> registry.Facts:
    """What the checks of a follow-up need to know."""
    labels = {lesion.pk: lesion.label for lesion in standing(participant, Lesion)}
    known = {each.lesion_id for each in readings} <= labels.keys()
    others = {each.pk: each for each in standing(participant, Assessment)}
    others.pop(assessment.pk if assessment else None, None)
    on_record = sorted(((others[each.assessment_id].assessed_on, each) for each in standing(participant, LesionReading)
                        if each.assessment_id in others), key=lambda dated: (dated[0], dated[1].pk))  # fmt: skip
    earlier = [each for on, each in on_record if on < head.assessed_on]
    later = [each for on, each in on_record if on > head.assessed_on]
    previous = _previous_sizes(earlier)
    cycles = [each.started_on for each in sorted(standing(participant, Cycle), key=lambda each: each.number)]
    # Derived only where a check needs it: it takes everything on record of the participant.
    outcome = cache(lambda: live_response.response_of(
        participant, head.assessed_on, readings, head.new_lesions, head.marker, head.new_lesion_on, assessment,
    ) if known else None)  # fmt: skip
    return {
        "assessed_on": head.assessed_on,
        "day_1": cycles[0] if cycles else None,
        "lesions_known": known,
        "lesions_left_out": labels.keys() - {each.lesion_id for each in readings},
        "readings": readings,
        "targets": {lesion: label for lesion, label in labels.items() if label.startswith("T")},
        "with_previous": [(each, _grown_from(each, readings, labels, previous)) for each in readings],
        "merged_before": _last_seen(earlier, "merged"),
        "measured_after": {each.lesion_id for each in later if each.state in SIZED},
        "other_dates": {each.assessed_on for each in others.values()},
        "today": site_clock.today_at(participant.site),
        "new_lesions": head.new_lesions,
        "new_lesion_on": head.new_lesion_on,
        "new_lesion_description": head.new_lesion_description,
        "investigator_response": head.investigator_response,
        "computed_response": outcome().overall.value if head.investigator_response and outcome() else "",
        "method": head.method,
        "slice": head.slice_thickness_mm,
        "baseline": next((each for each in others.values() if each.kind == Assessment.Kind.BASELINE), None),
        "gone_before": _last_seen(earlier, "absent"),
        "died_on": died_on(participant),
        "on_record": OnRecord(participant, assessment),
        "progression_shown_on": live_response.progression_on(outcome()) if _is_before_a_cycle(head, readings, cycles)
        else None,
        **_responses_before(participant, head, assessment, cycles),
    }


def _responses_before(
    participant: Participant, head: Head, assessment: Assessment | None, cycles: Sequence[date]
) -> dict[str, Any]:
    """The responses that this assessment may be to confirm, and after how many days by the settings in force.

    Asked only off the eight-weekly schedule: it takes everything on record of the participant.
    """
    regular = not cycles or within_a_window(cycles[0], head.assessed_on)
    found = None if regular else evaluation_of(participant)
    if found is None:
        return {"responses_on": [], "confirmation_days": AnalysisSettings().confirmation_days}
    earlier = [each for each in found.assessed if each.assessed_on < head.assessed_on
               and (assessment is None or each.assessment_id != assessment.pk)]  # fmt: skip
    return {
        "responses_on": [each.assessed_on for each in earlier if each.overall in confirmation.RESPONSES],
        "confirmation_days": found.settings.confirmation_days,
    }


def _is_before_a_cycle(head: Head, readings: Sequence[Reading], cycles: Sequence[date]) -> bool:
    first = min(day for day in (head.assessed_on, head.new_lesion_on, *(each.scanned_on for each in readings)) if day)
    return any(started_on > first for started_on in cycles)


def _last_seen(earlier: Sequence[LesionReading], state: str) -> set[int]:
    """Lesions that were in this state when they were last evaluated; readings in order of time."""
    last = {each.lesion_id: each.state for each in earlier if each.state != "not_evaluated"}
    return {lesion for lesion, seen in last.items() if seen == state}


def _previous_sizes(earlier: Sequence[LesionReading]) -> dict[int, Decimal]:
    """The last size of each lesion, in mm; a merged one has none, since the whole stands at the other."""
    found: dict[int, Decimal] = {}
    for each in earlier:
        if each.state == "merged":
            found.pop(each.lesion_id, None)
        elif each.longest_diameter_mm is not None:
            found[each.lesion_id] = each.longest_diameter_mm
    return found


def _grown_from(
    reading: Reading, readings: Sequence[Reading], labels: Mapping[int, str], previous: Mapping[int, Decimal]
) -> Decimal | None:
    """The last size of a lesion, with those of the lesions that merged with it; None where it has none."""
    own, label = previous.get(reading.lesion_id), labels.get(reading.lesion_id)
    others = (previous.get(each.lesion_id, Decimal(0)) for each in readings if label and each.merged_with == label)
    return None if own is None else own + sum(others)
