"""The page of a follow-up assessment: a grid of the lesions, last values beside, the response as it is typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from capture.casebook import history, versions
from capture.casebook.forms.assessment import FollowUpHeadForm, ReadingForm, ReadingRows
from capture.casebook.forms.reasons import ReasonForm
from capture.entry import live_response
from capture.entry.services import acknowledgements, assessments
from capture.entry.views import saving
from trial.models import Assessment, Lesion, LesionReading, Participant
from trial.protocol import schedule
from trial.record import access
from trial.record.in_force import evaluation_of
from trial.record.rows import read_standing, standing
from trial.record.save import Save
from trial.rules.dates.partial_date import shown
from trial.rules.typed_text import key

TEMPLATE = "capture/entry/follow_up_scan.html"


def page(request: HttpRequest, participant: Participant, row: Assessment | None) -> HttpResponse:
    """Shows, enters or corrects a follow-up."""
    may_enter = access.may_enter(request.user) and not (row and row.is_struck_out)
    edition = versions.of_page(request, participant, "follow_up_scan", row, may_enter)

    def make(data: QueryDict | None) -> saving.Sheet:
        head = FollowUpHeadForm(data, initial=_head_initial(participant, row))
        edition.apply(head)
        rows, reason = _rows(participant, row, data), ReasonForm(data)
        outcome = _saved(participant, row) if data is None and row else _typed(participant, head, rows, row)
        shown = {"participant": participant, "row": row, "form": head, "rows": rows, "reason_form": reason,
                 **saving.of_assessment(row, "follow_up_scan"),
                 "may_enter": edition.may_enter, "edition": edition,
                 "outcome": outcome}  # fmt: skip
        return saving.Sheet([head, *rows], reason if row else None, shown)

    return saving.answer(
        request, TEMPLATE, make, lambda: history.rows_of(row) if row else [],
        lambda sheet, save: _save(edition.on(save), participant, row, sheet),
        lambda sheet: _done(request, participant, sheet),
    )  # fmt: skip


def _done(request: HttpRequest, participant: Participant, sheet: saving.Sheet) -> HttpResponse:
    outcome = sheet.shown["outcome"]
    on, because = shown(sheet.shown["form"].cleaned_data["assessed_on"]), f" {outcome.because}" if outcome else ""
    next_due = saving.next_due(participant, schedule.ASSESSMENT)
    messages.success(request, f"Follow-up assessment, {on}, is saved.{because}{next_due}")
    return redirect("capture:participant", participant.reference)


def typed_outcome(request: HttpRequest, participant: Participant) -> Any:
    """The response that the posted values make; None while they are not complete."""
    given = request.POST.get("assessment", "")
    row = participant.assessments.filter(pk=key(given)).first()
    return _typed(participant, FollowUpHeadForm(request.POST), _rows(participant, row, request.POST), row)


def _saved(participant: Participant, row: Assessment) -> Any:
    """The response on record; None without a baseline."""
    found = evaluation_of(participant)
    return found.outcomes.get(row.pk) if found else None


def _typed(participant: Participant, head: FollowUpHeadForm, rows: list[ReadingForm], row: Assessment | None) -> Any:
    """The response that typed values make; None while they are not complete."""
    valid = all([head.is_valid(), *[each.is_valid() for each in rows]])
    return _outcome(participant, head, rows, row) if valid else None


def _outcome(participant: Participant, head: FollowUpHeadForm, rows: list[ReadingForm], row: Assessment | None) -> Any:
    found = head.cleaned_data
    return live_response.response_of(
        participant, found["assessed_on"], [each.typed() for each in rows], found["new_lesions"], found["marker"],
        found["new_lesion_on"], row,
    )  # fmt: skip


def _rows(participant: Participant, row: Assessment | None, data: Any) -> ReadingRows:
    read_standing(participant, Assessment, Lesion, LesionReading)
    readings = [each for each in standing(participant, LesionReading) if row and each.assessment_id == row.pk]
    saved = {each.lesion_id: each for each in readings}
    previous, lesions = _previous(participant, row), standing(participant, Lesion)
    targets = [each.label for each in lesions if each.kind == "target"]
    return ReadingRows(
        ReadingForm(data, lesion=lesion, previous=previous.get(lesion.pk), initial=_initial(saved.get(lesion.pk)),
                    targets=targets)
        for lesion in lesions
    )


def _initial(reading: LesionReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {name: getattr(reading, name) for name in ReadingForm.base_fields}


def _previous(participant: Participant, row: Assessment | None) -> dict[int, list[str]]:
    """First value (the baseline's) and last of each lesion in words, for the columns beside the boxes."""
    found: dict[int, list[str]] = {}
    days = {each.pk: each.assessed_on for each in standing(participant, Assessment)
            if row is None or each.assessed_on < row.assessed_on}  # fmt: skip
    readings = [each for each in standing(participant, LesionReading) if each.assessment_id in days]
    for each in sorted(readings, key=lambda each: (days[each.assessment_id], each.pk)):
        found.setdefault(each.lesion_id, []).append(each.value_in_words)
    return {lesion: [values[0], values[-1]] for lesion, values in found.items()}


def _head_initial(participant: Participant, row: Assessment | None) -> dict[str, Any]:
    on_record = standing(participant, Assessment) if row is None else [row]
    if not on_record:
        return {}
    source = max(on_record, key=lambda each: (each.assessed_on, each.pk))
    names = ["method", "slice_thickness_mm"]
    if row is not None:
        names += ["assessed_on", "marker", "new_lesions", "new_lesion_on", "new_lesion_description",
                  "investigator_response"]  # fmt: skip
    return {name: getattr(source, name) for name in names}


def _save(save: Save, participant: Participant, row: Assessment | None, sheet: saving.Sheet) -> None:
    assessments.save_follow_up(
        acknowledgements.with_given(save, participant, "follow_up_scan", row), participant,
        sheet.shown["form"].cleaned_data, [each.typed() for each in sheet.shown["rows"]], row,
    )  # fmt: skip
