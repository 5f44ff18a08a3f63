"""The cycle form: its first day, tablets, and the dosing periods of its 28 days."""

from typing import Any

from django import forms

from capture.casebook.fields import FullDateField, WholeNumberField, WordsField
from capture.entry.services.dosing import AS_PLANNED, Period
from trial import protocol

PERIOD_ROWS = 4


class CycleForm(forms.Form):
    """One course from its actual day 1."""

    started_on = FullDateField(label="Day 1 of the cycle")
    tablets_dispensed = WholeNumberField(label="Tablets dispensed (200 mg)", required=False, min_value=0,
                                           max_value=500)  # fmt: skip
    tablets_returned = WholeNumberField(label="Tablets returned", required=False, min_value=0, max_value=500)
    lot = WordsField(label="Lot", required=False, max_length=30)
    delay_reason = WordsField(
        label="If the cycle was delayed, why", required=False, max_length=120
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("tablets_dispensed", "tablets_returned", "lot", "delay_reason"):
            self.fields[name].widget.attrs["class"] = "form-control"


class PeriodForm(forms.Form):
    """One dosing period; a row left empty is no period."""

    from_day = WholeNumberField(required=False, min_value=1, max_value=28)
    to_day = WholeNumberField(required=False, min_value=1, max_value=28)
    dose_mg = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", "—"), (400, "400"), (200, "200"), (0, "0")]
    )
    frequency = forms.ChoiceField(required=False, choices=[("", "—"), *protocol.FREQUENCIES])
    reason = WordsField(required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            select = isinstance(field.widget, forms.Select)
            label = f"Period {self.prefix}: {name.replace('_', ' ')}"
            field.widget.attrs.update({"class": "form-select" if select else "form-control", "aria-label": label})

    def clean(self) -> dict[str, Any]:
        """Either everything of a period or nothing."""
        cleaned = self.cleaned_data
        asked = ("from_day", "to_day", "dose_mg", "frequency")
        given = [cleaned.get(name) not in (None, "") for name in asked]
        if any(given) and not all(given):
            raise forms.ValidationError("A period needs its days, its dose and how often it was taken.")
        if cleaned.get("frequency") and (cleaned["frequency"] == "held") != (cleaned.get("dose_mg") == 0):
            raise forms.ValidationError("A held dose is 0 mg, and only a held dose is.")
        return cleaned

    def period(self) -> Period | None:
        """The period typed, or None for an empty row."""
        found = self.cleaned_data
        if found.get("from_day") is None:
            return None
        return Period(found["from_day"], found["to_day"], found["dose_mg"], found["frequency"], found["reason"])


def period_forms(data: Any, periods: list[Period]) -> list[PeriodForm]:
    """A row for each period on record and some empty ones, bound when there is data."""
    rows = max(PERIOD_ROWS, len(periods) + 1)
    found = []
    for place in range(1, rows + 1):
        initial = vars(periods[place - 1]) if place <= len(periods) else None
        found.append(PeriodForm(data, prefix=str(place), initial=initial))
    return found


def as_planned() -> list[Period]:
    """Days 1 to 28 at the full dose."""
    return list(AS_PLANNED)
