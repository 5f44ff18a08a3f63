"""An approval of an edition at a site, or its withdrawal: which, on which day, by whom."""

from collections.abc import Sequence
from typing import Any

from django import forms

from capture.fields import FullDateField, printable

Choices = Sequence[tuple[str, str]]


class EditionApprovalForm(forms.Form):
    """What the study chair has on paper. which: `form:edition:site`, one of those that are offered."""

    which = forms.ChoiceField(label="Form, edition and site", widget=forms.Select(attrs={"class": "form-select"}))
    decided_on = FullDateField(label="Decided on")
    decided_by = forms.CharField(
        label="By whom", max_length=200, validators=[printable],
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text="Ethics committee or authority, with the reference of its decision.",
    )  # fmt: skip

    def __init__(self, offered: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which = self.fields["which"]
        assert isinstance(which, forms.ChoiceField)
        which.choices = [("", "Choose"), *offered]
        which.error_messages["invalid_choice"] = "Somebody recorded this meanwhile, or it cannot be chosen: look again."
