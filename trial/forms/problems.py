"""Forms of the problem reports."""

from django import forms

from trial.forms.typed import WordsField
from trial.models import ProblemReport


def _words(label: str, most: int, rows: int) -> WordsField:
    widget = forms.Textarea(attrs={"class": "form-control", "rows": rows})
    return WordsField(label=label, max_length=most, widget=widget)


class ProblemForm(forms.Form):
    """How bad it is and what happened; the page it happened on comes along."""

    severity = forms.ChoiceField(
        label="How bad is it", choices=[("", "Choose"), *ProblemReport.Severity.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    words = _words("What happened, and what you expected", 1000, 5)
    page = WordsField(label="Page", required=False, max_length=600, widget=forms.TextInput(
        attrs={"class": "form-control", "readonly": ""}))  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"].help_text = "Name nobody: study numbers only, no names and no days of birth."


class ProblemReviewForm(forms.Form):
    """What the review found."""

    found = _words("What the review found, and what becomes of it", 600, 3)
