"""A page of the casebook by one edition of its form: what it asks, what it calls it, and what it says of editions.

An entry is shown by the edition by which it was saved. It is corrected, and a new one entered, by the edition that is
in force at the site; where that is another one, the page is opened for correction by a link of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpRequest

from capture.casebook import registry
from capture.casebook.labels import field_label
from trial.models import Participant
from trial.models.fields import label
from trial.protocol import form_versions
from trial.record import versions_in_force
from trial.record.rows import read_standing
from trial.record.save import Save
from trial.record.versions_in_force import SavedBy
from trial.refused import Refused


def number_of(site_id: int, form: str, edition: int | None) -> int:
    """The edition that a page or a file names; None: the one in force at the site."""
    return versions_in_force.in_force(site_id, form) if edition is None else edition


def checks_of(form: str, number: int) -> tuple[registry.Check, ...]:
    """The edit checks of a form but for those about a field that the edition does not ask."""
    not_asked = form_versions.asked_after(form, number)
    return tuple(each for each in registry.CHECKS[form] if each.field not in not_asked)


def keep(row: Any, form: str, site_id: int, number: int) -> None:
    """Puts the edition on the entry, filled but not saved yet; called inside the Change. Raises Refused.

    Asked under the writers' lock: no approval comes or goes between this question and the save.
    """
    usable = versions_in_force.usable_at(site_id, form)
    if number not in usable:
        raise Refused(
            f"Version {number} of this form is not approved at the site, which uses version {max(usable)}. Nothing "
            "was saved."
        )
    not_asked = [name for name in form_versions.asked_after(form, number) if hasattr(row, name)]
    if not_asked:
        stored = (type(row).objects.filter(pk=row.pk).values(*not_asked).first() or {}) if row.pk else {}
        _refuse(row, form, number, [name for name in not_asked if not _is_kept(row, name, stored)])
    row.form_edition = number


def _is_kept(row: Any, name: str, stored: dict[str, Any]) -> bool:
    """A field that is not asked stays as it is on record: empty where there is no entry yet."""
    blank = type(row)._meta.get_field(name).get_default()
    return getattr(row, name) in ((stored[name],) if name in stored else (None, "", False, blank))


def _refuse(row: Any, form: str, number: int, given: list[str]) -> None:
    if given:
        asked_from = form_versions.asked_from(form, given[0])
        words = label(row._meta.get_field(given[0]))
        raise Refused(
            f"“{words}” is part of this form from version {asked_from}, and this entry is in version {number}. "
            "Nothing was saved."
        )


CORRECT = "correct"


class NotAsked(forms.Field):
    """In the place of a field that the edition does not ask: what is on record stays, what is typed is refused.

    words: what a page shows in its place. is_shown: a page that shows an entry says that it was not asked, a page to
    type into leaves it out.
    """

    not_asked = True

    def __init__(self, of: forms.Field, words: str, refusal: str, is_shown: bool, is_on_record: bool) -> None:
        of.required = False
        self.of, self.words, self.refusal, self.is_on_record = of, words, refusal, is_on_record
        self.empty = of.clean("")
        self.is_shown = bool(is_shown or refusal)
        widget = forms.TextInput() if self.is_shown else forms.HiddenInput()
        super().__init__(required=False, label=of.label, widget=widget, disabled=True)

    def prepare_value(self, value: Any) -> Any:
        """As the field itself writes it."""
        return self.of.prepare_value(value)

    def clean(self, value: Any) -> Any:
        """The value on record; for a first entry none, whatever the page would have begun with."""
        if self.refusal:
            raise forms.ValidationError(self.refusal)
        return value if self.is_on_record and value not in (None, "") else self.empty


def ask_by(
    form: forms.BaseForm, kind: str, number: int, *, is_on_record: bool = False, is_shown: bool = False,
    new_since: int | None = None,
) -> None:  # fmt: skip
    """Lets a form ask by one edition: its fields, its labels. new_since: fields that this edition did not ask are
    marked as new."""
    for name in form_versions.asked_after(kind, number):
        if name in form.fields:
            form.fields[name] = _not_asked(form, kind, number, name, is_on_record, is_shown)
    for name, words in form_versions.labels(kind, number).items():
        if name in form.fields:
            form.fields[name].label, form.fields[name].help_text = words, ""
    for name, words in form_versions.helps(kind, number).items():
        if name in form.fields:
            form.fields[name].help_of_edition = words  # type: ignore[attr-defined]
    for name in form_versions.asked_between(kind, new_since, number) if new_since else ():
        if name in form.fields:
            words = f"new in version {form_versions.asked_from(kind, name)}"
            form.fields[name].beside = words  # type: ignore[attr-defined]


def _not_asked(
    form: forms.BaseForm, kind: str, number: int, name: str, is_on_record: bool, is_shown: bool
) -> NotAsked:
    of, first = form.fields[name], form_versions.asked_from(kind, name)
    typed = str(form.data.get(form.add_prefix(name), "") or "").strip() if form.is_bound else ""
    refusal = ""
    if typed and not (isinstance(of, forms.BooleanField) and typed == "false"):
        refusal = (f"“{typed[:60]}” is not saved: this field is part of the form from version {first}, and this "
                   f"entry is in version {number}.")  # fmt: skip
    kept = form.get_initial_for_field(of, name) if is_on_record else None
    words = f"not part of version {number}"
    if kept not in (None, "", False):
        choices = {str(value): str(said) for value, said in getattr(of, "choices", ())}
        shown = of.prepare_value(kept)
        words = f"{words}; saved in a later version: {choices.get(str(shown), shown)}"
    return NotAsked(of, words, refusal, is_shown and not name.endswith("_missing"), is_on_record)


@dataclass(frozen=True)
class PageEdition:
    """By which edition a page shows or asks, and what it says of it.

    saved_by: of the entry, None for a new one. may_enter: whether the page is for typing. may_correct: it shows an
    entry by another edition than the one in force, and the person may go on to correct it.
    """

    form: str
    number: int
    in_force: int
    site: str
    saved_by: SavedBy | None
    may_enter: bool
    may_correct: bool
    moved: bool = False

    @property
    def is_other(self) -> bool:
        """Whether the entry was saved by another edition than the one in force at its site."""
        return self.saved_by is not None and self.saved_by.number != self.in_force

    @property
    def newly_asked(self) -> Sequence[str]:
        """Labels of what the page asks and the entry's edition did not."""
        before = self.saved_by.number if self.saved_by else self.number
        names = form_versions.asked_between(self.form, before, self.number)
        return [field_label(self.form, name) for name in names if not name.endswith("_missing")]

    @property
    def changed(self) -> str:
        """What is different in the edition of the page, in words."""
        return next((each.changed for each in form_versions.editions_of(self.form) if each.number == self.number), "")

    def apply(self, form: forms.BaseForm) -> None:
        """Lets the form of the page ask by this edition."""
        ask_by(form, self.form, self.number, is_on_record=self.saved_by is not None, is_shown=not self.may_enter,
               new_since=self.saved_by.number if self.saved_by else None)  # fmt: skip

    def on(self, save: Save) -> Save:
        """The save by this edition; Refused when the page was opened by another one than is in force now."""
        if self.moved:
            raise Refused(
                f"Version {self.number} of this form came into use at {self.site} after this page was opened. Nothing "
                "was saved. Your input is still in the form: check it and save again."
            )
        return replace(save, edition=self.number)


def read_for(request: HttpRequest, participant: Participant, form: str) -> None:
    """Reads in one message what the page of an entry shows, or what its save asks of the participant."""
    if request.method == "POST":
        read_standing(participant, *registry.BESIDE.get(form, ()))
    else:
        read_standing(participant, *registry.SHOWN.get(form, ()))


def of_page(request: HttpRequest, participant: Participant, form: str, row: Any, may_enter: bool) -> PageEdition:
    """By which edition the page of an entry (row None: of a new one) is shown or asks."""
    if row is not None or request.method == "POST":
        read_for(request, participant, form)
    now = versions_in_force.in_force(participant.site_id, form)
    saved_by = versions_in_force.saved_by(form, row) if row is not None else None
    is_other = saved_by is not None and saved_by.number != now
    corrects = request.method == "POST" or CORRECT in request.GET or "query" in request.GET
    asks = may_enter and (not is_other or corrects)
    opened_by = request.POST.get("edition", "")
    return PageEdition(
        form, now if asks or saved_by is None else saved_by.number, now, participant.site.code, saved_by, asks,
        may_enter and not asks, bool(opened_by) and opened_by != str(now),
    )  # fmt: skip
