"""Keeps the reports that were sent: entered, corrected with a reason, struck out; each act one Change."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from capture.entry import edit_conflict
from trial.models import AdverseEvent, ExpeditedReport
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused


def save(
    save: Save, event: AdverseEvent, values: Mapping[str, Any], *, row: ExpeditedReport | None = None
) -> ExpeditedReport:  # fmt: skip
    """values: kind, sent_at (an instant), sent_by, reference. No group is touched: no endpoint reads a report.

    Raises Refused, edit_conflict.EditedMeanwhile.
    """
    if values["sent_at"] > timezone.now():
        raise Refused("The sending time must not be in the future. Enter the report after it is sent.")
    act = "correct" if row is not None else "enter"
    with changes.record(save, act, participant=event.participant):
        _refuse_twin(event, values, row)
        if row is not None:
            edit_conflict.stop_if_edited([row], save.opened_at)
        saved = row or ExpeditedReport(participant=event.participant, event=event)
        for name, value in values.items():
            setattr(saved, name, value)
        saved.save()
    return saved


def _refuse_twin(event: AdverseEvent, values: Mapping[str, Any], row: ExpeditedReport | None) -> None:
    twins = event.expedited_reports.standing().filter(kind=values["kind"], sent_at=values["sent_at"])
    if twins.exclude(pk=row.pk if row else None).exists():
        raise Refused("A report of this kind with this sending time is already entered.")


def strike_out(save: Save, row: ExpeditedReport) -> None:
    """Takes a report back with a reason: it does not count any more and stays in the history."""
    with changes.record(save, "strike_out", participant=row.participant):
        row.struck_out_reason = save.reason
        row.save()
