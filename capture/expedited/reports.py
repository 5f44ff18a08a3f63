"""Keeps the reports that were sent: entered, corrected with a reason, struck out; each act one Change."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from capture.entry import edit_conflict
from capture.entry.services.registration import NotAllowed
from trial.models import AdverseEvent, ExpeditedReport, Person
from trial.record import changes


def save(
    person: Person | None, event: AdverseEvent, values: Mapping[str, Any], *, row: ExpeditedReport | None = None,
    reason: str = "", opened_at: int | None = None,
) -> ExpeditedReport:  # fmt: skip
    """values: kind, sent_at (an instant), sent_by, reference. No group is touched: no endpoint reads a report.

    Raises NotAllowed, meanwhile.EditedMeanwhile, changes.ReasonMissing, changes.RecordBusy, changes.RecordHeld.
    """
    if values["sent_at"] > timezone.now():
        raise NotAllowed("The sending time must not be in the future. Enter the report after it is sent.")
    act = "correct" if row is not None else "enter"
    with changes.record(person, act, reason, participant=event.participant):
        _refuse_twin(event, values, row)
        if row is not None:
            edit_conflict.stop_if_edited([row], opened_at)
        saved = row or ExpeditedReport(participant=event.participant, event=event)
        for name, value in values.items():
            setattr(saved, name, value)
        saved.save()
    return saved


def _refuse_twin(event: AdverseEvent, values: Mapping[str, Any], row: ExpeditedReport | None) -> None:
    twins = event.expedited_reports.filter(kind=values["kind"], sent_at=values["sent_at"], struck_out_reason="")
    if twins.exclude(pk=row.pk if row else None).exists():
        raise NotAllowed("A report of this kind with this sending time is already entered.")


def strike_out(person: Person | None, row: ExpeditedReport, reason: str) -> None:
    """Takes a report back with a reason: it does not count any more and stays in the history."""
    with changes.record(person, "strike_out", reason, participant=row.participant):
        row.struck_out_reason = reason
        row.save()
