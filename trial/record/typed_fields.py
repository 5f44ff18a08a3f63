"""Form fields for what people type anywhere in the product: words, numbers and full dates.

Every box is a text box, so that what was typed or pasted stays visible when it is refused. Numbers are read by
`trial.rules.typed_text`, dates by `trial.rules.dates.partial_date`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.utils import timezone

from trial.refused import Refused
from trial.rules import typed_text
from trial.rules.dates import partial_date
from trial.rules.dates.partial_date import PartialDate


def printable(text: str) -> None:
    """Validator: refuses characters that nobody can see, and those that turn the direction of writing."""
    if refused := typed_text.unseen(text):
        raise forms.ValidationError(refused)


class WordsField(forms.CharField):
    """Words in one line or several, without characters that nobody can see."""

    default_validators = [*forms.CharField.default_validators, printable]


class _Typed:
    """A number typed into a text box, None when empty; refusals say what must be true, or what to do.

    kind: of the value. read: the typed text → the value.
    """

    widget = forms.TextInput
    kind: type
    read: Callable[[str], Any]

    def to_python(self, value: Any) -> Any:
        """ValidationError in words for what is no number."""
        if isinstance(value, self.kind) or value is None or not str(value).strip():
            return value if isinstance(value, self.kind) else None
        try:
            return self.read(str(value))
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.validators:  # type: ignore[attr-defined]
            if isinstance(each, MinValueValidator):
                each.message = "The number must be at least %(limit_value)s."
            elif isinstance(each, MaxValueValidator):
                each.message = "The number must be at most %(limit_value)s."
            elif isinstance(each, DecimalValidator):
                each.messages = OF_DIGITS


OF_DIGITS = {
    "invalid": "Type a number, such as 42.5.",
    "max_digits": "The number has more than %(max)s digits. Check it and its unit.",
    "max_decimal_places": "The number has more than %(max)s digits behind the point. Round it.",
    "max_whole_digits": "The number has more than %(max)s digits before the point. Check it and its unit.",
}


class WholeNumberField(_Typed, forms.IntegerField):
    """A whole number typed into a text box → int, or None when empty."""

    kind, read = int, staticmethod(typed_text.whole_number)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard of a telephone shows digits only."""
        return {} if widget.is_hidden else {"inputmode": "numeric", "autocomplete": "off"}


class NumberField(_Typed, forms.DecimalField):
    """A number typed into a text box → exact Decimal, or None when empty; shown as typed: 310, not 310.000."""

    kind, read = Decimal, staticmethod(typed_text.decimal_number)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard of a telephone shows digits and a point."""
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Decimal → text without the zeros that the database adds; typed text stays as it was typed."""
        return format(value.normalize(), "f") if isinstance(value, Decimal) and value.is_finite() else value


class QualifiedNumberField(NumberField):
    """A number that may be given as below or above a limit, `<5` → 5; `qualifier_of` tells which.

    sign: of the value on record, with which it is shown.
    """

    sign = ""

    def prepare_value(self, value: Any) -> Any:
        """As any number, with its sign."""
        shown = super().prepare_value(value)
        return f"{self.sign}{shown}" if isinstance(value, Decimal) else shown

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The keyboard of a telephone shows < and > too."""
        return {**super().widget_attrs(widget), "inputmode": "text"}

    def to_python(self, value: Any) -> Decimal | None:
        """ValidationError in words for what is no number, or for a sign without one."""
        sign, number = typed_text.qualified(str(value)) if isinstance(value, str) else ("", value)
        if sign and not str(number).strip():
            raise forms.ValidationError(f"Type the limit behind “{sign}”, such as {sign}5.")
        return super().to_python(number)

    @staticmethod
    def qualifier_of(text: Any) -> str:
        """`<`, `>` or nothing, of what was typed."""
        return typed_text.qualified(str(text or ""))[0]


class DateField(forms.CharField):
    """A date whose day and month may be unknown → PartialDate, or None when empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """`data-date` gives the field its keyboard: t for today, tidying on leaving."""
        return super().widget_attrs(widget) | {"data-date": "", "placeholder": "DD-MMM-YYYY", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """A stored date is shown as it is typed; typed text stays as it was typed."""
        if isinstance(value, date):
            return partial_date.shown(value)
        return str(value) if isinstance(value, PartialDate) else value

    def today(self) -> date:
        """The day that `t` means."""
        return timezone.now().date()

    def clean(self, value: Any) -> Any:
        """ValidationError in words for what is no date, or one that cannot be meant here."""
        text = super().clean(value)
        if not text:
            return None
        try:
            read = partial_date.parse(text, self.today())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        self.check(read)
        return self.settled(read)

    def check(self, read: PartialDate) -> None:
        """ValidationError in words for a date that cannot be meant here."""

    def settled(self, read: PartialDate) -> Any:
        """What the field hands on; a full date asks for more."""
        return read

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares as shown, so that 12feb2006 and 12-FEB-2006 are the same."""
        return str(self.prepare_value(initial) or "").upper() != str(data or "").strip().upper()


class WholeDate:
    """Makes a date field ask for day, month and year → datetime.date."""

    def settled(self, read: PartialDate) -> date:
        """ValidationError when the day or the month is unknown."""
        if not read.is_complete:
            raise forms.ValidationError(f"{read} is not a full date. Enter day, month and year.")
        return read.earliest()


class DayField(WholeDate, DateField):
    """A full date of the conduct of the study (training, delegation), which may lie in the future."""


def choice(label: str, *first: tuple[str, str], required: bool = False) -> forms.ChoiceField:
    """A list to choose one from; first: choices that are always there, before those of the page."""
    return forms.ChoiceField(label=label, choices=first, required=required)


def words(
    label: str | None, most: int, help_text: str = "", *, required: bool = False, rows: int = 0, **attrs: Any
) -> WordsField:
    """A box for words of at most so many characters; rows: height of a box for several lines."""
    given = {"autocomplete": "off", **attrs}
    widget = forms.Textarea(attrs={**given, "rows": rows}) if rows else forms.TextInput(attrs=given)
    return WordsField(label=label, max_length=most, help_text=help_text, required=required, widget=widget)


def reason(**attrs: Any) -> WordsField:
    """The box for a reason that must be given."""
    field = words("Reason", 300, attrs.pop("help_text", ""), required=True, **attrs)
    field.error_messages["required"] = "Enter a reason."
    return field
