"""Blank forms of the casebook on paper: every field of every form with its choices, to be filled in by hand."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from django import forms

from capture.casebook.forms.base import Form
from capture.casebook.forms.laboratory import shown_unit
from capture.casebook.forms.registration import MADE_FROM, ChecklistForm
from capture.casebook.registry import CASEBOOK
from trial import protocol
from trial.drawing import pdf
from trial.drawing.form_layout import REASON
from trial.protocol import form_versions
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.record.typed_fields import DateField

MOST_CHOICES = 12  # of a longer list the words are written by hand
EMPTY_ROWS = 6
PAGES = "{pages}"  # stands for their number until it is known
Table = tuple[Sequence[str], list[Sequence[str]], Sequence[int]]


def pages(compressed: bool = True) -> bytes:
    """The newest version of each form as PDF, each begun on a page of its own."""
    sheets = begun("Blank casebook", "blank forms")
    sheets.set_compression(compressed)
    for place, form in enumerate(CASEBOOK):
        if place:
            sheets.add_page()
        head(sheets, form, form_versions.newest(form.kind))
        pdf.table(sheets, ("Field", "Answer"), [(each.label, each.answer) for each in questions(form)], (70, 112), 9)
        for row, rows, widths in tables(form):
            sheets.ln(3)
            pdf.table(sheets, row, rows, widths, 8.5)
    return bytes(sheets.output())


def begun(title: str, foot: str) -> Any:
    """Empty sheets that are the same bytes whenever they are drawn: they hold no data of a moment."""
    sheets = pdf.sheets(title, f"{protocol.STUDY_SHORT_NAME}     {foot}", PAGES)
    since = max(each.since for form in CASEBOOK for each in form.versions)
    sheets.set_creation_date(datetime.combine(since, time(), UTC))
    return sheets


def head(sheets: Any, form: Form, edition: int) -> None:
    """The name of a form, which can be jumped to, and whose it is."""
    pdf.heading(sheets, f"{form.title}, version {edition}", 14, 0)
    sheets.set_link(name=destination(form.kind, edition))
    pdf.table(sheets, ("Participant", "Site", "Entered by", "Date"), [("\n", "", "", "")], (1, 1, 1, 1), 9)
    sheets.ln(2)


def destination(kind: str, edition: int) -> str:
    """The name of the place where a form begins."""
    return f"{kind}_{edition}"


class Question(NamedTuple):
    """A question of a form: its field, what it is called, the room for the answer, whether it may be missing."""

    field: str
    label: str
    answer: str
    may_be_missing: bool


def questions(form: Form, edition: int | None = None) -> Iterator[Question]:
    """Those of an edition (None: those that a new entry answers); a value that may be missing asks for the reason."""
    asked = form.form.base_fields
    later = form_versions.asked_after(form.kind, edition) if edition else getattr(form.form, "only_on_record", ())
    labels = form_versions.labels(form.kind, edition) if edition is not None else {}
    for name, field in asked.items():
        if not field.widget.is_hidden and not name.endswith(REASON) and name not in later:
            may_be_missing = f"{name}{REASON}" in asked and f"{name}{REASON}" not in later
            missing = "\nor reason why it is missing: " if may_be_missing else ""
            yield Question(name, str(labels.get(name, field.label)), f"{answer(field)}{missing}", may_be_missing)


def answer(field: Any) -> str:
    """The room for an answer."""
    if isinstance(field, DateField):
        return "____ - ________ - ________  (DD-MMM-YYYY)"
    if isinstance(field, forms.BooleanField):
        return "☐"
    choices = [str(words) for value, words in getattr(field, "choices", ()) if value not in ("", None)]
    return "   ".join(f"☐ {words}" for words in choices) if 0 < len(choices) <= MOST_CHOICES else "\n"


def tables(form: Form) -> list[Table]:
    """The rows below an entry."""
    if form.kind == "registration":
        asked, parts = ChecklistForm().fields, " / ".join(words for _, words in MADE_FROM)
        rows: list[Sequence[str]] = [
            (each.words, f"{parts if each.is_multiple else each.unit}:\n", "\n") if each.is_laboratory
            else (each.words, answer(asked[f"met_{each.code}"]), "") for each in protocol.ELIGIBILITY
        ]  # fmt: skip
        return [(("Criterion", "Met, or value", "Laboratory date"), rows, (92, 56, 34))]
    if form.kind == "visit":
        rows = [(ANALYTES[each.code], "", " / ".join(map(shown_unit, each.units)), "", "", "") for each in
                protocol.LABORATORY]  # fmt: skip
        head = ("Analyte", "Value", "Unit", "Lower limit", "Upper limit", "Missing-value reason")
        return [(head, rows, (42, 20, 44, 22, 22, 32))]
    if form.kind == "cycle":
        return [_empty("From day", "To day", "Dose (mg)", "How often, or held", "Reason if held or reduced")]
    if form.kind in ("baseline", "follow_up_scan"):
        return [_empty("Lesion", "Organ", "Description", "Diameter (mm)", "State"), _empty("Non-target", "Organ",
                "Description", "", "State")]  # fmt: skip
    return []


def _empty(*head: str) -> Table:
    return head, [("\n", *[""] * (len(head) - 1))] * EMPTY_ROWS, (1,) * len(head)
