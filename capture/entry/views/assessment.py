"""Addresses of tumor assessments: a new one, a saved one, its response as typed, striking out, local treatment."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from capture.casebook import versions
from capture.casebook.forms.assessment import LocalTreatmentForm
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.registry import FORMS
from capture.entry.services import assessments
from capture.entry.views import baseline, follow_up_scan, saving
from trial.drawing.form_layout import posted
from trial.models import Assessment
from trial.record import access
from trial.record.rows import standing


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """The baseline when there is none yet, else a new follow-up.

    A baseline that was typed while somebody else saved one is held against theirs, never read as a follow-up.
    """
    participant = access.participant_for(request.user, reference)
    versions.read_for(request, participant, "follow_up_scan")
    on_record = next(iter(FORMS["baseline"].standing(participant)), None)
    if on_record is not None and request.POST.get("page") != "baseline":
        return follow_up_scan.page(request, participant, None)
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
    page = baseline.page if row.kind == Assessment.Kind.BASELINE else follow_up_scan.page
    return page(request, participant, row)


@access.allows(*access.ENTERS)
def response(request: HttpRequest, reference: str) -> HttpResponse:
    """The response that the typed values make; values travel in the body, never in the address."""
    participant = access.participant_for(request.user, reference)
    if request.method != "POST":
        return HttpResponse(status=405)
    outcome = follow_up_scan.typed_outcome(request, participant)
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
