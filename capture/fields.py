"""Form fields of the casebook: dates as the clinic types them, and values that may be missing for a reason.

Reading of dates is `trial.rules.dates.partial_date`; a refused date keeps its text, with the message beside it.
"""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms

from trial import clock
from trial.protocol import MISSING_REASONS
from trial.rules.dates import partial_date
from trial.rules.dates.partial_date import PartialDate


def today() -> date:
    """The day at the site that is worked at: what `t` means in a date field."""
    return clock.today()


# Line breaks and tabs are words; the rest steers terminals, spreadsheets and the direction of writing.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> None:
    """Validator: refuses characters that nobody can see."""
    if UNPRINTABLE.search(text):
        raise forms.ValidationError("There is a character here that cannot be seen: type the words again.")


class PlainDecimalField(forms.DecimalField):
    """A number shown as it is typed: 310, not 310.000."""

    def prepare_value(self, value: Any) -> Any:
        """Decimal → text without the zeros that the database adds; typed text stays as it was typed."""
        return format(value.normalize(), "f") if isinstance(value, Decimal) and value.is_finite() else value


class PartialDateFormField(forms.CharField):
    """A date whose day and month may be unknown → PartialDate, or None when empty. Refuses days to come."""

    def __init__(self, *, may_be_future: bool = False, **kwargs: Any) -> None:
        self.may_be_future = may_be_future
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """`data-date` gives the field its keyboard: t for today, tidying on leaving."""
        attributes = {"data-date": "", "placeholder": "DD-MMM-YYYY", "class": "form-control", "autocomplete": "off"}
        return {**super().widget_attrs(widget), **attributes}

    def prepare_value(self, value: Any) -> Any:
        """A stored date is shown as it is typed; typed text stays as it was typed."""
        if isinstance(value, date):
            return partial_date.shown(value)
        return str(value) if isinstance(value, PartialDate) else value

    def clean(self, value: Any) -> Any:
        """Text → PartialDate; ValidationError in words."""
        text = super().clean(value)
        if not text:
            return None
        try:
            read = partial_date.parse(text, today())
        except partial_date.DateNotUnderstood as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if read.earliest() > today() and not self.may_be_future:
            raise forms.ValidationError(f"{read} lies in the future.")
        return self.settled(read)

    def settled(self, read: PartialDate) -> Any:
        """What the field hands on; a full date asks for more."""
        return read

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares as shown, so that 12feb2006 and 12-FEB-2006 are the same."""
        return str(self.prepare_value(initial) or "").upper() != str(data or "").strip().upper()


class FullDateField(PartialDateFormField):
    """A date with day, month and year → datetime.date, or None when empty."""

    def settled(self, read: PartialDate) -> date:
        """ValidationError when the day or the month is unknown."""
        if not read.is_complete:
            raise forms.ValidationError(f"{read} is not a full date: day, month and year are needed here.")
        return read.earliest()


class TimeOfDayField(forms.CharField):
    """A time of day on the clock of the site, typed `14:30` or `1430` → datetime.time, or None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 8)
        widget = forms.TextInput(attrs={"placeholder": "HH:MM", "class": "form-control", "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored time is shown as it is typed; typed text stays as it was typed."""
        return value.strftime("%H:%M") if isinstance(value, time) else value

    def clean(self, value: Any) -> Any:
        """ValidationError in words for what is no time of the 24-hour clock."""
        text = super().clean(value)
        if not text:
            return None
        found = re.fullmatch(r"([0-9]{1,2}):?([0-9]{2})(?::[0-9]{2})?", text)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise forms.ValidationError(f"“{text}” is not a time. Type it as 14:30.")
        return time(int(found[1]), int(found[2]))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares as shown."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


class MissingReasonField(forms.ChoiceField):
    """Why the value beside it is missing; empty when there is a value."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "If missing, why")
        widget = forms.Select(attrs={"class": "form-select missing-reason"})
        super().__init__(choices=[("", "—"), *MISSING_REASONS], required=False, widget=widget, **kwargs)


def require_value_or_reason(form: forms.BaseForm, name: str) -> None:
    """Puts an error beside field `name` unless it has a value or `name`_missing a reason, and not both."""
    if name in form.errors:
        return
    value, reason = form.cleaned_data.get(name), form.cleaned_data.get(f"{name}_missing")
    if value in (None, "") and not reason:
        form.add_error(name, "Enter a value, or press F2 and choose why it is missing.")
    if value not in (None, "") and reason:
        form.add_error(name, "There is a value and a reason why it is missing: keep one of them.")
