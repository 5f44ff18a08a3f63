"""The page of one cycle."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from capture.casebook import history, versions
from capture.casebook.fields import today
from capture.casebook.forms import treatment
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.forms.treatment import CycleForm, as_planned, period_forms
from capture.entry.services import acknowledgements, dosing
from capture.entry.views import place, saving
from capture.grading import dose_advice
from trial import protocol
from trial.drawing.form_layout import posted
from trial.models import Cycle, DosingPeriod, Participant
from trial.protocol import schedule
from trial.record import access
from trial.record.rows import read_standing, standing
from trial.record.save import Save
from trial.rules.dates.partial_date import shown
from trial.rules.dose.intensity import CycleDose, TabletCount, cycle_dose, days_planned

# The reason of the change by which a running cycle is brought up to today.
TAKEN = "Doses to date, taken as planned"


@access.allows(*access.READS_RECORD)
def cycle(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Shows a cycle; the site enters or corrects it."""
    participant = access.participant_for(request.user, reference)
    # Read at once: a cycle saved between two questions would otherwise be neither there nor due.
    versions.read_for(request, participant, "cycle")
    on_record = standing(participant, Cycle)
    row = next((each for each in on_record if each.number == number), None)
    if not participant.is_registered or (row is None and number != len(on_record) + 1):
        raise Http404("This cycle is not due.")
    if request.method == "POST" and not access.may_enter(request.user):
        raise PermissionDenied("Your role can read the casebook but not edit it.")
    return _page(request, participant, number, row)


def _periods(row: Cycle | None) -> list[treatment.Period]:
    if row is None:
        return []
    return [treatment.Period(each.from_day, each.to_day, each.dose_mg, each.frequency, each.reason)
            for each in standing(row.participant, DosingPeriod) if each.cycle_id == row.pk]  # fmt: skip


def _initial(participant: Participant, row: Cycle | None) -> dict[str, Any]:
    if row is not None:
        names = ("started_on", "tablets_dispensed", "tablets_returned", "lot", "delay_reason")
        return {name: getattr(row, name) for name in names}
    on_record = standing(participant, Cycle)
    if not on_record:
        return {}
    last = max(on_record, key=lambda each: each.number)
    return {"started_on": last.started_on + timedelta(days=protocol.constant("cycle_days"))}


def _page(request: HttpRequest, participant: Participant, number: int, row: Cycle | None) -> HttpResponse:
    planned = "as_planned" in request.POST
    edition = versions.of_page(request, participant, "cycle", row, access.may_enter(request.user))

    def make(data: QueryDict | None) -> saving.Sheet:
        periods = _periods(row)
        form = CycleForm(data, initial=_initial(participant, row))
        if row is None and form.initial:
            form.fields["started_on"].widget.attrs["data-proposed"] = True
        edition.apply(form)
        rows, reason = period_forms(data, periods), ReasonForm(data)
        page = {
            "participant": participant, "row": row, "form": form, "periods": rows,
            **saving.headed(f"Cycle {number}", "cycle", row and reverse(
                "capture:cycle_strike_out", args=[participant.reference, number])),
            "tablets": _tablets(row, periods) if data is None else _typed_tablets(form, rows),
            "reason_form": reason, "dose": _dose(row, periods) if row else None, "is_running": row and _is_running(row),
            "may_enter": edition.may_enter, "completes": row and _completes(row, periods),
            "edition": edition, "planned": planned, "dose_general": dose_advice.general(number),
            "dose_advice": SimpleLazyObject(lambda: dose_advice.of_cycle(participant, row, today())),
        }  # fmt: skip
        preset = TAKEN if planned and page["completes"] and _adds_only(form) else ""
        return saving.Sheet([form, *rows], reason if row else None, page, rows if planned else (), preset)

    return saving.answer(
        request, "capture/entry/cycle.html", make, lambda: history.rows_of(row) if row else [],
        lambda sheet, save: _save(edition.on(save), participant, number, row, sheet, planned),
        lambda sheet: _done(request, participant, number),
    )  # fmt: skip


def _is_running(row: Cycle) -> bool:
    """Whether day 28 is still to come."""
    return row.started_on + timedelta(days=protocol.constant("cycle_days") - 1) > today()


def _completes(row: Cycle, periods: list[treatment.Period]) -> bool:
    """Whether the full dose is on record from day 1 on, without a break, and more days of the cycle have passed."""
    to_date = as_planned(row.started_on, today())[0]
    return len(periods) == 1 and periods[0].to_day < to_date.to_day and replace(
        periods[0], to_day=to_date.to_day) == to_date  # fmt: skip


def _adds_only(form: CycleForm) -> bool:
    """Whether nothing else of the cycle is corrected: what is typed beside it was empty."""
    return all(form.initial.get(name) in (None, "") for name in form.changed_data)


def _dose(row: Cycle, periods: list[treatment.Period]) -> CycleDose:
    days = [(each.from_day, each.to_day, each.dose_mg, each.frequency) for each in periods]
    begun = (each.started_on for each in standing(row.participant, Cycle))
    later = min((day for day in begun if day > row.started_on), default=None)
    next_after = (later - row.started_on).days if later else None
    return cycle_dose(days, days_planned(days, later is None and _is_running(row), next_after))


def _tablets(row: Cycle | None, periods: list[treatment.Period]) -> TabletCount | None:
    return treatment.tablets_of(periods, row.tablets_dispensed, row.tablets_returned) if row else None


def _typed_tablets(form: CycleForm, rows: Iterable[treatment.PeriodForm]) -> TabletCount | None:
    """As typed so far; rows that are not valid yet count nothing."""
    form.is_valid()
    typed = [each.typed() for each in rows if each.is_valid()]
    given = [form.cleaned_data.get(name) for name in ("tablets_dispensed", "tablets_returned")]
    return treatment.tablets_of([each for each in typed if each], *given)


@access.allows(*access.ENTERS, method="POST")
def tablets(request: HttpRequest, reference: str) -> HttpResponse:
    """The tablets planned and gone, as the page is typed."""
    access.participant_for(request.user, reference)
    typed = _typed_tablets(CycleForm(request.POST), period_forms(request.POST, []))
    return render(request, "capture/entry/_tablets.html", {"tablets": typed})


def _save(
    save: Save, participant: Participant, number: int, row: Cycle | None, sheet: saving.Sheet, planned: bool
) -> None:
    form, *rows = sheet.forms
    typed = [each.typed() for each in rows] if not planned else _as_planned(form)  # type: ignore[attr-defined]
    dosing.save_cycle(
        acknowledgements.with_given(save, participant, "cycle", row), participant, number,
        form.cleaned_data, [each for each in typed if each],  # type: ignore[attr-defined]
    )  # fmt: skip


def _as_planned(form: Any) -> list[treatment.Period]:
    return as_planned(form.cleaned_data["started_on"], today())


def _done(request: HttpRequest, participant: Participant, number: int) -> HttpResponse:
    read_standing(participant, Cycle, DosingPeriod)
    row = next((each for each in standing(participant, Cycle) if each.number == number), None)
    count = _tablets(row, _periods(row))
    started_on = f", {shown(row.started_on)}," if row else ""
    counted = f" Tablets: {count.in_words}." if count else ""
    next_due = place.next_due(participant, schedule.CYCLE)
    messages.success(request, f"Cycle {number}{started_on} is saved.{counted}{next_due}")
    return place.back(request, participant, place.mark_of("cycle", row.pk if row else ""))


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Takes a cycle back with a reason; the newest first."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.cycles.standing(), number=number)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)), lambda save: dosing.strike_out(save, row),
        f"Cycle {number} is struck out. It stays in the audit trail.", title=f"Strike out cycle {number}",
        button="Strike out",
    )  # fmt: skip
