"""Saves and strikes out the entries of the forms that are one row each, with lines below where the form has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model

from capture.casebook import versions
from capture.casebook.forms.base import Form
from capture.entry import edit_conflict, moved
from capture.entry.facts import ParticipantFacts
from capture.entry.services import acknowledgements
from trial.models import Participant
from trial.record import changes
from trial.record.save import Save

Values = Mapping[str, Any]


def others(form: Form, participant: Participant, row: Model | None) -> list[Any]:
    """The standing entries of the form but for `row`."""
    return [each for each in form.standing(participant) if each != row]


def facts(
    form: Form, participant: Participant, values: Values, row: Model | None = None, lines: Sequence[Values] = ()
) -> ParticipantFacts:
    """What the checks of this form are asked about; what a later version asks and `values` leave out is as it was."""
    later = [name for each in form.versions for name in each.new_fields if name not in values]
    as_it_was = {name: getattr(row or form.model(), name) for name in later if hasattr(form.model, name)}
    found = ParticipantFacts(participant, {**as_it_was, **values, "lines": lines}, others(form, participant, row))
    found.corrected = row
    return found


def save(
    save: Save,
    participant: Participant,
    form: Form,
    values: Values,
    *,
    row: Any = None,
    lines: Sequence[Values] = (),
) -> Any:
    """Enters an entry, or corrects `row` with a reason, in one Change; returns the row.

    values: field → domain value. lines: rows below the entry (laboratory results), each with the form's line fields.
    Raises Refused, among it SecondLook and EditedMeanwhile.
    """
    known = facts(form, participant, values, row, lines)
    number = versions.number_of(participant.site_id, form.kind, save.edition)
    checks = versions.checks_of(form.kind, number)
    soft = acknowledgements.settle(participant, form.kind, row, checks, known, save.acknowledged)
    act = "correct" if row is not None else "enter"
    before = moved.read(participant) if row is not None else None
    with edit_conflict.change_of_entry(save, act, participant, row):
        saved = row if row is not None else form.model(participant=participant)
        for name, value in values.items():
            setattr(saved, name, value)
        versions.keep(saved, form.kind, participant.site_id, number)
        saved.save()
        if form.lines is not None:
            _write_lines(form, saved, lines, row is None)
        soft = moved.asked(before, participant, save.acknowledged, soft)
        acknowledgements.keep(participant, form.kind, saved.pk, soft, save.acknowledged, row is None)
    return saved


def _write_lines(form: Form, saved: Any, lines: Sequence[Values], is_new: bool) -> None:
    """Lines keep their identity by the first of the line fields; one left out is struck out."""
    assert form.lines is not None
    key = form.lines.key
    standing = {} if is_new else {getattr(each, key): each for each in form.lines.of(saved)}
    new = []
    for line in lines:
        found = standing.pop(line[key], None) or form.lines.model(**{form.lines.parent: saved})
        if found.pk is None:
            new.append(found)
        elif all(getattr(found, name) == value for name, value in line.items()):
            continue
        for name, value in line.items():
            setattr(found, name, value)
        if found.pk is not None:
            found.save()
    form.lines.model.objects.bulk_create(new)
    for left_out in standing.values():
        left_out.struck_out_reason = "removed from the entry"
        left_out.save()


def strike_out(save: Save, participant: Participant, form: Form, row: Any) -> None:
    """Takes an entry back with a reason; it stays in the history. Its acknowledgements go with it."""
    before = moved.read(participant)
    with changes.record(save, "strike_out", participant=participant, groups=(participant.group,)):
        row.struck_out_reason = save.reason
        row.save()
        soft = moved.asked_of_strike_out(before, participant, save.acknowledged)
        acknowledgements.keep(participant, form.kind, row.pk, soft, save.acknowledged)
