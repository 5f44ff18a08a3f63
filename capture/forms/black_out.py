"""Asking for a black-out, and the chair's decision."""

from django import forms

from capture.fields import printable
from trial.holds_in_sql import MARK

_WIDE = {"class": "form-control", "autocomplete": "off"}


class BlackOutForm(forms.Form):
    """Which words of the text are to go (none named: all of it), and why; the reason stays, so it says no name."""

    words = forms.CharField(
        label="Words to black out",
        required=False,
        max_length=300,
        validators=[printable],
        widget=forms.TextInput(attrs=_WIDE),
        help_text="Exactly as they stand in the text. Leave empty to black out the whole text.",
    )
    because = forms.CharField(
        label="Because",
        max_length=300,
        validators=[printable],
        widget=forms.TextInput(attrs=_WIDE),
        help_text=f"Stays on record for ever, beside {MARK}: say what kind of words they are, never the words "
        "themselves. Such as: a name was typed.",
        error_messages={"required": "Say why."},
    )


class BlackOutDecisionForm(forms.Form):
    """The chair's word, with a reason."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("approve", "Black the words out, for ever"), ("refuse", "Refuse; nothing is touched")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    because = forms.CharField(
        label="Because",
        max_length=300,
        validators=[printable],
        widget=forms.TextInput(attrs=_WIDE),
        help_text="Stays on record for ever: never the words themselves.",
        error_messages={"required": "Say why."},
    )
