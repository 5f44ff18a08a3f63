"""Form fields of the casebook: numbers, dates, times and words as the clinic types them, reasons for what is missing.

What is typed stays as it is when it is refused, with the message beside it. Numbers, words and dates are read by
`trial.record.typed_fields`; here stands what is plausible of a date of the casebook, by whichever form or file it
comes.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from trial.protocol import MISSING_REASONS, constant
from trial.record import site_clock
from trial.record.typed_fields import (
    DateField,
    NumberField,
    QualifiedNumberField,
    WholeDate,
    WholeNumberField,
    WordsField,
)
from trial.rules.dates import partial_date, site_time
from trial.rules.dates.partial_date import PartialDate

__all__ = ["BirthDateField", "FullDateField", "MissingReasonField", "NumberField", "PartialDateFormField",
           "QualifiedNumberField", "TimeOfDayField", "WholeNumberField", "WordsField", "ask_which", "before_birth",
           "offset_of", "on_the_wall", "read_qualifier", "require_value_or_reason", "say_whose", "today"]  # fmt: skip
FIRST_YEAR = constant("first_year")


def today() -> date:
    """The day at the site that is worked at: what `t` means in a date field."""
    return site_clock.today()


def before_birth(when: date | PartialDate, born_on: PartialDate | None) -> str:
    """Refusal in words of a date that surely lies before the birth of the participant; empty for any other."""
    last = when.latest() if isinstance(when, PartialDate) else when
    if born_on is None or last >= born_on.earliest():
        return ""
    shown = str(when) if isinstance(when, PartialDate) else partial_date.shown(when)
    return f"{shown} is before the participant's date of birth, {born_on}."


class PartialDateFormField(DateField):
    """A date of the casebook → PartialDate, or None when empty: not in the future, and never before birth.

    before_study: it may lie before the study began, such as that of a condition or of birth.
    """

    def __init__(self, *, may_be_future: bool = False, before_study: bool = False, **kwargs: Any) -> None:
        self.may_be_future, self.before_study = may_be_future, before_study
        super().__init__(**kwargs)

    def today(self) -> date:
        """The day at the site that is worked at."""
        return today()

    def check(self, read: PartialDate) -> None:
        """Refuses what nobody can mean of the participant who is worked at."""
        if read.earliest() > today() and not self.may_be_future:
            raise forms.ValidationError(f"{read} is in the future.")
        if refused := before_birth(read, site_clock.born_on()):
            raise forms.ValidationError(refused)
        if read.year < FIRST_YEAR and not self.before_study:
            raise forms.ValidationError(f"{read} is before the study, which began in {FIRST_YEAR}.")


class FullDateField(WholeDate, PartialDateFormField):
    """A date of the casebook with day, month and year → datetime.date, or None when empty."""


class BirthDateField(PartialDateFormField):
    """A date of birth → PartialDate, or None when empty; what is on record of it does not bind its correction."""

    def check(self, read: PartialDate) -> None:
        """Refuses the future."""
        if read.earliest() > today():
            raise forms.ValidationError(f"{read} is in the future.")


class TimeOfDayField(WordsField):
    """A time of day on the clock of the site, typed `14:30` or `1430` → datetime.time, or None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 8)
        widget = forms.TextInput(attrs={"placeholder": "HH:MM", "autocomplete": "off"})
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
            raise forms.ValidationError(f"“{text}” is not a time. Enter it as 14:30.")
        return time(int(found[1]), int(found[2]))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares as shown."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


def say_whose(field: forms.Field, where: ZoneInfo) -> None:
    """Says beside a time which clock it is typed by."""
    more = f"; {field.help_text}" if field.help_text else ""
    field.help_text = f"Time at the site, {site_time.place(where)}{more}"


def ask_which(field: forms.Field, on: date | None, at: time | None, where: ZoneInfo) -> None:
    """Shows the choice where the clock showed this time twice; elsewhere the field stays out of sight."""
    two = site_time.offsets(on, at, where) if on is not None and at is not None else ()
    if len(two) != 2:
        return
    occurrences = ("first occurrence, before the clock was put back", "second occurrence, after the clock was put back")
    named = zip(two, occurrences, strict=True)
    choices = [(site_time.stored(each), f"{words} ({site_time.in_words(each)})") for each, words in named]
    field.widget = forms.Select(choices=[("", "Choose"), *choices])


def offset_of(on: date, at: time | None, where: ZoneInfo, chosen: str) -> timedelta:
    """The offset of what was typed; chosen: what was said where there are two. ValueError in words."""
    return site_time.offset_at(on, at, where, site_time.from_stored(chosen) if chosen.strip() else None)


def on_the_wall(at: datetime, where: ZoneInfo) -> tuple[date, time, str]:
    """An instant as it is typed: day, time, and the offset where the clock showed that time twice, else empty."""
    there = at.astimezone(where)
    day, wall = there.date(), there.time().replace(fold=0)
    two = len(site_time.offsets(day, wall, where)) == 2
    return day, wall, site_time.stored(there.utcoffset() or timedelta()) if two else ""


class MissingReasonField(forms.ChoiceField):
    """Why the value beside it is missing; empty when there is a value."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Reason missing")
        widget = forms.Select(attrs={"class": "form-select missing-reason"})
        super().__init__(choices=[("", "—"), *MISSING_REASONS], required=False, widget=widget, **kwargs)


def read_qualifier(form: forms.BaseForm, name: str) -> None:
    """Notes as `…_qualifier` whether the value was typed as below or above a limit; a file may say it in a column."""
    typed = QualifiedNumberField.qualifier_of(form[name].data)
    given = form.cleaned_data.get(f"{name}_qualifier") or ""
    if typed and given and typed != given:
        form.add_error(name, f"The value says “{typed}”, its qualifier “{given}”. Keep one of them.")
    elif given and form.cleaned_data.get(name) is None and name not in form.errors:
        form.add_error(name, f"“{given}” needs a value.")
    form.cleaned_data[f"{name}_qualifier"] = typed or given


def require_value_or_reason(form: forms.BaseForm, name: str) -> None:
    """Puts an error beside field `name` unless it has a value or `name`_missing a reason, and not both."""
    if name in form.errors:
        return
    value, reason = form.cleaned_data.get(name), form.cleaned_data.get(f"{name}_missing")
    if value in (None, "") and not reason:
        form.add_error(name, "Enter a value or a missing-value reason.")
    if value not in (None, "") and reason:
        form.add_error(name, "A value and a missing-value reason are both entered. Keep one of them.")
