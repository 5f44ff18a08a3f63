"""The form of a report that was sent: typed by the clock of the site, kept as an instant."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from capture.casebook.fields import (
    FullDateField,
    TimeOfDayField,
    WordsField,
    ask_which,
    offset_of,
    on_the_wall,
    say_whose,
)
from trial.drawing.form_layout import Boxes, PageHelper
from trial.models import ExpeditedReport
from trial.record import site_clock
from trial.record.typed_fields import choice, words
from trial.refused import Refused
from trial.rules.dates import site_time
from trial.rules.safety.expedited_reports import KINDS


class ReportForm(forms.Form):
    """Kind, moment, sender and reference of one report."""

    helper = PageHelper(Boxes(css_class="entry-fields"))
    kind = choice("What was sent", ("", "Choose"), *KINDS, required=True)
    sent_on = FullDateField(label="Sent on")
    sent_time = TimeOfDayField(label="Sent at")
    sent_offset = WordsField(label="Which of the two", required=False, max_length=12, widget=forms.HiddenInput)
    sent_by = words("Sent by", 120, "who sent it, in full", required=True)
    reference = words("Reference number", 60, "as the sponsor gave it; it may come later")

    offset = timedelta()

    def __init__(self, data: Any, row: ExpeditedReport | None) -> None:
        """Opened by somebody who stands at the site of the participant (`trial.record.site_clock`)."""
        self.where = site_clock.zone()
        super().__init__(data, initial=_on_record(row, self.where) if row else {})
        say_whose(self.fields["sent_time"], self.where)
        ask_which(self.fields["sent_offset"], self.initial.get("sent_on"), self.initial.get("sent_time"), self.where)

    def clean(self) -> dict[str, Any]:
        """The instant that day and time mean at the site; a time that was never shown, or twice, is refused."""
        found = super().clean() or self.cleaned_data
        if not {"sent_on", "sent_time"} & set(self.errors):
            ask_which(self.fields["sent_offset"], found["sent_on"], found["sent_time"], self.where)
            try:
                self.offset = offset_of(found["sent_on"], found["sent_time"], self.where, found.get("sent_offset", ""))
            except Refused as refusal:
                self.add_error("sent_time", str(refusal))
        return found

    def values(self) -> dict[str, Any]:
        """Field → domain value, for the service."""
        given = self.cleaned_data
        sent_at = site_time.instant(given["sent_on"], given["sent_time"], self.offset)
        return {"kind": given["kind"], "sent_at": sent_at, "sent_by": given["sent_by"],
                "reference": given["reference"]}  # fmt: skip


def _on_record(row: ExpeditedReport, where: ZoneInfo) -> dict[str, Any]:
    on, at, offset = on_the_wall(row.sent_at, where)
    return {"kind": row.kind, "sent_on": on, "sent_time": at, "sent_offset": offset, "sent_by": row.sent_by,
            "reference": row.reference}  # fmt: skip
