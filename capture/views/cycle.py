"""The page of one cycle."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture import history
from capture.forms.cycle import CycleForm, as_planned, period_forms
from capture.forms.reason import ReasonForm
from capture.services import acknowledgements, dosing
from capture.services.entries import EditedMeanwhile
from capture.views import saving
from trial import access, protocol
from trial.models import Cycle, Participant
from trial.rules.dosing import cycle_dose


@access.allows(*access.READS_RECORD)
def cycle(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Shows a cycle; the site enters or corrects it."""
    participant = access.participant_for(request.user, reference)
    row = participant.cycles.filter(number=number, struck_out_reason="").first()
    if not participant.is_registered or (
        row is None and number != participant.cycles.filter(struck_out_reason="").count() + 1
    ):
        raise Http404("This cycle is not due.")
    if request.method == "POST" and not access.may_enter(request.user):
        return HttpResponse("Your role reads the record and does not write it.", status=403)
    return (
        _save(request, participant, number, row)
        if request.method == "POST"
        else _show(request, participant, number, row)
    )


def _periods(row: Cycle | None) -> list[dosing.Period]:
    if row is None:
        return []
    return [dosing.Period(each.from_day, each.to_day, each.dose_mg, each.frequency, each.reason)
            for each in row.periods.filter(struck_out_reason="")]  # fmt: skip


def _initial(participant: Participant, row: Cycle | None) -> dict[str, Any]:
    if row is not None:
        names = ("started_on", "tablets_dispensed", "tablets_returned", "lot", "delay_reason")
        return {name: getattr(row, name) for name in names}
    last = participant.cycles.filter(struck_out_reason="").order_by("number").last()
    if last is None:
        return {}
    return {"started_on": last.started_on + timedelta(days=protocol.constant("cycle_days"))}


def _show(request: HttpRequest, participant: Participant, number: int, row: Cycle | None) -> HttpResponse:
    form = CycleForm(initial=_initial(participant, row))
    return _page(request, participant, number, row, form, period_forms(None, _periods(row)), ReasonForm())


def _save(request: HttpRequest, participant: Participant, number: int, row: Cycle | None) -> HttpResponse:
    form, reason = CycleForm(request.POST), ReasonForm(request.POST)
    rows = period_forms(request.POST, _periods(row))
    planned = "as_planned" in request.POST
    # A list, not a generator: every row is checked, so that every error is shown at once.
    rows_valid = [each.is_valid() for each in rows]
    valid = [form.is_valid(), row is None or reason.is_valid(), planned or all(rows_valid)]
    if not all(valid):
        return _page(request, participant, number, row, form, rows, reason, status=422)
    periods = as_planned() if planned else [each.period() for each in rows if each.period()]
    refusal = saving.attempt(request, lambda: _write(request, participant, number, row, form, periods, reason))
    if refusal is None:
        messages.success(request, f"Cycle {number} is saved.")
        return redirect("capture:participant", participant.reference)
    context = {**refusal.context, "planned": planned}
    return _page(request, participant, number, row, form, rows, reason, context, refusal.status)


def _write(
    request: HttpRequest, participant: Participant, number: int, row: Cycle | None, form: CycleForm,
    periods: list[Any], reason: ReasonForm,
) -> None:  # fmt: skip
    opened = saving.opened_at(request)
    if row is not None and opened is not None and (newer := history.since(history.rows_of_cycle(row), opened)):
        raise EditedMeanwhile(newer)
    found = form.cleaned_data
    given = acknowledgements.given(participant, "cycle", row.pk if row else None)
    dosing.save_cycle(
        request.user, participant, number, found["started_on"], periods, found["tablets_dispensed"],
        found["tablets_returned"], found["lot"], found["delay_reason"],
        reason.cleaned_data.get("reason", "") if row is not None else "", {**given, **saving.acknowledged(request)},
    )  # fmt: skip


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Takes a cycle back with a reason; the newest first."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.cycles, number=number, struck_out_reason="")
    reason, refusal = ReasonForm(request.POST or None), None
    if request.method == "POST" and reason.is_valid():
        refusal = saving.attempt(request, lambda: dosing.strike_out(request.user, row, reason.cleaned_data["reason"]))
        if refusal is None:
            messages.success(request, f"Cycle {number} is struck out; it stays in the history.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": reason, "title": f"Strike out cycle {number}", "button": "Strike out",
             **(refusal.context if refusal else {})}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if refusal or reason.errors else 200)


def _page(
    request: HttpRequest, participant: Participant, number: int, row: Cycle | None, form: CycleForm, rows: list[Any],
    reason: ReasonForm, more: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    dose = cycle_dose([(each.from_day, each.to_day, each.dose_mg, each.frequency) for each in _periods(row)])
    return render(
        request,
        "capture/cycle.html",
        {
            "participant": participant, "number": number, "cycle": row, "form": form, "periods": rows,
            "reason_form": reason, "dose": dose if row else None, **(more or {}),
            "opened_at": history.newest_change(*history.rows_of_cycle(row)) if row else 0,
            "may_enter": access.may_enter(request.user),
        },
        status=status,
    )  # fmt: skip
