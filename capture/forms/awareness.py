"""When the site became aware of an event: typed by the clock on its wall, kept with how far that was from UTC."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from capture.casebook.fields import WordsField, ask_which, offset_of, on_the_wall, say_whose
from trial import clock
from trial.models import AdverseEvent
from trial.rules.dates import site_time
from trial.rules.safety.expedited_reports import aware_at

NAMES = ("aware_on", "aware_time", "aware_offset")


class AwarenessFields(forms.ModelForm):
    """The day, the time, and, where the clock of the site showed that time twice, which of the two it was.

    A correction that leaves all three as they are shown leaves them as they are on record.
    """

    offset_from_file = False  # the page asks only where there are two; a file may state it for any row

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance if self.instance.pk else None
        self.where = clock.zone_of(row.participant.site) if row is not None else clock.zone()
        self.fields["aware_offset"] = WordsField(
            label="Which of the two", required=False, max_length=12, widget=forms.HiddenInput
        )
        say_whose(self.fields["aware_time"], self.where)
        if row is not None:
            self.initial.update(zip(NAMES, _as_shown(row, self.where), strict=True))
        else:
            self.initial = {"aware_on": None, "aware_time": None, **self.initial, "aware_offset": ""}
        self._ask_which(self.initial["aware_on"], self.initial["aware_time"])

    def _ask_which(self, on: date | None, at: time | None) -> None:
        ask_which(self.fields["aware_offset"], on, at, self.where)

    def clean(self) -> dict[str, Any]:
        """The instant that day and time mean at the site; a time that was never shown, or twice, is refused."""
        found = super().clean() or self.cleaned_data
        if not set(NAMES) & set(self.errors):
            self._ask_which(found["aware_on"], found["aware_time"])
            self._settle(found)
        return found

    def _settle(self, found: dict[str, Any]) -> None:
        given = found["aware_offset"].strip()
        shown = tuple(self.initial[name] for name in NAMES)
        if self.instance.pk and (found["aware_on"], found["aware_time"], given) == shown:
            found.update({name: getattr(self.instance, name) for name in NAMES})
        elif found["aware_on"] is None:
            found["aware_offset"] = site_time.UTC_NAME  # there is nothing that it could be the offset of
        else:
            found["aware_offset"] = self._offset(found["aware_on"], found["aware_time"], given)

    def _offset(self, on: date, at: time | None, given: str) -> str:
        try:
            if given and self.offset_from_file:
                return site_time.stored(site_time.from_stored(given))
            return site_time.stored(offset_of(on, at, self.where, given))
        except ValueError as refusal:
            stated = given and self.offset_from_file
            self.add_error("aware_offset" if stated else "aware_time", str(refusal))
            return ""


def _as_shown(row: AdverseEvent, where: ZoneInfo) -> tuple[date | None, time | None, str]:
    """A day without a time stays that day; else the instant on record by the clock of the site."""
    at = aware_at(row.aware_on, row.aware_time, row.aware_offset)
    return on_the_wall(at, where) if at is not None and row.aware_time is not None else (row.aware_on, None, "")
