"""The laboratory of a visit: a row for each analyte, with the limits of normal of the laboratory that measured."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms

from capture.casebook.fields import NumberField, QualifiedNumberField, WordsField, read_qualifier
from capture.casebook.forms.base import Form, labeled_as
from trial.drawing.form_layout import Rows
from trial.models import LaboratoryResult, Participant
from trial.models.fields import in_a_sentence
from trial.protocol import LABORATORY, MISSING_REASONS, UNITS_OF
from trial.protocol.ctcae_v3.limits import ANALYTES, in_sentence
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import Grading
from trial.rules.safety.reference_ranges import ReferenceRange
from trial.rules.typed_text import plain

RESULT = ("value", "value_qualifier", "value_missing", "unit", "lower_limit", "upper_limit")
COLUMNS = (("value", "Value"), ("unit", "Unit"), ("lower_limit", "Lower"), ("upper_limit", "Upper"),
           ("value_missing", "Missing-value reason"))  # fmt: skip


@labeled_as(LaboratoryResult)
class LaboratoryForm(forms.Form):
    """One analyte; a row without value and without reason is no result."""

    value = QualifiedNumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    value_missing = forms.ChoiceField(required=False, choices=[("", "—"), *MISSING_REASONS])
    unit = WordsField(required=False, max_length=20, widget=forms.Select)
    lower_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))
    upper_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=Decimal(0))

    def __init__(self, *args: Any, analyte: str, further: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"lab-{analyte}", **kwargs)
        self.analyte, self.title, self.further = analyte, ANALYTES[analyte], further
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{self.title}: {in_a_sentence(str(field.label))}"
        self.fields["value"].sign = self.initial.get("value_qualifier", "")  # type: ignore[attr-defined]
        self.of_visit: Sequence[LaboratoryForm] = (self,)
        self.reference: ReferenceRange | None = None
        units = self.fields["unit"].widget
        assert isinstance(units, forms.Select)
        # What was typed stays in view when it is refused, and what is on record in another unit keeps it.
        choices = dict.fromkeys((*self._units(), self["unit"].value() or ""))
        units.choices = [(each, shown_unit(each)) for each in choices]

    def _units(self) -> tuple[str, ...]:
        return *UNITS_OF[self.analyte], *filter(None, [self.initial.get("unit")])

    def clean_unit(self) -> str:
        """One of the units of the analyte, or that on record."""
        unit = str(self.cleaned_data["unit"])
        if unit and unit not in self._units():
            known = ", ".join(UNITS_OF[self.analyte])
            raise forms.ValidationError(f"“{unit}” is not a unit of {in_sentence(self.analyte)}. Use one of: {known}.")
        return unit

    def clean(self) -> dict[str, Any]:
        """A value or a reason, not both."""
        found = self.cleaned_data
        read_qualifier(self, "value")
        if found.get("value") is not None and found.get("value_missing"):
            self.add_error("value", "A value and a missing-value reason are both entered. Keep one of them.")
        return found if self.errors else found | taken_limits(found, self.reference)

    @property
    def reference_words(self) -> str:
        """The limits of the laboratory; empty without any."""
        return in_words(self.reference) if self.reference is not None else ""

    @cached_property
    def grading(self) -> Grading | None:
        """The grade of what was typed, or of what is on record; None without a value, or while a box is not valid."""
        if not self.is_bound:
            on_record = self.initial.get("value") is not None
            lines = [{"analyte": each.analyte, "value": None, **each.initial} for each in self.of_visit]
            return grade_line({"analyte": self.analyte, **self.initial}, lines) if on_record else None
        line = self.typed() if self.is_valid() else None
        typed = [each.typed() for each in self.of_visit if each.is_valid()]
        return grade_line(line, [each for each in typed if each]) if line else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured or typed: then the row may stay folded away."""
        given = [self[name].value() for name in ("value", "value_missing")]
        return not any(each not in (None, "") for each in given)

    @property
    def cells(self) -> list[tuple[forms.BoundField, str]]:
        """The boxes of the row with the headings of their columns, short enough for a phone."""
        return [(self[name], heading) for name, heading in COLUMNS]

    def typed(self) -> dict[str, Any] | None:
        """The result typed, or None for an empty row."""
        found = self.cleaned_data
        if found.get("value") is None and not found.get("value_missing"):
            return None
        return {"analyte": self.analyte, **{name: found[name] for name in RESULT}}


class LaboratoryRows(Rows):
    """The results of a visit: what is taken at each one, then what is measured besides."""

    def __init__(self, rows: Iterable[LaboratoryForm]) -> None:
        super().__init__(rows, "capture/casebook/laboratory.html")
        for row in self:
            row.of_visit = self

    @property
    def tables(self) -> list[tuple[bool, list[LaboratoryForm]]]:
        """Whether it is of further measurements → the rows."""
        return [(further, [row for row in self if row.further == further]) for further in (False, True)]

    @property
    def further_open(self) -> bool:
        """Whether something further was measured or typed: then the second table is not folded away."""
        return any(row.further and not row.is_empty for row in self)


def taken_limits(line: Mapping[str, Any], reference: ReferenceRange | None) -> dict[str, Any]:
    """The limits of the laboratory for a value whose limits were left empty, where they are in its unit; else none."""
    is_open = line.get("value") is not None and line.get("lower_limit") is None and line.get("upper_limit") is None
    if not is_open or reference is None or line.get("unit") != reference.unit:
        return {}
    return {"lower_limit": reference.lower_limit, "upper_limit": reference.upper_limit}


def line_forms(
    form: Form, row: Any, data: Any, participant: Participant | None = None,
    limits: Mapping[str, ReferenceRange] | None = None,
) -> LaboratoryRows:  # fmt: skip
    """A row for each analyte of the visit, filled from the record; none for a form without lines.

    limits: those of the laboratory that is chosen, by analyte: they stand beside the row, and for limits left empty;
    None where the site has no laboratory. A new visit of `participant` begins with the unit of the last result, and
    with its limits only there: they would be saved in the name of whichever laboratory is chosen. A row without a value
    is no result, whatever else it holds.
    """
    if form.lines is None:
        return LaboratoryRows(())
    saved = {each.analyte: each for each in form.lines.of(row)} if row is not None else {}
    last = _last_limits(participant) if row is None and participant is not None else {}
    if limits is not None:
        last = {analyte: {"unit": each["unit"]} for analyte, each in last.items()}
        last |= {analyte: {"unit": each.unit} for analyte, each in limits.items()}
    found = LaboratoryRows(
        LaboratoryForm(
            data, analyte=each.code, further=each.further,
            initial={name: _short(getattr(saved[each.code], name)) for name in RESULT} if each.code in saved
            else last.get(each.code, {"unit": each.units[0]}),
        )
        for each in LABORATORY
    )  # fmt: skip
    for each in found:
        each.reference = (limits or {}).get(each.analyte)
    return found


def _last_limits(participant: Participant) -> dict[str, dict[str, Any]]:
    results = LaboratoryResult.objects.standing("visit").filter(visit__participant=participant, value__isnull=False)
    rows = results.order_by("visit__visited_on", "id").values("analyte", "unit", "lower_limit", "upper_limit")
    return {each.pop("analyte"): {name: _short(value) for name, value in each.items()} for each in rows}


def in_words(limits: Any) -> str:
    """`12 to 16 g/dL`, `to 40 U/L`, `from 3.5 g/dL`. limits: with lower_limit, upper_limit and unit."""
    lower = "" if limits.lower_limit is None else plain(limits.lower_limit)
    upper = "" if limits.upper_limit is None else f"to {plain(limits.upper_limit)}"
    return " ".join(filter(None, (lower if upper else f"from {lower}", upper, shown_unit(limits.unit))))


def shown_unit(unit: str) -> str:
    """`umol/L` → µmol/L, `10^9/L` → 10⁹/L."""
    for stored, sign in (("umol", "µmol"), ("ukat", "µkat"), ("ug", "µg"), ("/uL", "/µL"), ("^9", "⁹"), ("^3", "³"),
                         ("mm3", "mm³"), ("m2", "m²")):  # fmt: skip
        unit = unit.replace(stored, sign)
    return unit


def _short(value: Any) -> Any:
    """A number without the zeros that the database keeps behind it: 120 and not 120.000."""
    return Decimal(format(value.normalize(), "f")) if isinstance(value, Decimal) else value
