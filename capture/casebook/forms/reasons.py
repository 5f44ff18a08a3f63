"""Why a saved entry is corrected: a reason from the list, with words of one's own where the list is not enough."""

from typing import Any

from django import forms

from trial.drawing.form_layout import PageHelper
from trial.protocol import REASONS_FOR_CHANGE, code_lists
from trial.record.typed_fields import choice, words


class ReasonForm(forms.Form):
    """Mixed into every correction; `cleaned_data["reason"]` is the sentence kept with the Change."""

    helper = PageHelper()
    reason_code = forms.ChoiceField(
        label="Reason for change", choices=[("", "Choose a reason"), *REASONS_FOR_CHANGE],
        error_messages={"required": "A correction needs a reason."},
    )  # fmt: skip
    reason_words = words("Comment", 300)

    def clean(self) -> dict[str, Any]:
        """Joins code and words to one sentence; "other" without words is refused."""
        cleaned = super().clean() or self.cleaned_data
        code, words = cleaned.get("reason_code", ""), (cleaned.get("reason_words") or "").strip()
        if code == "other" and not words:
            self.add_error("reason_words", "Enter a reason.")
        label = "" if code == "other" else dict(REASONS_FOR_CHANGE).get(code, "")
        cleaned["reason"] = ": ".join(filter(None, (label, words)))
        return cleaned


class NotDoneForm(forms.Form):
    """A reason from the list, with words where the list is not enough."""

    helper = PageHelper()
    reason = choice("Reason", ("", "Choose"), *code_lists.NOT_DONE_REASONS, required=True)
    reason.widget.attrs["autofocus"] = True
    because = words("Comment", 200)

    def clean(self) -> dict[str, Any]:
        """“Other” needs words."""
        found = super().clean() or self.cleaned_data
        if found.get("reason") == "other" and not (found.get("because") or "").strip():
            self.add_error("because", "Enter a reason.")
        return found


class NotAnEventForm(forms.Form):
    """Why values are no adverse event: kept in words beside each."""

    helper = PageHelper()
    reason = forms.ChoiceField(
        label="Reason", choices=[("", "Choose a reason"), *code_lists.NOT_AN_EVENT_REASONS],
        error_messages={"required": "Choose a reason."},
    )  # fmt: skip
    comment = words("Comment", 200)

    def clean(self) -> dict[str, Any]:
        """Joins reason and comment to `because`; “other” needs a comment."""
        found = super().clean() or self.cleaned_data
        code, comment = found.get("reason", ""), (found.get("comment") or "").strip()
        if code == "other" and not comment:
            self.add_error("comment", "Enter a reason.")
        label = "" if code == "other" else dict(code_lists.NOT_AN_EVENT_REASONS).get(code, "")
        found["because"] = ": ".join(filter(None, (label, comment)))
        return found
