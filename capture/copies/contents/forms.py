"""Every form of the casebook with its entries, struck-out ones too, as sections of a copy."""

from typing import Any

from django.utils.text import capfirst

from capture.casebook import history, labels
from capture.casebook.forms.base import Form
from capture.casebook.registry import CASEBOOK, FORMS
from capture.copies.contents import values
from trial.drawing.sections import Block, Section, Words
from trial.models import Participant

NONE = Words("None", "quiet")


def sections(participant: Participant) -> list[Section]:
    """One section for each form, in order of the casebook."""
    return [_section(form, _entries(form, participant)) for form in CASEBOOK]


def _section(form: Form, parts: tuple[Section, ...]) -> Section:
    due = Words(f"Due {form.due.words}.", "quiet")
    return Section(form.title, (due,) if parts else (due, NONE), parts, f"form-{form.kind}")


def _entries(form: Form, participant: Participant) -> tuple[Section, ...]:
    if form.kind == "registration":
        return _registration(participant)
    return tuple(_entry(form.kind, row, _below(form, row)) for row in form.entries(participant))


def _below(form: Form, row: Any) -> list[tuple[str, Any, tuple[str, ...]]]:
    """What was chosen in the entry and the rows below it, by model: their name, the rows, what is left out of each."""
    found: dict[str, list[Any]] = {}
    for below in history.rows_of(row)[1:]:
        found.setdefault(capfirst(str(below._meta.verbose_name_plural)), []).append(below)
    left_out = (form.lines.parent,) if form.lines is not None else ()
    return [(title, rows, left_out) for title, rows in found.items()]


def _registration(participant: Participant) -> tuple[Section, ...]:
    apart = (participant.waivers, participant.findings, participant.screen_failures, participant.site_transfers)
    return (
        _entry("registration", participant, _below(FORMS["registration"], participant)),
        *(Section(capfirst(str(each._meta.verbose_name)), (*_struck(each), values.facts(each)))
          for rows in apart for each in rows.order_by("id")),
    )  # fmt: skip


def _entry(kind: str, row: Any, below: list[tuple[str, Any, tuple[str, ...]]]) -> Section:
    """One entry: its fields, then its lines as tables."""
    blocks: list[Block] = [*_struck(row), values.facts(row, kind)]
    for title, rows, leave_out in below:
        found = list(rows)
        if found:
            blocks += [Words(title, "strong"), values.table(found, (*leave_out, *_said_above(row, found)))]
    title = "Details" if kind == "registration" else labels.place(row.participant, kind, row).title
    struck = " (struck out)" if row.is_struck_out else ""
    return Section(f"{title}{struck}", tuple(blocks), (), f"{kind}-{row.pk}")


def _said_above(row: Any, lines: list[Any]) -> tuple[str, ...]:
    """The edition of the lines, where it is that of their entry."""
    editions = {getattr(each, "form_edition", None) for each in lines}
    return ("form_edition",) if editions == {getattr(row, "form_edition", None)} else ()


def _struck(row: Any) -> tuple[Block, ...]:
    return (Words(f"Struck out: {row.struck_out_reason}", "struck"),) if row.is_struck_out else ()
