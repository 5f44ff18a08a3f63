"""Saves and strikes out the entries of the forms that are one row each, with lines below where the form has them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model

from capture.casebook import versions
from capture.casebook.checks import HARD, Check, ChecksFailed, failing, stop_unexplained
from capture.casebook.forms.base import Form
from capture.entry import edit_conflict, moved
from capture.entry.facts import ParticipantFacts
from capture.entry.services import acknowledgements
from trial.models import Participant
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

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


def save_many(save: Save, participant: Participant, form: Form, many: Sequence[Values]) -> list[Any]:
    """Enters several entries of one form in one Change, or none: each is held against the others too.

    many: field → domain value of each. One explanation of a soft check counts for each that fails it. Raises as `save`;
    a check that failed names the entries.
    """
    if not many:
        raise Refused("Fill in at least one row.")
    number = versions.number_of(participant.site_id, form.kind, save.edition)
    checks = versions.checks_of(form.kind, number)
    rows = [form.model(participant=participant, **values) for values in many]
    soft = _settled_together(participant, form, checks, many, rows, save.acknowledged)
    with edit_conflict.change_of_entry(save, "enter", participant, None):
        for row, failed in zip(rows, soft, strict=True):
            versions.keep(row, form.kind, participant.site_id, number)
            row.save()
            acknowledgements.keep(participant, form.kind, row.pk, failed, save.acknowledged, True)
    return rows


def _settled_together(
    participant: Participant, form: Form, checks: tuple[Check, ...], many: Sequence[Values],
    rows: Sequence[Any], acknowledged: Mapping[str, str] | None,
) -> list[tuple[Check, ...]]:  # fmt: skip
    """The soft checks that fail at each entry. Raises as `checks.settle`, with the entries at which a check failed."""
    found = []
    for values, row in zip(many, rows, strict=True):
        known = facts(form, participant, values)
        known.others = [*known.others, *(each for each in rows if each is not row)]
        found.append(failing(checks, known))
    by_id: dict[str, list[int]] = {}
    for place, failed in enumerate(found):
        for check in failed:
            by_id.setdefault(check.id, []).append(place)
    named = tuple(
        replace(next(each for each in found[places[0]] if each.id == check), at=tuple(many[place] for place in places))
        for check, places in by_id.items()
    )
    hard = tuple(each for each in named if each.severity == HARD)
    if hard:
        raise ChecksFailed(hard)
    stop_unexplained(named, acknowledged)
    return found


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
