"""Pages that say why something due was not done, and take that word back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture import selectors
from capture.fields import today
from capture.forms.not_done import NotDoneForm
from capture.forms.reason import ReasonForm
from capture.services import not_done
from capture.views import saving
from trial import access, schedule
from trial.models import Participant


@access.allows(*access.ENTERS)
def say(request: HttpRequest, reference: str) -> HttpResponse:
    """`what` names the visit, assessment or measurement as the schedule does."""
    participant = access.participant_for(request.user, reference)
    due = _due_or_404(participant, request.GET.get("what", ""))
    form, refusal = NotDoneForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        refusal = saving.attempt(
            request, lambda: not_done.say(request.user, participant, due, found["reason"], found["because"])
        )
        if refusal is None:
            messages.success(request, f"{due.what} is marked as not done.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": form, "title": f"Not done: {due.what}", "button": "Save",
             **(refusal.context if refusal else {})}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if refusal or form.errors else 200)


@access.allows(*access.ENTERS)
def take_back(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """It was done after all, or is still to be done."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.not_done, pk=row_id, struck_out_reason="")
    form, refusal = ReasonForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        refusal = saving.attempt(
            request, lambda: not_done.take_back(request.user, row, form.cleaned_data["reason"])
        )
        if refusal is None:
            messages.success(request, f"{row.what} counts again; the word stays in the history.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": form, "title": f"Take back “not done” of {row.what}",
             "button": "Take it back", **(refusal.context if refusal else {})}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if refusal or form.errors else 200)


def _due_or_404(participant: Participant, what: str) -> schedule.Due:
    """The thing of the schedule that is meant, while it is open and nobody has said a word on it."""
    row = selectors.rows_of([participant], lambda _: today())[0]
    for cell in row.every:
        if cell and cell.due.what == what and cell.may_be_left_out:
            return cell.due
    raise Http404("Nothing of this name is due.")
