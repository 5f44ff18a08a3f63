"""The history of one entry: one click from wherever the entry is shown."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from capture import history as of_entry
from capture.casebook import ENTRY_FORMS
from capture.conduct import black_outs
from trial import access
from trial.models import Participant

# kind in the address → (what it is called, the row with this id of this participant → the rows of the entry)
KINDS: dict[str, tuple[str, Callable[[Participant, int], list[Any]]]] = {
    "registration": ("Screening and registration", lambda one, _: of_entry.rows_of_registration(one)),
    "cycle": ("Cycle", lambda one, key: of_entry.rows_of_cycle(get_object_or_404(one.cycles, pk=key))),
    "assessment": ("Assessment", lambda one, key: of_entry.rows_of_assessment(
        get_object_or_404(one.assessments, pk=key))),
    "waiver": ("Waiver", lambda one, key: [get_object_or_404(one.waivers, pk=key)]),
    "not_done": ("Not done", lambda one, key: [get_object_or_404(one.not_done, pk=key)]),
    "expedited_report": ("Expedited report", lambda one, key: [get_object_or_404(one.expedited_reports, pk=key)]),
    "finding": ("Finding", lambda one, key: [get_object_or_404(one.findings, pk=key)]),
    **{kind: (form.title, lambda one, key, form=form: of_entry.rows_of_entry(
        form, get_object_or_404(form.model, participant=one, pk=key))) for kind, form in ENTRY_FORMS.items()},
}  # fmt: skip


@access.allows(*access.READS_RECORD)
def history(request: HttpRequest, reference: str, kind: str, row_id: int) -> HttpResponse:
    """Who changed what, when, from what to what and why; newest first."""
    participant = access.participant_for(request.user, reference)
    if kind not in KINDS:
        raise Http404("There is no such kind of entry.")
    title, rows = KINDS[kind]
    entries = of_entry.entries(rows(participant, row_id))
    shown = {"participant": participant, "entry_title": title, "entries": entries,
             "reads_trail": request.user.role in access.READS_TRAIL,
             "may_black_out": request.user.role in black_outs.MAY_ASK}  # fmt: skip
    return render(request, "capture/history.html", shown)
