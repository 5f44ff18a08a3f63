"""Pages of expedited reporting: every clock with filters, and the reports that were sent.

A report is typed by the clock of the site and kept as an instant.
"""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from capture.casebook.fields import (
    FullDateField,
    TimeOfDayField,
    WordsField,
    ask_which,
    offset_of,
    on_the_wall,
    say_whose,
)
from capture.casebook.forms.reasons import ReasonForm
from capture.entry.views import saving
from capture.expedited import listing, reports, safety_report
from capture.expedited.clocks import clock_of
from trial.drawing.form_layout import Boxes, FilterForm, PageHelper, posted
from trial.models import AdverseEvent, ExpeditedReport, Participant, audit
from trial.record import access, site_clock
from trial.record.in_force import table_in_force
from trial.record.save import Save
from trial.record.typed_fields import choice, words
from trial.refused import Refused
from trial.rules.dates import site_time
from trial.rules.safety import expedited_reports

STATES = (("open", "Due, overdue or awaiting answer"), ("", "All"), *expedited_reports.STATES)


class ExpeditedFilter(FilterForm):
    """Which events with a clock the list shows."""

    state = choice("Status")
    site = choice("Site", ("", "All your sites"))


class ReportForm(forms.Form):
    """Kind, moment, sender and reference of one report."""

    helper = PageHelper(Boxes(css_class="entry-fields"))
    kind = choice("What was sent", ("", "Choose"), *expedited_reports.KINDS, required=True)
    sent_on = FullDateField(label="Sent on")
    sent_time = TimeOfDayField(label="Sent at")
    sent_offset = WordsField(label="Which of the two", required=False, max_length=12, widget=forms.HiddenInput)
    sent_by = words("Sent by", 120, "who sent it, in full", required=True)
    reference = words("Reference number", 60, "as the sponsor gave it; it may come later")

    offset = timedelta()

    def __init__(self, data: Any, row: ExpeditedReport | None) -> None:
        """Opened by somebody who stands at the site of the participant (`trial.record.site_clock`)."""
        self.where = site_clock.zone()
        super().__init__(data, initial=_on_record(row, self.where) if row else {})
        say_whose(self.fields["sent_time"], self.where)
        ask_which(self.fields["sent_offset"], self.initial.get("sent_on"), self.initial.get("sent_time"), self.where)

    def clean(self) -> dict[str, Any]:
        """The instant that day and time mean at the site; a time that was never shown, or twice, is refused."""
        found = super().clean() or self.cleaned_data
        if not {"sent_on", "sent_time"} & set(self.errors):
            ask_which(self.fields["sent_offset"], found["sent_on"], found["sent_time"], self.where)
            try:
                self.offset = offset_of(found["sent_on"], found["sent_time"], self.where, found.get("sent_offset", ""))
            except Refused as refusal:
                self.add_error("sent_time", str(refusal))
        return found

    def values(self) -> dict[str, Any]:
        """Field → domain value, for the service."""
        given = self.cleaned_data
        sent_at = site_time.instant(given["sent_on"], given["sent_time"], self.offset)
        return {"kind": given["kind"], "sent_at": sent_at, "sent_by": given["sent_by"],
                "reference": given["reference"]}  # fmt: skip


def _on_record(row: ExpeditedReport, where: ZoneInfo) -> dict[str, Any]:
    on, at, offset = on_the_wall(row.sent_at, where)
    return {"kind": row.kind, "sent_on": on, "sent_time": at, "sent_offset": offset, "sent_by": row.sent_by,
            "reference": row.reference}  # fmt: skip


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
    sites = [(each.code, str(each)) for each in access.sites_for(request.user)]
    shown = {
        "lines": lines[:listing.MOST_SHOWN], "total": len(lines), "state": state,
        "filter_form": ExpeditedFilter({"state": state, "site": site}, state=STATES,
                                       site=sites if len(sites) > 1 else None),
        "table": table, "readings": expedited_reports.READINGS, "now": now,
    }  # fmt: skip
    return render(request, "capture/expedited/overview.html", shown)


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Records that a report of an adverse event was sent."""
    participant = access.participant_for(request.user, reference)
    event = get_object_or_404(participant.adverse_events.standing(), pk=row_id)
    return _page(request, participant, event, None)


@access.allows(*access.ENTERS)
def existing(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Corrects a report on record, with a reason."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.expedited_reports.select_related("event").standing(), pk=row_id)
    return _page(request, participant, row.event, row)


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """Takes a report back with a reason."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.expedited_reports.standing(), pk=row_id)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)), lambda save: reports.strike_out(save, row),
        "The report is struck out. It stays in the audit trail.",
        reverse("capture:entry", args=[participant.reference, "adverse_event", row.event_id]),
        title="Strike out expedited report", button="Strike out",
    )  # fmt: skip


def _page(
    request: HttpRequest, participant: Participant, event: AdverseEvent, row: ExpeditedReport | None
) -> HttpResponse:
    now = timezone.now()
    line = listing.line(clock_of(event, now), now)
    shown = {"participant": participant, "event": event, "row": row, "line": line, "now": now,
             "heading": "Expedited report", "kind": "", "may_enter": True}  # fmt: skip

    def make(data: QueryDict | None) -> saving.Sheet:
        form, reason = ReportForm(data, row), ReasonForm(data)
        return saving.Sheet([form], reason if row is not None else None, {**shown, "form": form, "reason_form": reason})

    def save(sheet: saving.Sheet, handed: Save) -> None:
        (form,) = sheet.forms
        reports.save(handed, event, form.values(), row=row)  # type: ignore[attr-defined]

    def done(_: saving.Sheet) -> HttpResponse:
        messages.success(request, "The expedited report is saved.")
        return redirect("capture:entry", participant.reference, "adverse_event", event.pk)

    return saving.answer(request, "capture/expedited/report.html", make, lambda: [row] if row else [], save, done)


@access.allows(*access.READS_RECORD, method="GET")
def on_paper(request: HttpRequest, reference: str, row_id: int) -> HttpResponse:
    """The report of a serious event as PDF, as everything stands now; noted in the access log."""
    participant = access.participant_for(request.user, reference)
    serious = participant.adverse_events.standing().exclude(seriousness="no").select_related("participant__site")
    event, now = get_object_or_404(serious, pk=row_id), timezone.now()
    audit.note(request.user, audit.Kind.RECORD, f"report of a serious event of {participant}")
    name = f"{participant}-serious-event-{event.pk}.pdf"
    return HttpResponse(safety_report.pages(safety_report.report(event, now), event, now),
                        content_type="application/pdf",
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip
