"""Pages of registration: register, register a screened participant, correct, record a finding, end a screening."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from capture.casebook import history, versions
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.forms.registration import (
    CorrectionForm,
    FindingForm,
    RegisterScreenedForm,
    RegistrationForm,
    ScreenFailureForm,
    WaiverDecisionForm,
    WaiverRequestForm,
)
from capture.entry.services import corrections, registration, screening
from capture.entry.views import saving
from trial import protocol
from trial.accounts.forms import SigningForm
from trial.accounts.security import proof
from trial.drawing.form_layout import posted
from trial.models import Participant, Site
from trial.record import access, in_force, site_clock, versions_in_force
from trial.record.save import of_request
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

LOOK_AGAIN = "Nothing was saved. Your input is still in the form: check it and save again."


@access.allows(*access.ENTERS)
def register(request: HttpRequest) -> HttpResponse:
    """Details and checklist on one page → a registered participant, or a screened one when `screen` is pressed."""
    site_clock.stand_at(_site_of_the_form(request))
    form = RegistrationForm(request.user, posted(request))
    edition = _edition(request, form)
    form.fields["registered_on"].required = "screen" not in request.POST
    refusal: Refused | None = None
    if request.POST.get("edition", str(edition)) != str(edition):
        refusal = Refused(f"This site uses version {edition} of this form. {LOOK_AGAIN}")
    elif request.method == "POST" and form.is_valid():
        try:
            if "screen" in request.POST:
                return _screened(request, form, edition)
            return _registered(request, form, edition)
        except Refused as caught:
            refusal = caught
    counted = registration.counted_in(form.details(), form.answers()) if refusal and form.is_valid() else ""
    return _page(request, "capture/entry/registration/register.html", form, refusal, edition=edition,
                 counted=counted, **_gates(*protocol.GROUPS))  # fmt: skip


@access.allows(*access.ENTERS)
@require_POST
def counted(request: HttpRequest) -> HttpResponse:
    """How many criteria are met, as the page is typed."""
    form = RegistrationForm(request.user, request.POST)
    form.is_valid()
    words = registration.counted_in(form.details(), form.answers())
    shown = {"counted": words, "rows": [each for each in form.items() if each["item"].is_multiple]}
    return render(request, "capture/entry/registration/_counted.html", shown)


def _edition(request: HttpRequest, form: RegistrationForm) -> int:
    """The edition in force at the site that was chosen; before one is, the newest in force at the person's sites."""
    chosen = request.POST.get("site", "")
    sites = [site.pk for site in form.sites if str(site.pk) == chosen] or [site.pk for site in form.sites]
    number = max((versions_in_force.in_force(site, "registration") for site in sites), default=1)
    versions.ask_by(form, "registration", number)
    return number


def _site_of_the_form(request: HttpRequest) -> Site | None:
    """The person's own site, or the one chosen of several: its day is today."""
    sites, chosen = list(request.user.sites.all()), request.POST.get("site", "")
    found = sites if len(sites) == 1 else [each for each in sites if str(each.pk) == chosen]
    return found[0] if found else None


def _gates(*groups: protocol.Group) -> dict[str, Any]:
    """Which groups are open, said before anything is typed."""
    gates = [in_force.gate_in_force(group.code) for group in groups]
    return {"gates": gates, "one_is_closed": not all(gate.open for gate in gates)}


def _registered(request: HttpRequest, form: RegistrationForm, edition: int) -> HttpResponse:
    cleaned = form.cleaned_data
    participant = registration.screen_and_register(
        replace(saving.save_of(request), edition=edition), cleaned["site"], form.details(), form.answers(),
        cleaned["registered_on"],
    )
    messages.success(request, f"{participant.number} is registered in group {participant.group}.")
    return redirect("capture:participant", participant.reference)


def _screened(request: HttpRequest, form: RegistrationForm, edition: int) -> HttpResponse:
    participant = registration.screen(
        replace(of_request(request), edition=edition), form.cleaned_data["site"], form.details(), form.answers()
    )
    messages.success(request, f"{participant} is saved as screened: {registration.counted_of(participant)}.")
    return redirect(AFTER_SCREENING.get(request.POST["screen"], "capture:waiver"), participant.reference)


@access.allows(*access.ENTERS)
def register_screened(request: HttpRequest, reference: str) -> HttpResponse:
    """Registers a screened participant, for instance after the chair approved a waiver."""
    participant = access.participant_for(request.user, reference)
    form = RegisterScreenedForm(posted(request))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            done = registration.register(saving.save_of(request), participant, form.cleaned_data["registered_on"])
        except Refused as caught:
            refusal = caught
        else:
            messages.success(request, f"{done.number} is registered in group {done.group}.")
            return redirect("capture:participant", done.reference)
    return _page(request, "capture/entry/one_form.html", form, refusal, participant, title="Register",
                 button="Register",
                 **_gates(*(group for group in protocol.GROUPS if group.code == participant.group)))  # fmt: skip


@access.allows(*access.READS_RECORD)
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Registration as it stands: read by all who may, corrected by the site with a reason."""
    participant = access.participant_for(request.user, reference)
    may_enter = access.may_enter(request.user)
    if request.method == "POST" and not may_enter:
        raise PermissionDenied("Your role can read the registration but not edit it.")

    edition = versions.of_page(request, participant, "registration", participant, may_enter)

    def make(data: QueryDict | None) -> saving.Sheet:
        reason = ReasonForm(data)
        # First answers of a screening need none; the service tells them from corrections.
        reason.fields["reason_code"].required = participant.is_registered
        form = CorrectionForm(participant, corrections.answers_of(participant), data)
        edition.apply(form)
        shown = {"participant": participant, "row": participant, "form": form, "reason_form": reason,
                 **saving.headed("Registration", "registration", ""),
                 "counted": registration.counted_of(participant),
                 "may_enter": edition.may_enter, "edition": edition}  # fmt: skip
        return saving.Sheet([form], reason, shown)

    return saving.answer(
        request, "capture/entry/registration/correct.html", make, lambda: history.rows_of(participant),
        lambda sheet, save: corrections.correct_participant(
            edition.on(save), participant, sheet.shown["form"].corrections(), sheet.shown["form"].corrected_answers()),
        lambda sheet: _corrected(request, participant),
    )  # fmt: skip


def _corrected(request: HttpRequest, participant: Participant) -> HttpResponse:
    if not participant.is_registered:
        messages.success(request, f"The screening of {participant} is saved: {registration.counted_of(participant)}.")
        return redirect("capture:participant", participant.reference)
    messages.success(request, f"The registration of {participant} is saved. The participant is in group "
                              f"{participant.group}.")
    against = registration.standing_against(participant)
    if against:
        messages.warning(request, f"Not eligible after the correction: {' '.join(each.words for each in against)}")
    return redirect("capture:participant", participant.reference)


@access.allows(*access.ENTERS)
def finding(request: HttpRequest, reference: str) -> HttpResponse:
    """Records what turned out about the registration: ineligible, cancelled before treatment, in error."""
    participant = access.participant_for(request.user, reference)
    form = FindingForm(posted(request), initial={"kind": request.GET.get("kind", "")})
    refusal = None
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = registration.record_finding(
                of_request(request), participant, cleaned["kind"], cleaned["found_on"], cleaned["because"]
            )
        except Refused as caught:
            refusal = caught
        else:
            messages.success(request, f"{made.get_kind_display()} on {shown(made.found_on)} is saved.")
            return redirect("capture:participant", participant.reference)
    return _page(request, "capture/entry/one_form.html", form, refusal, participant, title="Record registration issue",
                 button="Save")  # fmt: skip


def _page(
    request: HttpRequest, template: str, form: Form, refusal: Refused | None = None,
    participant: Participant | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """The form again with everything typed; 422 when the protocol refused it."""
    shown_on_page = {
        "form": form,
        "participant": participant,
        **saving.refusal_of(request, refusal, [form]).context,
        "waivable": isinstance(refusal, registration.Waivable) and refusal.can_be_waived,
        **more,
    }
    return render(request, template, shown_on_page, status=422 if refusal or form.errors else 200)


AFTER_SCREENING = {"keep": "capture:participant", "failure": "capture:screen_failure"}
UNDECIDED = "Nothing was decided."


@access.allows(*access.ENTERS)
def request_waiver(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks the study chair to waive criteria that are not met; only while every criterion is answered."""
    participant = access.participant_for(request.user, reference)
    try:
        not_met = registration.waivable(participant)
    except Refused as refused:
        shown = {"participant": participant, "reasons": refused.reasons, "title": "Request waiver"}
        return render(request, "capture/entry/one_form.html", shown, status=422 if request.POST else 200)
    form = WaiverRequestForm(not_met, posted(request))
    return saving.one_form(
        request, participant, form, lambda save: registration.request_waiver(
            save, participant, form.cleaned_data["because"], form.cleaned_data["criteria"]),
        "The waiver is awaiting the study chair.", title="Request waiver", button="Send waiver request",
    )  # fmt: skip


@access.allows(*access.DECIDES)
@sensitive_post_parameters("password", "code")
@never_cache
def decide(request: HttpRequest, reference: str, waiver_id: int) -> HttpResponse:
    """The chair approves or refuses with a reason, and signs the decision with the password."""
    participant = access.participant_for(request.user, reference)
    waiver = get_object_or_404(participant.waivers, pk=waiver_id)
    form = WaiverDecisionForm(posted(request))
    reasons: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        save, approve = of_request(request), form.cleaned_data["decision"] == "approve"
        try:
            save.stop_if_returned()
            proof.prove(request, request.POST.get("password", ""), request.POST.get("code", ""), UNDECIDED)
            decided = registration.decide_waiver(save, waiver, approve, form.cleaned_data["because"])
        except Refused as caught:
            reasons = (str(caught),)
        else:
            messages.success(request, f"The waiver is decided: {decided.get_decision_display().lower()}.")
            return redirect("capture:participant", participant.reference)
    against = registration.standing_against(participant)
    named = [each for each in against if each.item in waiver.items or not waiver.items]
    shown = {"participant": participant, "form": form, "reasons": reasons, "waiver": waiver, "not_met": named,
             "others": [each for each in against if each not in named],
             "title": "Waiver decision", "button": "Sign decision",
             "signing_form": SigningForm(request)}  # fmt: skip
    return render(request, "capture/entry/one_form.html", shown, status=422 if reasons or form.errors else 200)


@access.allows(*access.ENTERS)
def screen_failure(request: HttpRequest, reference: str) -> HttpResponse:
    """Records the screen failure with its reason and day."""
    participant = access.participant_for(request.user, reference)
    form = ScreenFailureForm(posted(request))
    return saving.one_form(
        request, participant, form, lambda save: screening.fail(save, participant, **form.cleaned_data),
        f"The screen failure of {participant} is saved.", title="Screen failure", button="Save screen failure",
    )  # fmt: skip


@access.allows(*access.ENTERS)
def resume(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Strikes the screen failure out, so that screening goes on."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.screen_failures.standing(), pk=row_id)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)), lambda save: screening.resume(save, row),
        "The screen failure is struck out.", title="Strike out screen failure", button="Strike out",
    )  # fmt: skip
