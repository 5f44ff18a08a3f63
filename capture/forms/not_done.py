"""Why something that was due was not done."""

from typing import Any

from django import forms

from capture.casebook.fields import WordsField
from trial.protocol import code_lists


class NotDoneForm(forms.Form):
    """A reason from the list, with words where the list is not enough."""

    reason = forms.ChoiceField(
        label="Why was it not done?", choices=[("", "Choose"), *code_lists.NOT_DONE_REASONS],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    because = WordsField(
        label="In words", required=False, max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """“Other” needs words."""
        found = super().clean() or self.cleaned_data
        if found.get("reason") == "other" and not (found.get("because") or "").strip():
            self.add_error("because", "Say why.")
        return found
