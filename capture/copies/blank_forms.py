"""Blank forms of the casebook on paper: every field of every form with its choices, to be filled in by hand."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from capture.casebook.forms.base import Form
from capture.casebook.forms.laboratory import shown_unit
from capture.casebook.registry import CASEBOOK
from trial import protocol
from trial.drawing import pdf
from trial.drawing.form_layout import REASON
from trial.protocol import form_versions
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record.typed_fields import DateField

MOST_CHOICES = 12  # of a longer list the words are written by hand
EMPTY_ROWS = 6
Table = tuple[Sequence[str], list[Sequence[str]], Sequence[int]]


def pages(compressed: bool = True) -> bytes:
    """All forms as PDF, each begun on a page of its own."""
    sheets = pdf.sheets("Blank casebook", f"{protocol.STUDY_SHORT_NAME}     blank forms")
    sheets.set_compression(compressed)
    for place, form in enumerate(CASEBOOK):
        if place:
            sheets.add_page()
        pdf.heading(sheets, f"{form.title}, version {form_versions.newest(form.kind)}", 14, 0)
        pdf.table(sheets, ("Participant", "Site", "Entered by", "Date"), [("\n", "", "", "")], (1, 1, 1, 1), 9)
        sheets.ln(2)
        pdf.table(sheets, ("Field", "Answer"), list(_fields(form)), (70, 112), 9)
        for head, rows, widths in _tables(form):
            sheets.ln(3)
            pdf.table(sheets, head, rows, widths, 8.5)
    return bytes(sheets.output())


def _fields(form: Form) -> Iterator[tuple[str, str]]:
    """Label and the room for the answer of each field; a value that may be missing asks for the reason."""
    asked = form.form.base_fields
    for name, field in asked.items():
        if not field.widget.is_hidden and not name.endswith(REASON):
            missing = "\nor reason why it is missing: " if f"{name}{REASON}" in asked else ""
            yield str(field.label), f"{_answer(field)}{missing}"


def _answer(field: Any) -> str:
    if isinstance(field, DateField):
        return "____ - ________ - ________  (DD-MMM-YYYY)"
    if isinstance(field, forms.BooleanField):
        return "☐"
    choices = [str(words) for value, words in getattr(field, "choices", ()) if value not in ("", None)]
    return "   ".join(f"☐ {words}" for words in choices) if 0 < len(choices) <= MOST_CHOICES else "\n"


def _tables(form: Form) -> list[Table]:
    """The rows below an entry."""
    if form.kind == "registration":
        rows: list[Sequence[str]] = [(each.words, "☐ yes   ☐ no", "\n" if each.is_laboratory else "") for each in
                                     protocol.ELIGIBILITY]  # fmt: skip
        return [(("Criterion", "Answer", "Value and date"), rows, (100, 30, 52))]
    if form.kind == "visit":
        rows = [(ANALYTES[each.code], "", " / ".join(map(shown_unit, each.units)), "", "", "") for each in
                protocol.LABORATORY]  # fmt: skip
        head = ("Analyte", "Value", "Unit", "Lower limit", "Upper limit", "Missing-value reason")
        return [(head, rows, (44, 24, 48, 21, 21, 24))]
    if form.kind == "cycle":
        return [_empty("From day", "To day", "Dose (mg)", "How often, or held", "Reason if held or reduced")]
    if form.kind in ("baseline", "follow_up_scan"):
        return [_empty("Lesion", "Organ", "Description", "Diameter (mm)", "State"), _empty("Non-target", "Organ",
                "Description", "", "State")]  # fmt: skip
    return []


def _empty(*head: str) -> Table:
    return head, [("\n", *[""] * (len(head) - 1))] * EMPTY_ROWS, (1,) * len(head)
