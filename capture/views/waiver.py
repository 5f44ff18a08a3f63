"""Waivers: the site asks, the study chair decides."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from capture.conduct import presence
from capture.forms.registration import WaiverDecisionForm, WaiverRequestForm
from capture.services import registration
from trial import access, changes
from trial.rules.eligibility import Answer, unmet

UNDECIDED = "Nothing was decided."


@access.allows(*access.ENTERS)
def request_waiver(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks the study chair to let an ineligible participant in."""
    participant = access.participant_for(request.user, reference)
    form = WaiverRequestForm(request.POST or None)
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            registration.request_waiver(request.user, participant, form.cleaned_data["because"])
        except (registration.NotAllowed, changes.RecordBusy) as caught:
            reasons = (str(caught),)
        else:
            messages.success(request, "The waiver waits for the study chair.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": form, "reasons": reasons, "title": "Request a waiver",
             "button": "Send to the study chair"}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if reasons or form.errors else 200)


@access.allows(*access.DECIDES)
@sensitive_post_parameters("password", "code")
@never_cache
def decide(request: HttpRequest, reference: str, waiver_id: int) -> HttpResponse:
    """The chair approves or refuses with a reason, and signs the decision with the password."""
    participant = access.participant_for(request.user, reference)
    waiver = get_object_or_404(participant.waivers, pk=waiver_id)
    form = WaiverDecisionForm(request.POST or None)
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        approve = form.cleaned_data["decision"] == "approve"
        try:
            changes.stop_if_returned()
            presence.prove(request, request.POST.get("password", ""), request.POST.get("code", ""), UNDECIDED)
            decided = registration.decide_waiver(request.user, waiver, approve, form.cleaned_data["because"])
        except (presence.NotProven, registration.NotAllowed, changes.RecordBusy) as caught:
            reasons = (str(caught),)
        else:
            messages.success(request, f"The waiver is decided: {decided.get_decision_display().lower()}.")
            return redirect("capture:participant", participant.reference)
    answers = {row.item: Answer(row.met, row.value, row.measured_on) for row in participant.eligibility_answers.all()}
    shown = {"participant": participant, "form": form, "reasons": reasons, "waiver": waiver, "unmet": unmet(answers),
             "title": "Decide on a waiver", "button": "Sign the decision", "signs": True,
             "needs_code": presence.needs_code(request)}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if reasons or form.errors else 200)
