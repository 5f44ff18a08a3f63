"""The pages of the forms that are one entry each: a new entry, an existing one, and striking it out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture import history
from capture.casebook import ENTRY_FORMS, CasebookForm
from capture.forms.lines import line_forms
from capture.forms.reason import ReasonForm
from capture.prefill import prefilled
from capture.services import acknowledgements, entries
from capture.views import saving
from trial import access
from trial.models import Participant


def _form_or_404(kind: str) -> CasebookForm:
    if kind not in ENTRY_FORMS:
        raise Http404("There is no such form in the casebook.")
    return ENTRY_FORMS[kind]


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """A new entry; `continues` in the address makes it a further episode of an adverse event."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    if not participant.is_registered and casebook_form.kind not in ("visit", "history", "medication", "hormone"):
        raise Http404("This form belongs to a registered participant.")
    return _page(request, participant, casebook_form, None)


@access.allows(*access.READS_RECORD)
def existing(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """A saved entry: read by all who may, corrected by the site."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    row = get_object_or_404(casebook_form.model, participant=participant, pk=row_id)
    if request.method == "POST" and (not access.may_enter(request.user) or row.is_struck_out):
        return HttpResponse("Your role reads this entry and does not write it.", status=403)
    return _page(request, participant, casebook_form, row)


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """Takes an entry back with a reason."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    row = get_object_or_404(casebook_form.model, participant=participant, pk=row_id, struck_out_reason="")
    reason = ReasonForm(request.POST or None)
    if request.method == "POST" and reason.is_valid():
        refusal = saving.attempt(request, lambda: entries.strike_out(
            request.user, participant, casebook_form, row, reason.cleaned_data["reason"]))  # fmt: skip
        if refusal is None:
            messages.success(request, f"{casebook_form.title} is struck out; it stays in the history.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": reason, "title": f"Strike out: {casebook_form.title.lower()}",
             "button": "Strike out"}  # fmt: skip
    return render(request, "capture/one_form.html", shown, status=422 if reason.errors else 200)


def _page(request: HttpRequest, participant: Participant, book: CasebookForm, row: Any) -> HttpResponse:
    assert book.form is not None
    data = request.POST if request.method == "POST" else None
    form = book.form(data, instance=row, initial={} if row else prefilled(book, participant, request.GET))
    lines, reason = line_forms(book, row, data), ReasonForm(data)
    shown: dict[str, Any] = {
        "participant": participant, "book": book, "row": row, "form": form, "lines": lines, "reason_form": reason,
        "may_enter": access.may_enter(request.user) and not (row and row.is_struck_out),
        "opened_at": history.newest_change(*history.rows_of_entry(book, row)) if row else 0,
        "continues": _continues(request, participant, row) if book.kind == "adverse_event" else None,
    }  # fmt: skip
    if data is None:
        given = acknowledgements.given(participant, book.kind, row.pk if row else None)
        return render(request, book.template, {**shown, "acknowledged": given})
    valid = [form.is_valid(), row is None or reason.is_valid(), *(each.is_valid() for each in lines)]
    if not all(valid):
        return render(request, book.template, shown, status=422)
    refusal = saving.attempt(request, lambda: _save(request, participant, book, row, form, lines, reason, shown))
    if refusal is None:
        messages.success(request, f"{book.title} is saved.")
        return _next(request, participant, book)
    return render(request, book.template, {**shown, **refusal.context}, status=refusal.status)


def _save(
    request: HttpRequest, participant: Participant, book: CasebookForm, row: Any, form: Any, lines: list[Any],
    reason: ReasonForm, shown: dict[str, Any],
) -> None:  # fmt: skip
    values = form.values()
    if book.kind == "adverse_event":
        values["continues"] = shown["continues"]
    given = acknowledgements.given(participant, book.kind, row.pk if row else None)
    entries.save(
        request.user, participant, book, values, row=row,
        reason=reason.cleaned_data.get("reason", "") if row is not None else "",
        lines=[each.line() for each in lines if each.line() is not None],
        acknowledged={**given, **saving.acknowledged(request)}, opened_at=saving.opened_at(request),
    )  # fmt: skip


def _continues(request: HttpRequest, participant: Participant, row: Any) -> Any:
    """The event that this episode continues: kept by a saved row, else named in the address or the form."""
    if row is not None:
        return row.continues
    given = request.POST.get("continues") or request.GET.get("continues") or ""
    if not given.isdigit():
        return None
    return participant.adverse_events.filter(pk=int(given), struck_out_reason="").first()


def _next(request: HttpRequest, participant: Participant, book: CasebookForm) -> HttpResponse:
    if "and_next" in request.POST and book.repeats:
        return redirect("capture:entry_new", participant.reference, book.kind)
    return redirect("capture:participant", participant.reference)
