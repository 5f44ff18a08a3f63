"""The base of the forms that are one entry each: the clinic's own fields, and reasons for what is missing."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict

from capture.casebook.fields import (
    FullDateField,
    MissingReasonField,
    NumberField,
    PartialDateFormField,
    TimeOfDayField,
    WholeNumberField,
    WordsField,
    require_value_or_reason,
)
from trial.models import fields as record_fields
from trial.record.form_layout import Boxes, PageHelper

# No whole number of the record has more digits; what is merely implausible is the business of the edit checks.
MOST_OF_A_COUNT = 999
LARGEST = {"ecog": 4, "cycle_number": 99}

# Conditions, medications and events present at baseline may be older than the study.
BEFORE_THE_STUDY = frozenset({"began_on", "started_on", "stopped_on", "onset_on", "resolved_on"})


def clinic_field(field: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field of a model field; dates are typed as the clinic types them, choices begin with “Choose”."""
    made = _made(field, kwargs)
    if made is not None:
        kind = "form-select" if isinstance(made.widget, forms.Select) else "form-control"
        if isinstance(made.widget, forms.CheckboxInput):
            kind = "form-check-input"
        made.widget.attrs.setdefault("class", kind)
    return made


def _made(field: models.Field, kwargs: dict[str, Any]) -> forms.Field | None:
    common = {name: kwargs[name] for name in ("label", "help_text") if name in kwargs}
    required = not (field.null or field.blank)
    if isinstance(field, record_fields.MissingReasonField):
        return MissingReasonField()
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
        kwargs |= {"form_class": NumberField, "min_value": 0}
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


class EntryForm(forms.ModelForm):
    """One entry of the casebook. A field with a `…_missing` beside it holds a value or the reason why there is none."""

    helper = PageHelper(Boxes(css_class="entry-fields"))

    class Meta:
        formfield_callback = staticmethod(clinic_field)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.may_be_missing():
            self.fields[name].required = False
            self.fields[name].widget.attrs["data-missing"] = f"id_{self.add_prefix(name)}_missing"
            self.fields[f"{name}_missing"].label = f"Why is it missing: {str(self.fields[name].label).lower()}?"

    def may_be_missing(self) -> list[str]:
        """Names of the fields that are asked and have a reason beside them."""
        asked = [name for name, field in self.fields.items() if not hasattr(field, "not_asked")]
        return [name for name in asked if f"{name}_missing" in self.fields]

    def clean(self) -> dict[str, Any]:
        """A value or its reason, never both, never neither."""
        super().clean()
        for name in self.may_be_missing():
            require_value_or_reason(self, name)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """The row is filled by the service, inside the Change; the rules across fields are the edit checks."""

    def values(self) -> dict[str, Any]:
        """Field → domain value, for the service."""
        return dict(self.cleaned_data)


@dataclass(frozen=True)
class Lines:
    """Rows below an entry: their model, the key to the entry, what tells them apart, and their fields."""

    model: Any
    parent: str
    key: str
    fields: tuple[str, ...]

    def of(self, entry: Any) -> list[Any]:
        """The standing lines of an entry."""
        return list(self.model.objects.filter(**{self.parent: entry}, struck_out_reason="").order_by("id"))


@dataclass(frozen=True)
class CasebookForm:
    """One form; `repeats` when a participant has several of it.

    form: the class of a form that is one entry each (None: the form has pages of its own, opened by url_name).
    dated_by: the field that places an entry in time.
    """

    title: str
    kind: str
    when_due: str
    form: type[EntryForm] | None = None
    dated_by: str = ""
    repeats: bool = False
    lines: Lines | None = None
    url_name: str = "capture:entry_new"
    template: str = "capture/entry/form_page.html"

    @property
    def model(self) -> Any:
        """The model of the form's entries."""
        assert self.form is not None, self.kind
        return self.form._meta.model


PARTIAL = "UNK-JAN-2006: day unknown"
