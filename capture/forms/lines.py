"""The lines below an entry: today the laboratory values of a visit, one row per analyte."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms

from capture.casebook.fields import NumberField, PlainBox, PlainChoice, WordsField
from capture.casebook.registry import CasebookForm
from capture.grading.grades import grade_line
from trial.models import LaboratoryResult, Participant
from trial.protocol import MISSING_REASONS
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.safety.laboratory import Grading

# What is taken at each visit, with the unit most laboratories use; the unit stays the laboratory's own to change.
EACH_VISIT: tuple[tuple[str, str], ...] = (
    ("HGB", "g/dL"), ("WBC", "10^9/L"), ("NEUT", "10^9/L"), ("LYM", "10^9/L"), ("PLAT", "10^9/L"), ("INR", "ratio"),
    ("BILI", "mg/dL"), ("AST", "U/L"), ("ALT", "U/L"), ("ALP", "U/L"), ("CREAT", "mg/dL"), ("SODIUM", "mmol/L"),
    ("K", "mmol/L"), ("CA", "mg/dL"), ("PHOS", "mg/dL"), ("MG", "mg/dL"), ("GLUC", "mg/dL"), ("ALB", "g/dL"),
    ("LIPASE", "U/L"), ("AMYLASE", "U/L"),
)  # fmt: skip
# What CTCAE 3.0 gives limits for besides; entered where it was measured.
FURTHER: tuple[tuple[str, str], ...] = (
    ("TEMP", "°C"), ("QTC", "s"), ("LVEF", "%"), ("APTT", "s"), ("FIBRINO", "g/L"), ("GGT", "U/L"), ("CK", "U/L"),
    ("TRIG", "mg/dL"), ("CHOL", "mg/dL"), ("URATE", "mg/dL"), ("BICARB", "mmol/L"), ("CAION", "mmol/L"),
    ("GFR", "mL/min"), ("PROT24", "g/24 h"), ("PROTDIP", "plus"), ("TROPONIT", "ng/mL"), ("HAPTOG", "g/L"),
    ("CD4", "10^9/L"),
)  # fmt: skip


class LaboratoryForm(forms.Form):
    """One analyte; a row without value and without reason is no result."""

    value = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    value_missing = forms.ChoiceField(required=False, choices=[("", "—"), *MISSING_REASONS])
    unit = WordsField(required=False, max_length=20)
    lower_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    upper_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))

    def __init__(self, *args: Any, analyte: str, further: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"lab-{analyte}", **kwargs)
        self.analyte, self.title, self.further = analyte, ANALYTES[analyte], further
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                kind, field.widget = "form-select", PlainChoice(choices=field.choices)
            else:
                box = PlainBox()
                box.attrs.update(field.widget_attrs(box))
                kind, field.widget = "form-control", box
            field.widget.attrs.update({"class": kind, "aria-label": f"{self.title}: {name.replace('_', ' ')}"})

    def clean(self) -> dict[str, Any]:
        """A value or a reason, not both."""
        found = self.cleaned_data
        if found.get("value") is not None and found.get("value_missing"):
            self.add_error("value", "There is a value and a reason why it is missing: keep one of them.")
        return found

    @cached_property
    def grading(self) -> Grading | None:
        """The grade of what was typed, or of what is on record; None without a value, or while a box is not valid."""
        if not self.is_bound:
            on_record = self.initial.get("value") is not None
            return grade_line({"analyte": self.analyte, **self.initial}) if on_record else None
        line = self.line() if self.is_valid() else None
        return grade_line(line) if line else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured or typed: then the row may stay folded away."""
        given = [self[name].value() for name in ("value", "value_missing")]
        return not any(each not in (None, "") for each in given)

    def line(self) -> dict[str, Any] | None:
        """The result typed, or None for an empty row."""
        found = self.cleaned_data
        if found.get("value") is None and not found.get("value_missing"):
            return None
        return {"analyte": self.analyte, **{name: found[name] for name in self.fields}}


def line_forms(
    form: CasebookForm, row: Any, data: Any, participant: Participant | None = None
) -> list[LaboratoryForm]:
    """A row for each analyte of the visit, filled from the record; none for a form without lines.

    A new visit of `participant` begins with the units and limits of the last result of each analyte: they are the
    laboratory's and rarely change. A row without a value is no result, whatever else it holds.
    """
    if form.lines is None:
        return []
    saved = {each.analyte: each for each in form.lines.of(row)} if row is not None else {}
    last = _last_limits(participant) if row is None and participant is not None else {}
    names = ("value", "value_missing", "unit", "lower_limit", "upper_limit")
    return [
        LaboratoryForm(
            data, analyte=analyte, further=further,
            initial={name: _short(getattr(saved[analyte], name)) for name in names} if analyte in saved
            else last.get(analyte, {"unit": unit}),
        )
        for further, listed in ((False, EACH_VISIT), (True, FURTHER)) for analyte, unit in listed
    ]  # fmt: skip


def _last_limits(participant: Participant) -> dict[str, dict[str, Any]]:
    results = LaboratoryResult.objects.filter(
        visit__participant=participant, visit__struck_out_reason="", struck_out_reason="", value__isnull=False
    )
    rows = results.order_by("visit__visited_on", "id").values("analyte", "unit", "lower_limit", "upper_limit")
    return {each.pop("analyte"): {name: _short(value) for name, value in each.items()} for each in rows}


def _short(value: Any) -> Any:
    """A number without the zeros that the database keeps behind it: 120 and not 120.000."""
    return Decimal(format(value.normalize(), "f")) if isinstance(value, Decimal) else value
