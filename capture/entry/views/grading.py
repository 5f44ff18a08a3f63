"""Grades beside the values of a visit as they are typed, and the site's word that a value is no adverse event."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_GET

from capture.casebook.fields import today
from capture.casebook.forms.reasons import NotAnEventForm
from capture.casebook.forms.visit import LaboratoryForm, VisitForm, line_forms
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.prefill import proposed
from capture.entry.services import not_done as service
from capture.entry.views import saving
from capture.grading import dose_advice
from capture.grading.event_proposals import TITLES, Proposal, find, open_proposals
from capture.grading.grades import grade_body, past_on_record
from trial.drawing.form_layout import posted
from trial.models import Participant
from trial.protocol.ctcae_v3.term_search import search
from trial.record import access
from trial.record.in_force import criteria_of_matches
from trial.rules.safety.laboratory import Grading


@access.allows(*access.ENTERS)
def grades(request: HttpRequest, reference: str) -> HttpResponse:
    """The grades of the typed values; values travel in the body, never in the address."""
    participant = access.participant_for(request.user, reference)
    if request.method != "POST":
        return HttpResponse(status=405)
    form, lines = VisitForm(request.POST), line_forms(ENTRY_FORMS["visit"], None, request.POST)
    shown: dict[str, Any] = {"graded": graded(participant, form, None), "lines": lines, "live": True}
    typed = form.cleaned_data
    if typed.get("visited_on"):
        shown["pressure_advice"] = dose_advice.of_pressure(
            participant, typed.get("diastolic_mmhg"), typed["visited_on"], today()
        )
    return render(request, "capture/grading/_grades.html", shown)


def graded(participant: Participant, form: Any, row: Any) -> list[tuple[str, Grading]]:
    """The grades of weight and blood pressure with their titles, as typed or as on record."""
    form.is_valid()
    values = form.cleaned_data if form.is_bound else vars(row) if row is not None else {}
    day = values.get("visited_on")
    found = grade_body(values, day, past_on_record(participant)) if day else {}
    return [(TITLES[name], each) for name, each in found.items()]


def of_visit(participant: Participant, form: Any, lines: list[LaboratoryForm], row: Any) -> dict[str, Any]:
    """What the page of a visit shows beside its values; worked out only when the page is shown, not when it saves."""
    return {
        "graded": SimpleLazyObject(lambda: graded(participant, form, row)),
    }


def beside(request: HttpRequest, participant: Participant, kind: str, row: Any) -> dict[str, Any]:
    """What an entry page shows of proposals: of events by its values, of doses by its event, or what proposed it."""
    if kind == "adverse_event" and row is None:
        return {"proposed": SimpleLazyObject(lambda: proposed(participant, request.GET))}
    if kind == "adverse_event":
        return {"dose_advice": SimpleLazyObject(lambda: dose_advice.of_event(participant, row, today()))}
    if row is None or kind not in ("visit", "blood_pressure"):
        return {}
    day = row.visited_on if kind == "visit" else row.measured_on
    return {
        "proposals": SimpleLazyObject(lambda: _proposals_of(participant, kind, row.pk)),
        "pressure_advice": SimpleLazyObject(
            lambda: dose_advice.of_pressure(participant, row.diastolic_mmhg, day, today())),
    }  # fmt: skip


def _proposals_of(participant: Participant, kind: str, row_id: int) -> list[Proposal]:
    return [each for each in open_proposals([participant]) if (each.form, each.row_id) == (kind, row_id)]


@access.allows(*access.ENTERS)
def not_an_event(request: HttpRequest, reference: str, proposal: str) -> HttpResponse:
    """The site says with a reason that a value is no adverse event."""
    participant = access.participant_for(request.user, reference)
    found = find(participant, proposal)
    if found is None:
        raise Http404("No adverse event is proposed for this value.")
    form = NotAnEventForm(posted(request))
    return saving.one_form(
        request, participant, form,
        lambda save: service.record_not_an_event(save, found, form.cleaned_data["because"]),
        f"{found.title}: recorded as not an adverse event.", title="Not an adverse event", button="Save",
        lede=found.words,
    )  # fmt: skip


@access.allows(*access.READS_RECORD)
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The closest terms to what was typed (`q`), each with what its grades mean; no patient data."""
    typed = request.GET.get("q", "")
    found = criteria_of_matches(search(typed[:80]))
    return render(request, "capture/grading/_terms.html", {"matches": found, "typed": typed})
