"""Why a value of grade 1 or more is no adverse event."""

from django import forms

from capture.casebook.fields import WordsField


class NotAnEventForm(forms.Form):
    """The reason in words; kept in the record beside the value."""

    because = WordsField(
        label="Why is it no adverse event?",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control", "autofocus": True}),
        help_text="Such as: haemolysed sample, repeated and normal; there before treatment and unchanged.",
        error_messages={"required": "Say why."},
    )
