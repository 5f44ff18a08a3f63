"""Pages of source verification: one click on a form, by visit for a participant, and the overview."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from capture.casebook import labels
from capture.conduct import verification
from capture.conduct.verification import PLAN, entries_of
from capture.entry.views import saving
from trial.models import Participant, Role
from trial.record import access
from trial.record.save import of_request
from trial.rules.typed_text import key

VERIFIED = "Marked as source-verified."


@access.allows(Role.MONITOR, method="POST")
def verify(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """The monitor compared a form, or one field of it, with the source."""
    participant = access.participant_for(request.user, reference)
    row = labels.row_of(participant, form, row_id)
    if row is None:
        raise Http404("This entry does not exist.")
    entry = (form, row, _number(request.POST.get("seen", "")))
    save, field = of_request(request), request.POST.get("field", "")[:60]
    saving.tell(request, lambda: verification.verify(save, participant, *entry, field), VERIFIED)
    return redirect(labels.place(participant, form, row).url)


@access.allows(Role.MONITOR)
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan for one participant, by day; a visit is verified as a whole."""
    participant = access.participant_for(request.user, reference)
    if request.method == "POST":
        entries = [each for text in request.POST.getlist("entry") if (each := _entry(participant, text))]
        saving.tell(request, lambda: verification.verify_many(of_request(request), participant, entries), VERIFIED)
        return redirect("capture:verification", participant.reference)
    days = [(on, list(entries)) for on, entries in groupby(entries_of(participant, PLAN), key=lambda each: each.on)]
    shown = [
        (on, [(each, verification.of_entry(participant, each.kind, each.row)[0]) for each in entries])
        for on, entries in days
    ]
    return render(request, "capture/conduct/verification.html", {"participant": participant, "days": shown})


@access.allows(Role.MONITOR)
def again(request: HttpRequest) -> HttpResponse:
    """What was verified and changed since, over all participants; and the plan itself."""
    participants = list(access.participants_for(request.user).order_by("number", "screening_number"))
    dropped = verification.dropped_of(participants)
    at, progress = labels.places(dropped), verification.progress(participants)
    shown = {
        "dropped": [(each, at[(each.form, each.row_id)], each.field and labels.field_label(each.form, each.field))
                    for each in dropped],
        "participants": [(each, *progress.get(each.pk, (0, 0))) for each in participants],
        "in_all": [sum(counts) for counts in zip(*progress.values(), strict=True)] or [0, 0],
        "plan": [(labels.TITLES[kind], [labels.field_label(kind, name) for name in names])
                 for kind, names in PLAN.items()],
    }  # fmt: skip
    return render(request, "capture/conduct/verification_again.html", shown)


def _entry(participant: Participant, text: str) -> tuple[str, Any, int] | None:
    """`form:row id:change` as the page sent it; None for an entry that is not the participant's."""
    form, _, rest = text.partition(":")
    key, _, seen = rest.partition(":")
    row = labels.row_of(participant, form, _number(key))
    return (form, row, _number(seen)) if row is not None else None


def _number(text: str) -> int:
    return key(text) or 0
