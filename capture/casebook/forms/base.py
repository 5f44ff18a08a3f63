"""The base of the forms that are one entry each: the clinic's own fields, and reasons for what is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from capture.casebook import due
from capture.casebook.checks import Check
from capture.casebook.fields import (
    FullDateField,
    MissingReasonField,
    NumberField,
    PartialDateFormField,
    QualifiedNumberField,
    TimeOfDayField,
    WholeNumberField,
    WordsField,
    read_qualifier,
    require_value_or_reason,
)
from trial import protocol
from trial.drawing.form_layout import Boxes, PageHelper, is_a_reason, reason_of
from trial.models import Participant
from trial.models import fields as record_fields
from trial.models.fields import label
from trial.protocol import Edition, form_versions
from trial.record.rows import standing

# No whole number of the record has more digits; what is merely implausible is the business of the edit checks.
MOST_OF_A_COUNT = 999
LARGEST = {"ecog": 4, "cycle_number": 99}

# Conditions, medications and events present at baseline may be older than the study.
BEFORE_THE_STUDY = frozenset({"began_on", "started_on", "stopped_on", "onset_on", "resolved_on"})


def clinic_field(field: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field of a model field; dates are typed as the clinic types them, choices begin with “Choose”."""
    made = _made(field, kwargs)
    if made is not None and isinstance(made.widget, forms.CheckboxInput):
        made.widget.attrs.setdefault("class", "form-check-input")
    return made


def _made(field: models.Field, kwargs: dict[str, Any]) -> forms.Field | None:
    kwargs["label"] = label(field)
    common = {name: kwargs[name] for name in ("label", "help_text") if name in kwargs}
    required = not (field.null or field.blank)
    if isinstance(field, record_fields.MissingReasonField):
        return MissingReasonField(label=label(field))
    if isinstance(field, record_fields.PartialDateField):
        return PartialDateFormField(required=required, before_study=field.name in BEFORE_THE_STUDY, **common)
    if isinstance(field, models.DateField):
        return FullDateField(required=required, **common)
    if isinstance(field, models.TimeField):
        return TimeOfDayField(required=required, **common)
    if field.choices:
        choices = [("", "Choose" if required else "—"), *field.choices]
        if isinstance(field, models.IntegerField):
            return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, required=required, **common)
        return forms.ChoiceField(choices=choices, required=required, **common)
    if isinstance(field, models.TextField):
        return WordsField(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=required, **common)
    if isinstance(field, models.DecimalField):
        may_be_qualified = hasattr(field.model, f"{field.name}_qualifier")
        kwargs |= {"form_class": QualifiedNumberField if may_be_qualified else NumberField, "min_value": 0}
    elif isinstance(field, models.IntegerField):
        kwargs |= {"form_class": WholeNumberField, "max_value": LARGEST.get(field.name, MOST_OF_A_COUNT)}
    elif isinstance(field, models.CharField):
        kwargs["form_class"] = WordsField
    return field.formfield(**kwargs)


def rest_not_done(form: "EntryForm", typed: QueryDict) -> QueryDict:
    """What was typed, with “not done” as the reason of every value that is empty and may be missing."""
    data = typed.copy()
    for name in form.may_be_missing():
        field, reason = form.add_prefix(name), form.add_prefix(f"{name}_missing")
        if not data.get(field, "").strip() and not data.get(reason):
            data[reason] = "not_done"
    return data


@dataclass(frozen=True)
class Help:
    """The words beside a field, and the part of the protocol page that says more (empty: none)."""

    words: str
    part: str


def help_of(form: type[forms.BaseForm], name: str) -> Help | None:
    """The help that the form's class, or one that it is made from, has for a field; None where none has.

    A class holds it as `help`: field → (what is typed here and what the endpoints make of it, part of the protocol
    page). Names in braces are constants of the protocol.
    """
    for declared in (vars(each).get("help", {}) for each in form.__mro__):
        if name in declared:
            words, part = declared[name]
            return Help(words.format_map({each.name: each.value for each in protocol.CONSTANTS}), part)
    return None


FormClass = TypeVar("FormClass", bound=type[forms.Form])


def labeled_as(*of: type[models.Model]) -> Callable[[FormClass], FormClass]:
    """Gives the fields of a form, which are declared without a label, that of the model's field of the same name."""

    def give_labels(form: FormClass) -> FormClass:
        for model in of:
            for field in model._meta.concrete_fields:
                asked = form.base_fields.get(field.name)
                if asked is not None and asked.label is None:
                    asked.label = label(field)
        return form

    return give_labels


class EntryForm(forms.ModelForm):
    """One entry of the casebook: it asks for the fields of its model in their order.

    A field with a `…_missing` beside it holds a value or the reason why there is none.
    """

    helper = PageHelper(Boxes(css_class="entry-fields"))

    class Meta:
        exclude: tuple[str, ...] = ("participant", "continues", "form_edition", "struck_out_reason", "value_qualifier")
        formfield_callback = staticmethod(clinic_field)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._qualified():
            self.fields[name].sign = getattr(self.instance, f"{name}_qualifier")  # type: ignore[attr-defined]
        for name in self.may_be_missing():
            self.fields[name].required = False
            self.fields[name].widget.attrs["data-missing"] = f"id_{self.add_prefix(name)}_missing"

    def may_be_missing(self) -> list[str]:
        """Names of the fields that are asked and have a reason beside them."""
        asked = [name for name, field in self.fields.items() if not hasattr(field, "not_asked")]
        return [name for name in asked if f"{name}_missing" in self.fields]

    @classmethod
    def _qualified(cls) -> list[str]:
        return [name for name, field in cls.base_fields.items() if isinstance(field, QualifiedNumberField)]

    @classmethod
    def stored(cls) -> list[str]:
        """The names of `values`: what is asked, and the qualifiers that are typed with a value."""
        return [*cls.base_fields, *(f"{name}_qualifier" for name in cls._qualified())]

    def clean(self) -> dict[str, Any]:
        """A value or its reason, never both, never neither."""
        super().clean()
        for name in self._qualified():
            read_qualifier(self, name)
        for name in self.may_be_missing():
            require_value_or_reason(self, name)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The row is filled by the service, inside the Change; the rules across fields are the edit checks."""

    def values(self) -> dict[str, Any]:
        """Field → domain value, for the service."""
        return dict(self.cleaned_data)

    def typed(self) -> dict[str, Any] | None:
        """The same of a row of a table; None for a row that was left as it is."""
        return self.values() if self.has_changed() else None

    @property
    def cells(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """What a table shows of it: each field with the reason why its value is missing, if it may be."""
        return [(each, reason_of(each)) for each in self.visible_fields() if not is_a_reason(each)]


@dataclass(frozen=True)
class Lines:
    """Rows below an entry: their model, the key to the entry, what tells them apart, their fields, their file.

    key, fields: of lines that `capture.entry.services.entries` writes; the other forms write theirs themselves.
    required: the keys without which an entry is incomplete.
    """

    model: Any
    parent: str
    file: str
    key: str = ""
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    def of(self, entry: Any) -> list[Any]:
        """The standing lines of an entry."""
        return list(self.model.objects.standing().filter(**{self.parent: entry}).order_by("id"))


@dataclass(frozen=True)
class Page:
    """The page of a form that has one of its own: the names of its address for an entry and for a new one.

    by: what the address of an entry names it by, after its participant. named_by: what its title names it by (empty:
    its date; None: nothing, there is one).
    """

    url_name: str
    by: str = ""
    new_url_name: str = ""
    named_by: str | None = ""


@dataclass(frozen=True)
class Form:
    """One form of the casebook, declared once: pages, schedule, import, history, checks and copies read it from here.

    form: the class whose fields the page asks for; of_model: the model, where the class is not made from one.
    dated_by: the field that places an entry in time. due: the rule of the schedule, or its words. called: the title,
    where it is not that of the model. repeats: a participant may have several; in_rows: several can be entered in one
    table. verified: the critical fields of the
    plan of source data verification; None: the form is outside the plan. known_by: the fields by which an import knows
    an entry again, where the model has no unique constraint; file: its data set. imported: its turn among the forms of
    an import: 0 measurements, 1 the death, 2 what is checked against it, 3 what ends treatment or study.
    """

    kind: str
    form: Any
    dated_by: str
    due: due.Rule
    of_model: Any = None
    called: str = ""
    repeats: bool = False
    in_rows: bool = False
    before_registration: bool = False
    checks: tuple[Check, ...] = ()
    verified: tuple[str, ...] | None = None
    versions: tuple[Edition, ...] = (form_versions.FIRST,)
    lines: Lines | None = None
    page: Page | None = None
    template: str = "capture/entry/form_page.html"
    known_by: tuple[str, ...] = ()
    file: str = ""
    imported: int = 2

    @property
    def model(self) -> Any:
        """The model of the entries."""
        return self.of_model or self.form._meta.model

    @property
    def title(self) -> str:
        """What the form is called everywhere."""
        return self.called or capfirst(str(self.model._meta.verbose_name))

    @property
    def data_set(self) -> str:
        """The name of the file that the entries leave and come in."""
        return self.file or self.kind

    def entries(self, participant: Participant) -> Any:
        """Every entry of the participant in order of time, struck-out ones too."""
        return self.entries_of([participant])

    def entries_of(self, participants: Iterable[Participant]) -> Any:
        """The same of several participants."""
        place = self.model.place
        ids = [each.pk for each in participants]
        of: dict[str, Any] = {"pk__in" if self.model is Participant else "participant__in": ids}
        if place.by:
            of[place.by] = next(value for value, form in place.forms.items() if form == self.kind)
        return self.model.objects.filter(**of).order_by(self.dated_by, "id")

    def standing(self, participant: Participant) -> list[Any]:
        """The entries that are not struck out; in a page's save those that were read at once (`registry.BESIDE`)."""
        place, found = self.model.place, standing(participant, self.model)
        return [row for row in found if not place.by or place.forms.get(getattr(row, place.by)) == self.kind]

    def url(self, participant: Participant, row: Any) -> str:
        """The page of an entry."""
        if self.page is None:
            return reverse("capture:entry", args=[participant.reference, self.kind, row.pk])
        by = [getattr(row, self.page.by)] if self.page.by else []
        return reverse(self.page.url_name, args=[participant.reference, *by])

    def new_url(self, participant: Participant) -> str:
        """The page of a new entry."""
        if self.page is None:
            return reverse("capture:entry_new", args=[participant.reference, self.kind])
        return reverse(self.page.new_url_name, args=[participant.reference])


PARTIAL = "UNK-JAN-2006: day unknown"
