"""Two people on one form: what each changed since the page was opened, and the choice between them field by field.

The page carries the values as they were when it was opened, and the newest Change that it showed, in the server's own
words: a page that names none, or one of another state of the record, is looked at before it saves. A field that only
the other person changed takes their value; one that both changed waits for a choice; nothing is overwritten without
having been shown.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.forms import BaseForm, CharField, CheckboxInput, ChoiceField, Form, HiddenInput, RadioSelect
from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html

from capture.casebook import history
from trial.drawing.form_layout import Boxes, Hidden, PageHelper
from trial.models import Acknowledgement, Change, Participant, RecordRow
from trial.record import changes, versions_in_force
from trial.record.changes import OpenChange
from trial.record.rows import know, once, standing_of
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.typed_text import decimal_number, key
from trial.runtime.database.at_once import Answer

LONGEST_PAGE = 100_000
CHOOSES, THEIRS, MISSING = "choose_", "theirs_", "_missing"
Values = dict[str, str]


@dataclass(frozen=True)
class Choice:
    """A field that both changed: its label, both values in words, and theirs as it would be typed."""

    name: str
    label: str
    yours: str
    theirs: str
    theirs_typed: str


class ConflictForm(Form):
    """Both values of each field, to choose between; theirs go along as they would be typed."""

    helper = PageHelper(Boxes(), Hidden())

    def __init__(self, choices: Iterable[Choice]) -> None:
        super().__init__()
        for each in choices:
            offered = (("mine", format_html("Your value: <strong>{}</strong>", each.yours)),
                       ("theirs", format_html("Other user's value: <strong>{}</strong>", each.theirs)))  # fmt: skip
            boxes = RadioSelect(attrs={"class": "form-check-input"})
            self.fields[CHOOSES + each.name] = ChoiceField(label=each.label, choices=offered, widget=boxes)
            self.fields[THEIRS + each.name] = CharField(initial=each.theirs_typed, widget=HiddenInput)


def form_of(choices: Sequence[Choice]) -> ConflictForm | None:
    """The form to choose with; None where there is nothing to choose."""
    return ConflictForm(choices) if choices else None


@dataclass(frozen=True)
class Merged:
    """What was typed together with what the other person changed; `taken` are the labels of fields taken from them."""

    data: QueryDict
    choices: tuple[Choice, ...]
    taken: tuple[str, ...]


def values(forms: Iterable[BaseForm]) -> Values:
    """Name in the page → text as the browser would send it back, of forms that are filled from the record."""
    return {bound.html_name: _text(bound) for form in forms for bound in form}


def opened_as(number: int) -> str:
    """The newest Change that a page shows, for its hidden field: signed together with the seal that it has."""
    return f"{number}:{_signed(number)}" if number else "0"


def opened_at(posted: Mapping[str, Any]) -> int | None:
    """The newest Change that the page showed; 0 for a page that showed none.

    None for what this server did not say of the record as it stands: nothing, a forged number, or a page that was
    opened before an earlier state was restored.
    """
    text, _, signed = str(posted.get("opened_at", "")).partition(":")
    number = key(text)
    if number is None or (number and not constant_time_compare(signed, _signed(number))):
        return None
    return number


def _signed(number: int) -> str:
    # A sealed Change keeps its seal: what was read of it in this request holds.
    seal = once(("seal", number), lambda: Change.objects.filter(pk=number).values_list("seal", flat=True).first())
    return salted_hmac("capture.opened_at", f"{number}:{bytes(seal or b'').hex()}", algorithm="sha256").hexdigest()


def as_opened(forms: Iterable[BaseForm]) -> str:
    """The values for the hidden field of the page."""
    return json.dumps(values(forms), ensure_ascii=False)


def opened_with(posted: Mapping[str, Any]) -> Values | None:
    """The values that the page was opened with; None when it does not say, or says nonsense."""
    text = str(posted.get("as_opened", ""))
    if not text or len(text) > LONGEST_PAGE:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def without_overtaken_reasons(posted: QueryDict, opened: Mapping[str, str] | None) -> QueryDict:
    """What was typed, without each missing-value reason that the value typed beside it has overtaken.

    Only where nothing else can be meant: the page was opened with the reason and no value, and the reason was left as
    it was. opened: the values of the page as it was opened; None where it does not say.
    """
    data = posted.copy()
    for reason in [name for name in data if name.endswith(MISSING)] if opened is not None else ():
        value = reason.removesuffix(MISSING)
        was_missing = bool(opened.get(reason)) and not opened.get(value) and data[reason] == opened[reason]
        if was_missing and data.get(value, "").strip():
            data[reason] = ""
    return data


def settled(posted: QueryDict) -> tuple[QueryDict, tuple[str, ...]]:
    """What was typed with the choices made, and the names of fields whose choice is still open."""
    data, unchosen = posted.copy(), []
    for offered in [each for each in posted if each.startswith(THEIRS)]:
        name = offered.removeprefix(THEIRS)
        chosen = posted.get(CHOOSES + name)
        if chosen == "theirs":
            data[name] = posted.get(offered, "")
        elif chosen != "mine":
            unchosen.append(name)
    return data, tuple(unchosen)


def merge(posted: QueryDict, forms: Sequence[BaseForm]) -> Merged:
    """Three-way: the page as opened, as typed, and the record now (`forms`, filled from it)."""
    opened, data = opened_with(posted), posted.copy()
    choices, taken = [], []
    for form in forms:
        for bound in form:
            name, theirs = bound.html_name, _text(bound)
            before, mine = (opened or {}).get(name), posted.get(name, "")
            if same(mine, theirs) or (before is not None and same(before, theirs)):
                continue
            if before is not None and same(before, mine):
                data[name] = theirs
                taken.append(_label(bound))
            elif not bound.is_hidden:
                choices.append(_choice(bound, mine, theirs))
    return Merged(data, tuple(choices), tuple(taken))


def again(posted: QueryDict, forms: Sequence[BaseForm], names: Iterable[str]) -> tuple[Choice, ...]:
    """The choices that were not made, to be shown once more."""
    wanted = set(names)
    return tuple(
        _choice(bound, posted.get(bound.html_name, ""), posted.get(THEIRS + bound.html_name, ""))
        for form in forms for bound in form if bound.html_name in wanted
    )  # fmt: skip


def same(one: str, other: str) -> bool:
    """Whether two texts say the same: 40 and 40.0 do, as do 12-feb-2006 and 12-FEB-2006."""
    if one.strip().casefold() == other.strip().casefold():
        return True
    try:
        return decimal_number(one) == decimal_number(other)
    except Refused:
        return False


def _text(bound: Any) -> str:
    value = bound.form.get_initial_for_field(bound.field, bound.name)
    value = bound.field.prepare_value(value)
    if isinstance(bound.field.widget, CheckboxInput):
        return "on" if value else ""
    return "" if value is None else str(value)


def _choice(bound: Any, mine: str, theirs: str) -> Choice:
    return Choice(bound.html_name, _label(bound), _words(bound, mine), _words(bound, theirs), theirs)


def _label(bound: Any) -> str:
    return str(bound.field.widget.attrs.get("aria-label") or bound.label)


def _words(bound: Any, text: str) -> str:
    if isinstance(bound.field.widget, CheckboxInput):
        return "yes" if text else "no"
    choices = {str(value): str(words) for value, words in getattr(bound.field, "choices", ())}
    return (choices.get(text, text) if text else "") or "empty"


class EditedMeanwhile(Refused):
    """Somebody else saved this entry after it was opened; `entries` say what and who."""

    def __init__(self, entries: list[history.Entry]) -> None:
        super().__init__("Another user changed this entry while it was open here.")
        self.entries = entries


def stop_if_edited(rows: Sequence[Model], opened_at: int | None) -> None:
    """Raises EditedMeanwhile when a Change after `opened_at` touched one of the rows; None asks nothing."""
    if opened_at is not None and (newer := history.since(rows, opened_at)):
        raise EditedMeanwhile(newer)


@contextmanager
def change_of_entry(
    save: Save, act: str, participant: Participant, row: RecordRow | None, *models: Any
) -> Iterator[OpenChange]:
    """The Change that saves an entry; what it must know under its lock is read in the message that opens it.

    That is: the form versions that may be used, what was said to the checks, the standing rows of these models, and
    whether somebody else saved the entry since its page was opened: nobody can between this question and our save.
    row: the entry that is corrected. Raises EditedMeanwhile, and what a Change raises.
    """
    questions: tuple[Answer, ...] = ()
    if row is not None:
        models += (Acknowledgement,)
        questions = history.touched(row, save.opened_at) if save.opened_at is not None else ()
    versions = versions_in_force.asked_for(participant.site_id)
    read = {model: standing_of(participant.pk, model) for model in models}
    with changes.record(save, act, participant=participant, groups=(participant.group,),
                        asked=(versions, *read.values(), *questions)) as change:  # fmt: skip
        if save.run is None:
            versions_in_force.know(participant.site_id, versions)
            for model, found in read.items():
                know(participant, model, found)
        if row is not None and any(questions):
            stop_if_edited(history.rows_of(row), save.opened_at)
        yield change
