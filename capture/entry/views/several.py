"""The page on which several entries of one form are entered in a table, with one save."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from capture.casebook import versions
from capture.casebook.forms.base import EntryForm, Form
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from capture.entry.views import place, saving
from trial.drawing.form_layout import Rows
from trial.models.fields import in_a_sentence
from trial.record import access

ROWS = 6


@access.allows(*access.ENTERS)
def page(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """A row for each new entry; rows that are left empty are none."""
    participant = access.participant_for(request.user, reference)
    book = ENTRY_FORMS.get(form)
    if book is None or not book.in_rows or not (participant.is_registered or book.before_registration):
        raise Http404("This form is not entered in a table.")
    edition = versions.of_page(request, participant, book.kind, None, True)
    shown = {"participant": participant, "book": book, "edition": edition, "may_enter": True,
             **saving.headed(f"{book.title}: several", book.kind, None)}  # fmt: skip

    def make(data: QueryDict | None) -> saving.Sheet:
        rows = [_row(book, data, number) for number in range(1, ROWS + 1)]
        for each in rows:
            edition.apply(each)
        return saving.Sheet(rows, None, {**shown, "form": Rows(rows, "capture/casebook/entry_rows.html")})

    def save(sheet: saving.Sheet, how: Any) -> None:
        typed = (each.typed() for each in sheet.forms)  # type: ignore[attr-defined]
        saved.extend(entries.save_many(edition.on(how), participant, book, [each for each in typed if each]))

    def done(_: saving.Sheet) -> HttpResponse:
        entered = "; ".join(str(each) for each in saved)
        words = f"{len(saved)} entr{'ies' if len(saved) > 1 else 'y'} saved: {entered}."
        messages.success(request, f"{words}{place.next_due(participant, book.kind)}")
        return place.back(request, participant, place.mark_of(book.kind, saved[0].pk))

    saved: list[Any] = []
    return saving.answer(request, "capture/entry/several.html", make, list, save, done)


def _row(book: Form, data: QueryDict | None, number: int) -> EntryForm:
    made: EntryForm = book.form(data, prefix=f"row{number}", empty_permitted=True, use_required_attribute=False)
    for field in made.fields.values():
        field.widget.attrs["aria-label"] = f"Row {number}: {in_a_sentence(str(field.label))}"
        field.widget.attrs.pop("autofocus", None)
    return made
