"""The page of editions: forms × sites with the edition in force, what waits for an approval, every word on record."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from capture.casebook.fields import FullDateField
from capture.casebook.labels import field_label
from capture.casebook.registry import CASEBOOK
from trial.drawing.form_layout import PageForm
from trial.models import EditionApproval, Person, Role, Site
from trial.protocol import Edition, form_versions
from trial.record import access, versions_in_force
from trial.record.typed_fields import words

TITLES = {form.kind: form.title for form in CASEBOOK}


@dataclass(frozen=True)
class Cell:
    """A form at a site: the edition in force, the word that put it in force (None: in use before approvals were kept),
    and later editions that wait."""

    form: str
    site: Site
    number: int
    word: EditionApproval | None
    waiting: tuple[int, ...]
    usable: frozenset[int]


@dataclass(frozen=True)
class FormLine:
    """One form: its title, whether it has several editions or a word on record, and its cells in order of sites."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Declared:
    """One edition in words."""

    edition: Edition
    title: str
    newly_asked: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Everything that the page shows to one person; words: approvals and withdrawals, the newest first."""

    sites: Sequence[Site]
    lines: tuple[FormLine, ...]
    words: tuple[tuple[str, EditionApproval], ...]

    @property
    def waiting(self) -> list[tuple[str, Cell, int]]:
        """(title of the form, its site, the edition that waits), in order of the casebook."""
        return [(line.title, cell, number) for line in self.lines for cell in line.cells for number in cell.waiting]

    @property
    def may_be_withdrawn(self) -> list[tuple[str, Cell]]:
        """Where an older edition is left to go back to."""
        return [(line.title, cell) for line in self.lines for cell in line.cells if len(cell.usable) > 1]


def sites_of(person: Person) -> QuerySet[Site]:
    """The administrator opens sites and sees all of them; nothing on the page is of a participant."""
    found = Site.objects.all() if person.role == Role.ADMINISTRATOR else access.sites_for(person)
    return found.standing().order_by("code")


def page(person: Person) -> Page:
    """Two SQL statements, however many forms and sites."""
    sites = list(sites_of(person))
    words = list(EditionApproval.objects.standing().filter(site__in=sites).select_related(
        "site", "recorded_by").order_by("id"))  # fmt: skip
    by_place: dict[tuple[int, str], list[EditionApproval]] = defaultdict(list)
    for word in words:
        by_place[word.site_id, word.form].append(word)
    lines = tuple(
        FormLine(form.title, tuple(_cell(form.kind, site, by_place[site.pk, form.kind]) for site in sites))
        for form in CASEBOOK
    )
    return Page(sites, lines, tuple((TITLES.get(each.form, each.form), each) for each in reversed(words)
                                    if each.state != EditionApproval.State.OPENED))  # fmt: skip


def _cell(form: str, site: Site, words: Sequence[EditionApproval]) -> Cell:
    newest = {each.edition: each for each in words}
    usable = versions_in_force.usable(form, {number: each.state for number, each in newest.items()})
    number = max(usable)
    waiting = tuple(each.number for each in form_versions.editions_of(form) if each.number > number)
    return Cell(form, site, number, newest.get(number), waiting, usable)


def declared() -> list[Declared]:
    """Every edition of every form, in order of the casebook; the newest of a form first."""
    return [
        Declared(each, form.title, tuple(field_label(form.kind, name) for name in each.new_fields
                                         if not name.endswith("_missing")))
        for form in CASEBOOK for each in reversed(form_versions.editions_of(form.kind)) if each.number > 1
    ]  # fmt: skip


Choices = Sequence[tuple[str, str]]


class EditionApprovalForm(PageForm):
    """What the study chair has on paper. which: `form:edition:site`, one of those that are offered."""

    which = forms.ChoiceField(label="Form, version and site")
    decided_on = FullDateField(label="Decided on")
    decided_by = words("Decided by", 200, "Ethics committee or authority, with the reference of its decision.",
                       required=True)  # fmt: skip

    def __init__(self, offered: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which = self.fields["which"]
        assert isinstance(which, forms.ChoiceField)
        which.choices = [("", "Choose"), *offered]
        taken = "Another user recorded this approval, or it cannot be chosen. Check the list again."
        which.error_messages["invalid_choice"] = taken
