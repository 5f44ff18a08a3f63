"""The form of a report that was sent."""

from datetime import UTC, datetime
from typing import Any

from django import forms

from capture.fields import FullDateField, TimeOfDayField, printable
from trial.models import ExpeditedReport
from trial.rules.expedited import KINDS


class ReportForm(forms.Form):
    """Kind, moment (UTC), sender and reference of one report."""

    kind = forms.ChoiceField(
        label="What was sent", choices=[("", "Choose"), *KINDS], widget=forms.Select(attrs={"class": "form-select"})
    )
    sent_on = FullDateField(label="Sent on")
    sent_time = TimeOfDayField(label="Sent at (UTC)")
    sent_by = forms.CharField(
        label="Sent by", max_length=120, validators=[printable], help_text="who sent it, in full",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    reference = forms.CharField(
        label="Reference number", max_length=60, required=False, validators=[printable],
        help_text="as the sponsor gave it; it may come later", widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip

    def __init__(self, data: Any, row: ExpeditedReport | None) -> None:
        super().__init__(data, initial=_on_record(row) if row else {})

    def values(self) -> dict[str, Any]:
        """Field → domain value, for the service."""
        given = self.cleaned_data
        sent_at = datetime.combine(given["sent_on"], given["sent_time"], UTC)
        return {"kind": given["kind"], "sent_at": sent_at, "sent_by": given["sent_by"],
                "reference": given["reference"]}  # fmt: skip


def _on_record(row: ExpeditedReport) -> dict[str, Any]:
    sent_at = row.sent_at.astimezone(UTC)
    return {"kind": row.kind, "sent_on": sent_at.date(), "sent_time": sent_at.time(), "sent_by": row.sent_by,
            "reference": row.reference}  # fmt: skip
