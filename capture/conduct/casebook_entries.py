"""The standing entries of one participant, whatever their form: for verification by visit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from capture import history
from capture.casebook import ENTRY_FORMS
from capture.conduct import places
from trial import partial_date
from trial.models import Participant


@dataclass(frozen=True)
class CasebookEntry:
    """One entry: its form, its row, its place, its day (None when not known to the day), its newest Change."""

    kind: str
    row: Any
    place: places.Place
    on: date | None
    newest: int


def entries_of(participant: Participant, kinds: Any) -> list[CasebookEntry]:
    """The entries of these forms in order of date."""
    found = [_entry(participant, kind, row, on) for kind, row, on in _rows(participant) if kind in kinds]
    return sorted(found, key=lambda each: (each.on or date.max, each.kind, each.row.pk))


def _rows(participant: Participant) -> list[tuple[str, Any, date | None]]:
    rows: list[tuple[str, Any, date | None]] = [("registration", participant, participant.registered_on)]
    for scan in participant.assessments.filter(struck_out_reason=""):
        rows.append(("baseline" if scan.kind == "baseline" else "follow_up_scan", scan, scan.assessed_on))
    rows += [("cycle", each, each.started_on) for each in participant.cycles.filter(struck_out_reason="")]
    for kind, form in ENTRY_FORMS.items():
        for row in form.model.objects.filter(participant=participant, struck_out_reason=""):
            rows.append((kind, row, _day(getattr(row, form.dated_by))))
    return rows


def _day(when: Any) -> date | None:
    if isinstance(when, partial_date.PartialDate):
        return when.earliest() if when.is_complete else None
    return when


def _entry(participant: Participant, kind: str, row: Any, on: date | None) -> CasebookEntry:
    newest = history.newest_change(*places.rows_of(participant, kind, row))
    return CasebookEntry(kind, row, places.place(participant, kind, row), on, newest)
