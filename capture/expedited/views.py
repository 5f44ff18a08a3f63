"""Pages of expedited reporting: every clock with filters, and the reports that were sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from capture.casebook.forms.reasons import ReasonForm
from capture.entry.views import saving
from capture.expedited import listing, reports
from capture.expedited.clocks import clock_of
from capture.expedited.report_form import ReportForm
from trial.models import AdverseEvent, ExpeditedReport, Participant
from trial.record import access
from trial.record.in_force import table_in_force
from trial.rules.safety import expedited_reports

STATES = (("open", "Due, overdue or awaiting answer"), ("", "All"), *expedited_reports.STATES)


@access.allows(*access.READS_RECORD)
def overview(request: HttpRequest) -> HttpResponse:
    """Every event with a clock at the person's sites; filters `site` and `state`; what needs no report is left out
    unless it is asked for."""
    site, state = request.GET.get("site", "")[:12], request.GET.get("state", "open")[:12]
    now, table = timezone.now(), table_in_force()
    participants = access.participants_for(request.user)
    if site:
        participants = participants.filter(site__code=site.replace("\0", ""))
    lines = listing.lines(list(participants), now, state)
    shown = {
        "lines": lines[:listing.MOST_SHOWN], "total": len(lines), "site": site, "state": state, "states": STATES,
        "sites": access.sites_for(request.user), "table": table, "readings": expedited_reports.READINGS, "now": now,
    }  # fmt: skip
    return render(request, "capture/expedited/overview.html", shown)


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Records that a report of an adverse event was sent."""
    participant = access.participant_for(request.user, reference)
    event = get_object_or_404(participant.adverse_events, pk=row_id, struck_out_reason="")
    return _page(request, participant, event, None)


@access.allows(*access.ENTERS)
def existing(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Corrects a report on record, with a reason."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.expedited_reports.select_related("event"), pk=row_id, struck_out_reason="")
    return _page(request, participant, row.event, row)


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Takes a report back with a reason."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.expedited_reports, pk=row_id, struck_out_reason="")
    reason = ReasonForm(request.POST or None)
    if request.method == "POST" and reason.is_valid():
        refusal = saving.attempt(
            request, lambda: reports.strike_out(request.user, row, reason.cleaned_data["reason"])
        )
        if refusal is None:
            messages.success(request, "The report is struck out. It stays in the audit trail.")
            return redirect("capture:entry", participant.reference, "adverse_event", row.event_id)
        return render(request, "capture/one_form.html", {**_strike_out_page(participant, reason), **refusal.context},
                      status=refusal.status)  # fmt: skip
    status = 422 if reason.errors else 200
    return render(request, "capture/one_form.html", _strike_out_page(participant, reason), status=status)


def _strike_out_page(participant: Participant, reason: ReasonForm) -> dict[str, Any]:
    return {"participant": participant, "form": reason, "title": "Strike out expedited report", "button": "Strike out"}


def _page(
    request: HttpRequest, participant: Participant, event: AdverseEvent, row: ExpeditedReport | None
) -> HttpResponse:
    now = timezone.now()
    line = listing.line(clock_of(event, now), now)
    shown = {"participant": participant, "event": event, "row": row, "line": line, "now": now}

    def make(data: QueryDict | None) -> saving.Sheet:
        form, reason = ReportForm(data, row), ReasonForm(data)
        return saving.Sheet([form], reason if row is not None else None, {**shown, "form": form, "reason_form": reason})

    def save(sheet: saving.Sheet) -> None:
        (form,) = sheet.forms
        reports.save(request.user, event, form.values(), row=row,  # type: ignore[attr-defined]
                     reason=sheet.reason.cleaned_data["reason"] if sheet.reason else "",
                     opened_at=saving.opened_at(request))  # fmt: skip

    def done(_: saving.Sheet) -> HttpResponse:
        messages.success(request, "The expedited report is saved.")
        return redirect("capture:entry", participant.reference, "adverse_event", event.pk)

    return saving.answer(request, "capture/expedited/report.html", make, lambda: [row] if row else [], save, done)
