"""Pages of registration: register, register a screened participant, correct, record a finding."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from capture import history
from capture.forms.registration import CorrectionForm, FindingForm, RegisterScreenedForm, RegistrationForm
from capture.services import registration
from trial import access, changes
from trial.models import Participant
from trial.partial_date import shown


@access.allows(*access.ENTERS)
def register(request: HttpRequest) -> HttpResponse:
    """Details and checklist on one page → a registered participant, or a screened one when `screen` is pressed."""
    form = RegistrationForm(request.user, request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            if "screen" in request.POST:
                return _screened(request, form)
            return _registered(request, form)
        except (registration.NotAllowed, changes.RecordBusy) as caught:
            refusal = caught
    return _page(request, "capture/register.html", form, refusal)


def _registered(request: HttpRequest, form: RegistrationForm) -> HttpResponse:
    cleaned = form.cleaned_data
    participant = registration.screen_and_register(
        request.user, cleaned["site"], form.details(), form.answers(), cleaned["registered_on"]
    )
    messages.success(request, f"{participant.number} is registered in group {participant.group}.")
    return redirect("capture:participant", participant.reference)


def _screened(request: HttpRequest, form: RegistrationForm) -> HttpResponse:
    participant = registration.screen(request.user, form.cleaned_data["site"], form.details(), form.answers())
    messages.success(request, f"{participant} is saved as screened. Say why a waiver is asked for.")
    return redirect("capture:waiver", participant.reference)


@access.allows(*access.ENTERS)
def register_screened(request: HttpRequest, reference: str) -> HttpResponse:
    """Registers a screened participant, for instance after the chair approved a waiver."""
    participant = access.participant_for(request.user, reference)
    form = RegisterScreenedForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            done = registration.register(request.user, participant, form.cleaned_data["registered_on"])
        except (registration.NotAllowed, changes.RecordBusy) as caught:
            refusal = caught
        else:
            messages.success(request, f"{done.number} is registered in group {done.group}.")
            return redirect("capture:participant", done.reference)
    return _page(request, "capture/one_form.html", form, refusal, participant, title="Register", button="Register")


@access.allows(*access.ENTERS)
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Corrects the details with a reason; what somebody else changed meanwhile is shown, never overwritten."""
    participant = access.participant_for(request.user, reference)
    newest = history.newest_change(participant)
    form = CorrectionForm(participant, request.POST or None, initial={"opened_at": newest})
    refusal, meanwhile = None, []
    if request.method == "POST" and form.is_valid():
        meanwhile = history.since([participant], form.cleaned_data["opened_at"])
        if not meanwhile:
            try:
                return _corrected(request, participant, form)
            except (registration.NotAllowed, changes.RecordBusy) as caught:
                refusal = caught
                participant.refresh_from_db()
        else:
            # The next save is made in the knowledge of what stands on the page now.
            form.data = form.data.copy()
            form.data["opened_at"] = str(newest)
    return _page(request, "capture/correct.html", form, refusal, participant, meanwhile=meanwhile)


def _corrected(request: HttpRequest, participant: Participant, form: CorrectionForm) -> HttpResponse:
    corrections = form.corrections()
    if not corrections:
        messages.info(request, "Nothing was changed.")
    else:
        registration.correct_participant(request.user, participant, corrections, form.cleaned_data["reason"])
        messages.success(request, f"{participant} is corrected.")
    return redirect("capture:participant", participant.reference)


@access.allows(*access.ENTERS)
def finding(request: HttpRequest, reference: str) -> HttpResponse:
    """Records what turned out about the registration: ineligible, cancelled before treatment, in error."""
    participant = access.participant_for(request.user, reference)
    form = FindingForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = registration.record_finding(
                request.user, participant, cleaned["kind"], cleaned["found_on"], cleaned["because"]
            )
        except (registration.NotAllowed, changes.RecordBusy) as caught:
            refusal = caught
        else:
            messages.success(request, f"{made.get_kind_display()} on {shown(made.found_on)} is on record.")
            return redirect("capture:participant", participant.reference)
    return _page(request, "capture/one_form.html", form, refusal, participant, title="Record a finding", button="Save")


def _page(
    request: HttpRequest, template: str, form: Form, refusal: Exception | None = None,
    participant: Participant | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """The form again with everything typed; 422 when the protocol refused it."""
    reasons = getattr(refusal, "reasons", (str(refusal),)) if refusal else ()
    shown_on_page = {
        "form": form,
        "participant": participant,
        "reasons": reasons,
        "waivable": getattr(refusal, "waivable", False),
        **more,
    }
    return render(request, template, shown_on_page, status=422 if refusal or form.errors else 200)
