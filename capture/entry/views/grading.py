"""Grades beside the values of a visit as they are typed, and the site's word that a value is no adverse event."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from capture.casebook.fields import today
from capture.casebook.forms.laboratory import LaboratoryForm, line_forms
from capture.casebook.forms.reasons import NotAnEventForm
from capture.casebook.forms.visit import VisitForm
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.prefill import proposed
from capture.entry.services import laboratories
from capture.entry.services import not_done as service
from capture.entry.views import saving
from capture.grading import dose_advice
from capture.grading.event_proposals import TITLES, Proposal, named, open_proposals
from capture.grading.grades import grade_body, past_on_record
from trial.drawing.form_layout import posted
from trial.models import Participant
from trial.protocol.ctcae_v3.term_search import search
from trial.record import access
from trial.record.in_force import criteria_of_matches
from trial.record.save import of_request
from trial.rules.safety.laboratory import Grading


@access.allows(*access.ENTERS)
def grades(request: HttpRequest, reference: str) -> HttpResponse:
    """The grades of the typed values; values travel in the body, never in the address."""
    participant = access.participant_for(request.user, reference)
    if request.method != "POST":
        return HttpResponse(status=405)
    form = VisitForm(request.POST)
    lines = line_forms(ENTRY_FORMS["visit"], None, request.POST, limits=laboratories.for_page(participant, form))
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
    return {"graded": SimpleLazyObject(lambda: graded(participant, form, row))}


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


STALE = "A value was changed or judged after the page was opened. Nothing was saved. Check the values again."


@access.allows(*access.ENTERS)
def judge(request: HttpRequest) -> HttpResponse:
    """The site says that values are no adverse event, all for one reason. what: their names; back: `work` or nothing.

    Nothing is saved where a value was changed or judged meanwhile.
    """
    asked = request.POST if request.method == "POST" else request.GET
    names = asked.getlist("what")
    references = dict.fromkeys(each.partition(":")[0] for each in names)
    participants = [access.participant_for(request.user, each) for each in references]
    chosen = named(names, participants)
    values = [each for group in chosen for each in group]
    form, back = NotAnEventForm(posted(request)), _back(asked.get("back", ""), participants)
    if not names or not all(chosen):
        if request.method != "POST":
            raise Http404("No adverse event is proposed for this value.")
        form.add_error(None, STALE if names else "Tick at least one value.")
    elif form.is_valid():
        _say_no_event(request, values, form.cleaned_data["because"])
        return redirect(back)
    shown = {"form": form, "names": names, "values": values, "back": asked.get("back", ""), "back_url": back}
    return render(request, "capture/grading/judge.html", shown, status=422 if form.errors else 200)


def _say_no_event(request: HttpRequest, values: Sequence[Proposal], because: str) -> None:
    """One Change for each participant."""
    for participant in dict.fromkeys(each.participant for each in values):
        of_one = [each for each in values if each.participant == participant]
        count = f"{len(of_one)} value{'s' if len(of_one) > 1 else ''}"
        saving.tell(
            request, partial(service.record_not_an_event, of_request(request), of_one, because),
            f"{participant}: {count} recorded as not an adverse event.",
        )  # fmt: skip


def _back(asked: str, participants: Sequence[Participant]) -> str:
    if asked == "work" or not participants:
        return reverse("capture:work")
    return reverse("capture:participant", args=[participants[0].reference])


@access.allows(*access.READS_RECORD, method="GET")
def terms(request: HttpRequest) -> HttpResponse:
    """The closest terms to what was typed (`q`), each with what its grades mean; no patient data."""
    typed = request.GET.get("q", "")
    found = criteria_of_matches(search(typed[:80]))
    return render(request, "capture/grading/_terms.html", {"matches": found, "typed": typed})
