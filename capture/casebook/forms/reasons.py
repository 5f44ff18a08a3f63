"""Why a saved entry is corrected: a reason from the list, with words of one's own where the list is not enough."""

from typing import Any

from django import forms

from trial.drawing.form_layout import PageHelper
from trial.protocol import REASONS_FOR_CHANGE, code_lists
from trial.record.typed_fields import choice, words


class _FromList(forms.Form):
    """A reason from a list, with words of one's own where the list is not enough: “other” needs them.

    boxes: the fields of code and words, and the name under which both are one sentence (empty: under none).
    """

    helper = PageHelper()
    boxes: tuple[str, str, str]

    def clean(self) -> dict[str, Any]:
        """Joins code and words to one sentence."""
        of_code, of_words, sentence = self.boxes
        found = super().clean() or self.cleaned_data
        code, said = found.get(of_code, ""), (found.get(of_words) or "").strip()
        if code == "other" and not said:
            self.add_error(of_words, "Enter a reason.")
        label = "" if code in ("", "other") else dict(self.fields[of_code].choices)[code]
        return found | ({sentence: ": ".join(filter(None, (label, said)))} if sentence else {})


class ReasonForm(_FromList):
    """Mixed into every correction; `cleaned_data["reason"]` is the sentence kept with the Change."""

    boxes = ("reason_code", "reason_words", "reason")
    reason_code = forms.ChoiceField(
        label="Reason for change", choices=[("", "Choose a reason"), *REASONS_FOR_CHANGE],
        error_messages={"required": "A correction needs a reason."},
    )  # fmt: skip
    reason_words = words("Comment", 300)


class NotDoneForm(_FromList):
    """Why something planned was not done: code and words are kept side by side."""

    boxes = ("reason", "because", "")
    reason = choice("Reason", ("", "Choose"), *code_lists.NOT_DONE_REASONS, required=True)
    reason.widget.attrs["autofocus"] = True
    because = words("Comment", 200)


class NotAnEventForm(_FromList):
    """Why values are no adverse event: kept in words (`because`) beside each."""

    boxes = ("reason", "comment", "because")
    reason = forms.ChoiceField(
        label="Reason", choices=[("", "Choose a reason"), *code_lists.NOT_AN_EVENT_REASONS],
        error_messages={"required": "Choose a reason."},
    )  # fmt: skip
    comment = words("Comment", 200)
