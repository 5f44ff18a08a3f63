"""Pages of a screening that ends without registration."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.forms.registration import ScreenFailureForm
from capture.entry.services import screening
from capture.entry.views import saving
from trial.record import access


@access.allows(*access.ENTERS)
def fail(request: HttpRequest, reference: str) -> HttpResponse:
    """Records the screen failure with its reason and day."""
    participant = access.participant_for(request.user, reference)
    form = ScreenFailureForm(request.POST or None)
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
        request, participant, ReasonForm(request.POST or None), lambda save: screening.resume(save, row),
        "The screen failure is struck out.", title="Strike out screen failure", button="Strike out",
    )  # fmt: skip
