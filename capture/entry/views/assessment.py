"""Tumor assessments: their addresses, and the page of a follow-up, a grid of the lesions with its response as typed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from capture.casebook import history, versions
from capture.casebook.forms.assessment import FollowUpHeadForm, LocalTreatmentForm, ReadingForm, ReadingRows
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.registry import FORMS
from capture.entry import live_response
from capture.entry.services import acknowledgements, assessments
from capture.entry.views import baseline, place, saving
from trial.drawing.form_layout import posted
from trial.models import Assessment, Lesion, LesionReading, Participant
from trial.protocol import schedule
from trial.record import access
from trial.record.in_force import evaluation_of
from trial.record.rows import read_standing, standing
from trial.record.save import Save
from trial.rules.dates.partial_date import shown
from trial.rules.typed_text import key


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """The baseline when there is none yet, else a new follow-up.

    A baseline that was typed while somebody else saved one is held against theirs, never read as a follow-up.
    """
    participant = access.participant_for(request.user, reference)
    versions.read_for(request, participant, "follow_up_scan")
    on_record = next(iter(FORMS["baseline"].standing(participant)), None)
    if on_record is not None and request.POST.get("page") != "baseline":
        return follow_up(request, participant, None)
    return baseline.page(request, participant, on_record)


@access.allows(*access.READS_RECORD)
def existing(request: HttpRequest, reference: str, assessment_id: int) -> HttpResponse:
    """A saved assessment: read by all who may, corrected by the site."""
    participant = access.participant_for(request.user, reference)
    versions.read_for(request, participant, "follow_up_scan")
    on_record = (each for each in standing(participant, Assessment) if each.pk == assessment_id)
    row = next(on_record, None) or get_object_or_404(participant.assessments, pk=assessment_id)
    if request.method == "POST" and not access.may_enter(request.user):
        raise PermissionDenied("Your role can read this assessment but not edit it.")
    if request.method == "POST" and row.is_struck_out:
        raise PermissionDenied("This assessment is struck out and cannot be corrected.")
    page = baseline.page if row.kind == Assessment.Kind.BASELINE else follow_up
    return page(request, participant, row)


@access.allows(*access.ENTERS, method="POST")
def response(request: HttpRequest, reference: str) -> HttpResponse:
    """The response that the typed values make; values travel in the body, never in the address."""
    participant = access.participant_for(request.user, reference)
    row = participant.assessments.filter(pk=key(request.POST.get("assessment", ""))).first()
    outcome = _typed(participant, FollowUpHeadForm(request.POST), _rows(participant, row, request.POST), row)
    return render(request, "capture/entry/_response.html", {"outcome": outcome})


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, assessment_id: int) -> HttpResponse:
    """Takes an assessment back with a reason."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.assessments.standing(), pk=assessment_id)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)), lambda save: assessments.strike_out(save, row),
        "The assessment is struck out. It stays in the audit trail.", title="Strike out assessment",
        button="Strike out",
    )  # fmt: skip


@access.allows(*access.ENTERS)
def local_treatment(request: HttpRequest, reference: str, lesion_id: int) -> HttpResponse:
    """Notes that a lesion was embolised or ablated: from that day it is not evaluated."""
    participant = access.participant_for(request.user, reference)
    lesion = get_object_or_404(participant.lesions.standing(), pk=lesion_id)
    form = LocalTreatmentForm(posted(request), initial={"locally_treated_on": lesion.locally_treated_on})
    return saving.one_form(
        request, participant, form,
        lambda save: assessments.treat_locally(save, lesion, form.cleaned_data["locally_treated_on"]),
        f"{lesion}: the local treatment is saved.", title=f"Local treatment of {lesion}", button="Save",
    )  # fmt: skip


TEMPLATE = "capture/entry/follow_up_scan.html"


def follow_up(request: HttpRequest, participant: Participant, row: Assessment | None) -> HttpResponse:
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

    saved: list[Assessment] = []
    return saving.answer(
        request, "capture/entry/follow_up_scan.html", make, lambda: history.rows_of(row) if row else [],
        lambda sheet, save: saved.append(_save(edition.on(save), participant, row, sheet)),
        lambda sheet: _done(request, participant, sheet, saved[-1]),
    )  # fmt: skip


def _done(request: HttpRequest, participant: Participant, sheet: saving.Sheet, saved: Assessment) -> HttpResponse:
    outcome = sheet.shown["outcome"]
    on, because = shown(sheet.shown["form"].cleaned_data["assessed_on"]), f" {outcome.because}" if outcome else ""
    next_due = place.next_due(participant, schedule.ASSESSMENT)
    messages.success(request, f"Follow-up assessment, {on}, is saved.{because}{next_due}")
    return place.back(request, participant, place.mark_of("follow_up_scan", saved.pk))


def _saved(participant: Participant, row: Assessment) -> Any:
    """The response on record; None without a baseline."""
    found = evaluation_of(participant)
    return found.outcomes.get(row.pk) if found else None


def _typed(participant: Participant, head: FollowUpHeadForm, rows: list[ReadingForm], row: Assessment | None) -> Any:
    """The response that typed values make; None while they are not complete."""
    if not all([head.is_valid(), *[each.is_valid() for each in rows]]):
        return None
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


def _save(save: Save, participant: Participant, row: Assessment | None, sheet: saving.Sheet) -> Assessment:
    return assessments.save_follow_up(
        acknowledgements.with_given(save, participant, "follow_up_scan", row), participant,
        sheet.shown["form"].cleaned_data, [each.typed() for each in sheet.shown["rows"]], row,
    )  # fmt: skip
