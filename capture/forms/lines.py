"""The lines below an entry: today the laboratory values of a visit, one row per analyte."""

from decimal import Decimal
from typing import Any

from django import forms

from capture.casebook import CasebookForm
from trial.protocol import MISSING_REASONS

# What is taken at each visit, with the unit most laboratories use; the unit stays the laboratory's own to change.
LABORATORY: tuple[tuple[str, str, str], ...] = (
    ("HGB", "Haemoglobin", "g/dL"),
    ("WBC", "White cells", "10^9/L"),
    ("NEUT", "Neutrophils", "10^9/L"),
    ("PLAT", "Platelets", "10^9/L"),
    ("BILI", "Bilirubin", "mg/dL"),
    ("AST", "AST", "U/L"),
    ("ALT", "ALT", "U/L"),
    ("ALP", "Alkaline phosphatase", "U/L"),
    ("CREAT", "Creatinine", "mg/dL"),
    ("SODIUM", "Sodium", "mmol/L"),
    ("K", "Potassium", "mmol/L"),
    ("CA", "Calcium", "mg/dL"),
    ("GLUC", "Glucose", "mg/dL"),
    ("ALB", "Albumin", "g/dL"),
    ("LIPASE", "Lipase", "U/L"),
    ("AMYLASE", "Amylase", "U/L"),
)


class LaboratoryForm(forms.Form):
    """One analyte; a row without value and without reason is no result."""

    value = forms.DecimalField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    value_missing = forms.ChoiceField(required=False, choices=[("", "—"), *MISSING_REASONS])
    unit = forms.CharField(required=False, max_length=20)
    lower_limit = forms.DecimalField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    upper_limit = forms.DecimalField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))

    def __init__(self, *args: Any, analyte: str, title: str, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"lab-{analyte}", **kwargs)
        self.analyte, self.title = analyte, title
        for name, field in self.fields.items():
            if isinstance(field, forms.DecimalField):
                field.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.update({"class": kind, "aria-label": f"{title}: {name.replace('_', ' ')}"})

    def clean(self) -> dict[str, Any]:
        """A value or a reason, not both."""
        found = self.cleaned_data
        if found.get("value") is not None and found.get("value_missing"):
            self.add_error("value", "There is a value and a reason why it is missing: keep one of them.")
        return found

    def line(self) -> dict[str, Any] | None:
        """The result typed, or None for an empty row."""
        found = self.cleaned_data
        if found.get("value") is None and not found.get("value_missing"):
            return None
        return {"analyte": self.analyte, **{name: found[name] for name in self.fields}}


def line_forms(form: CasebookForm, row: Any, data: Any) -> list[LaboratoryForm]:
    """A row for each analyte of the visit, filled from the record; none for a form without lines."""
    if form.lines is None:
        return []
    saved = {each.analyte: each for each in form.lines.of(row)} if row is not None else {}
    names = ("value", "value_missing", "unit", "lower_limit", "upper_limit")
    return [
        LaboratoryForm(
            data, analyte=analyte, title=title,
            initial={name: getattr(saved[analyte], name) for name in names} if analyte in saved else {"unit": unit},
        )
        for analyte, title, unit in LABORATORY
    ]  # fmt: skip
