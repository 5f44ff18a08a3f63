"""The pages of the forms that are one entry each: a new entry, an existing one, and striking it out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from capture.casebook import history, labels, versions
from capture.casebook.forms.base import Form, rest_not_done
from capture.casebook.forms.laboratory import line_forms
from capture.casebook.forms.reasons import ReasonForm
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.prefill import prefilled
from capture.entry.services import acknowledgements, entries, laboratories
from capture.entry.views import grading, place, saving
from trial.drawing.form_layout import posted
from trial.models import Participant
from trial.models.fields import in_a_sentence
from trial.record import access
from trial.record.save import Save
from trial.rules.typed_text import key


def _form_or_404(kind: str) -> Form:
    if kind not in ENTRY_FORMS:
        raise Http404("The casebook has no such form.")
    return ENTRY_FORMS[kind]


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """A new entry; `continues` in the address makes it a further episode of an adverse event."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    if not participant.is_registered and not casebook_form.before_registration:
        raise Http404("This form needs a registered participant.")
    return _page(request, participant, casebook_form, None)


@access.allows(*access.READS_RECORD)
def existing(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """A saved entry: read by all who may, corrected by the site."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    versions.read_for(request, participant, form)
    on_record = (each for each in casebook_form.standing(participant) if each.pk == row_id)
    row = next(on_record, None) or get_object_or_404(casebook_form.model, participant=participant, pk=row_id)
    if request.method == "POST" and not access.may_enter(request.user):
        raise PermissionDenied("Your role can read this entry but not edit it.")
    if request.method == "POST" and row.is_struck_out:
        raise PermissionDenied("This entry is struck out and cannot be corrected.")
    return _page(request, participant, casebook_form, row)


@access.allows(*access.ENTERS)
def strike_out(request: HttpRequest, reference: str, form: str, row_id: int) -> HttpResponse:
    """Takes an entry back with a reason."""
    participant = access.participant_for(request.user, reference)
    casebook_form = _form_or_404(form)
    row = get_object_or_404(casebook_form.model.objects.standing(), participant=participant, pk=row_id)
    return saving.one_form(
        request, participant, ReasonForm(posted(request)),
        lambda save: entries.strike_out(save, participant, casebook_form, row),
        f"{casebook_form.title} is struck out. It stays in the audit trail.",
        title=f"Strike out: {in_a_sentence(casebook_form.title)}", button="Strike out",
    )  # fmt: skip


def _page(request: HttpRequest, participant: Participant, book: Form, row: Any) -> HttpResponse:
    continues = _continues(request, participant, row) if book.kind == "adverse_event" else None
    may_enter = access.may_enter(request.user) and not (row and row.is_struck_out)
    edition = versions.of_page(request, participant, book.kind, row, may_enter)
    shown: dict[str, Any] = {
        "participant": participant, "book": book, "row": row, "continues": continues,
        **saving.headed(book.title, book.kind, row and reverse(
            "capture:entry_strike_out", args=[participant.reference, book.kind, row.pk])),
        "may_enter": edition.may_enter, "edition": edition,
        **grading.beside(request, participant, book.kind, row),
    }  # fmt: skip

    def make(data: QueryDict | None) -> saving.Sheet:
        assert book.form is not None
        if data is not None and "rest_not_done" in data:
            asked = book.form()
            edition.apply(asked)
            data = rest_not_done(asked, data)
        form = book.form(data, instance=row, initial={} if row else prefilled(book, participant, request.GET))
        edition.apply(form)
        limits = laboratories.for_page(participant, form) if book.kind == "visit" else None
        lines, reason = line_forms(book, row, data, participant, limits), ReasonForm(data)
        given = acknowledgements.given(participant, book.kind, row.pk if row else None) if data is None else {}
        more = {"form": form, "lines": lines, "reason_form": reason, "acknowledged": given,
                **(grading.of_visit(participant, form, lines, row) if book.kind == "visit" else {})}  # fmt: skip
        return saving.Sheet([form, *lines], reason if row is not None else None, {**shown, **more})

    saved: list[Any] = []
    return saving.answer(
        request, book.template, make, lambda: history.rows_of(row) if row else [],
        lambda sheet, save: saved.append(_save(edition.on(save), participant, book, row, sheet, continues)),
        lambda sheet: _next(request, participant, book, saved[-1], row is None),
    )  # fmt: skip


def _save(save: Save, participant: Participant, book: Form, row: Any, sheet: saving.Sheet, continues: Any) -> Any:
    form, *lines = sheet.forms
    values = form.values()  # type: ignore[attr-defined]
    if book.kind == "adverse_event":
        values["continues"] = continues
    typed = [each.typed() for each in lines]  # type: ignore[attr-defined]
    save = acknowledgements.with_given(save, participant, book.kind, row)
    return entries.save(save, participant, book, values, row=row, lines=[line for line in typed if line is not None])


def _continues(request: HttpRequest, participant: Participant, row: Any) -> Any:
    """The event that this episode continues: kept by a saved row, else named in the address or the form."""
    if row is not None:
        return row.continues
    given = request.POST.get("continues") or request.GET.get("continues") or ""
    return participant.adverse_events.standing().filter(pk=key(given)).first()


def _next(request: HttpRequest, participant: Participant, book: Form, row: Any, is_new: bool) -> HttpResponse:
    """Says what was saved, and which of its kind is due next; a new entry can be taken back at once."""
    saved = labels.place(participant, book.kind, row)
    words = f"{saved.title} is saved: {saved.entry}.{place.next_due(participant, book.kind)}"
    undo = reverse("capture:entry_strike_out", args=[participant.reference, book.kind, row.pk])
    messages.success(request, saving.with_undo(request, words, undo) if is_new else words)
    if "and_next" in request.POST and book.repeats:
        further = reverse("capture:entry_new", args=[participant.reference, book.kind])
        return redirect(place.led_back(request, further))
    return place.back(request, participant, place.mark_of(book.kind, row.pk))
