"""Every form of the casebook with its entries, struck-out ones too, as sections of a copy."""

from collections.abc import Iterable
from typing import Any

from capture.casebook import labels
from capture.casebook.forms.base import CasebookForm
from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from capture.copies.contents import values
from capture.copies.document import Block, Section, Words
from trial.models import Assessment, Participant

NONE = Words("None", "quiet")


def sections(participant: Participant) -> list[Section]:
    """One section for each form, in order of the casebook."""
    return [_section(form, _entries(form, participant)) for form in CASEBOOK]


def _section(form: CasebookForm, parts: tuple[Section, ...]) -> Section:
    due = Words(f"Due {form.when_due}.", "quiet")
    return Section(form.title, (due,) if parts else (due, NONE), parts, f"form-{form.kind}")


def _entries(form: CasebookForm, participant: Participant) -> tuple[Section, ...]:
    if form.kind == "registration":
        return _registration(participant)
    if form.kind == "cycle":
        cycles = participant.cycles.prefetch_related("periods").order_by("started_on", "id")
        return tuple(_entry("cycle", each, [("Dosing periods", each.periods.all(), ("cycle",))]) for each in cycles)
    if form.kind in ENTRY_FORMS:
        return tuple(_entry(form.kind, each, _lines(form, each)) for each in _rows(form, participant))
    return tuple(_assessment(form.kind, each) for each in _scans(form.kind, participant))


def _rows(form: CasebookForm, participant: Participant) -> Any:
    return form.model.objects.filter(participant=participant).order_by(form.dated_by, "id")


def _lines(form: CasebookForm, row: Any) -> list[tuple[str, Any, tuple[str, ...]]]:
    if form.lines is None:
        return []
    below = form.lines.model.objects.filter(**{form.lines.parent: row}).order_by("id")
    return [("Laboratory", below, (form.lines.parent,))]


def _scans(kind: str, participant: Participant) -> Any:
    wanted = Assessment.Kind.BASELINE if kind == "baseline" else Assessment.Kind.FOLLOW_UP
    return participant.assessments.filter(kind=wanted).order_by("assessed_on", "id")


def _assessment(kind: str, scan: Assessment) -> Section:
    readings = list(scan.readings.select_related("lesion").order_by("-lesion__kind", "lesion_id", "id"))
    below: list[tuple[str, Any, tuple[str, ...]]] = [("Measurements", readings, ("assessment",))]
    if kind == "baseline":
        below.insert(0, ("Lesions chosen", [each.lesion for each in readings], ()))
    return _entry(kind, scan, below)


def _registration(participant: Participant) -> tuple[Section, ...]:
    answers = participant.eligibility_answers.order_by("id")
    return (
        _entry("registration", participant, [("Eligibility checklist", answers, ())]),
        *_apart("Waiver", participant.waivers.order_by("id")),
        *_apart("Registration issue", participant.findings.order_by("id")),
    )


def _apart(title: str, rows: Iterable[Any]) -> list[Section]:
    return [Section(title, (*_struck(each), values.facts(each))) for each in rows]


def _entry(kind: str, row: Any, below: list[tuple[str, Any, tuple[str, ...]]]) -> Section:
    """One entry: its fields, then its lines as tables."""
    blocks: list[Block] = [*_struck(row), values.facts(row, kind)]
    for title, rows, leave_out in below:
        found = list(rows)
        if found:
            blocks += [Words(title, "strong"), values.table(found, kind, (*leave_out, *_said_above(row, found)))]
    title = "Details" if kind == "registration" else labels.place(row.participant, kind, row).title
    struck = " (struck out)" if row.is_struck_out else ""
    return Section(f"{title}{struck}", tuple(blocks), (), f"{kind}-{row.pk}")


def _said_above(row: Any, lines: list[Any]) -> tuple[str, ...]:
    """The edition of the lines, where it is that of their entry."""
    editions = {getattr(each, "form_edition", None) for each in lines}
    return ("form_edition",) if editions == {getattr(row, "form_edition", None)} else ()


def _struck(row: Any) -> tuple[Block, ...]:
    return (Words(f"Struck out: {row.struck_out_reason}", "struck"),) if row.is_struck_out else ()
