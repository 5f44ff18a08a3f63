"""The page of the baseline assessment: lesions chosen before treatment, corrected with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict

from capture.casebook import history, versions
from capture.casebook.forms.assessment import HeadForm, LesionRows, NewLesionForm
from capture.casebook.forms.reasons import ReasonForm
from capture.entry.services import acknowledgements, assessments
from capture.entry.views import place, saving
from trial.models import Assessment, LesionReading, Participant
from trial.protocol import schedule
from trial.record import access
from trial.record.save import Save
from trial.rules.dates.partial_date import shown
from trial.rules.response.recist import IN_FORCE

TARGET_ROWS, NON_TARGET_ROWS = IN_FORCE.targets_in_all, 6


def page(request: HttpRequest, participant: Participant, row: Assessment | None) -> HttpResponse:
    """Shows, enters or corrects the baseline."""
    may_enter = access.may_enter(request.user) and not (row and row.is_struck_out)
    edition = versions.of_page(request, participant, "baseline", row, may_enter)

    def make(data: QueryDict | None) -> saving.Sheet:
        head, reason = HeadForm(data, initial=_head(row)), ReasonForm(data)
        edition.apply(head)
        targets, non_targets = _rows(data, row, True), _rows(data, row, False)
        shown = {"participant": participant, "row": row, "form": head, "targets": targets,
                 **saving.of_assessment(row, "baseline"),
                 "non_targets": non_targets, "reason_form": reason, "may_enter": edition.may_enter, "edition": edition,
                 "criteria": IN_FORCE}  # fmt: skip
        return saving.Sheet([head, *targets, *non_targets], reason if row else None, shown)

    saved: list[Assessment] = []
    return saving.answer(
        request, "capture/entry/baseline.html", make, lambda: history.rows_of(row) if row else [],
        lambda sheet, save: saved.append(_save(edition.on(save), participant, row, sheet)),
        lambda sheet: _done(request, participant, sheet, saved[-1]),
    )  # fmt: skip


def _save(save: Save, participant: Participant, row: Assessment | None, sheet: saving.Sheet) -> Assessment:
    targets, non_targets = sheet.shown["targets"], sheet.shown["non_targets"]
    return assessments.save_baseline(
        acknowledgements.with_given(save, participant, "baseline", row), participant, sheet.shown["form"].cleaned_data,
        [lesion for each in targets if (lesion := each.typed())],
        [lesion for each in non_targets if (lesion := each.typed())], row,
    )  # fmt: skip


def _done(request: HttpRequest, participant: Participant, sheet: saving.Sheet, saved: Assessment) -> HttpResponse:
    on = shown(sheet.shown["form"].cleaned_data["assessed_on"])
    next_due = place.next_due(participant, schedule.ASSESSMENT)
    messages.success(request, f"Baseline assessment, {on}, is saved.{next_due}")
    return place.back(request, participant, place.mark_of("baseline", saved.pk))


def _head(row: Assessment | None) -> dict[str, Any]:
    names = ("assessed_on", "method", "slice_thickness_mm", "marker")
    return {name: getattr(row, name) for name in names} if row else {}


def _rows(data: Any, row: Assessment | None, target: bool) -> LesionRows:
    """The lesions on record, then empty rows; a row of the record carries its lesion's identity."""
    readings = _readings(row, "target" if target else "non_target")
    letter, least = ("T", TARGET_ROWS) if target else ("N", NON_TARGET_ROWS)
    count = max(least, len(readings))
    return LesionRows((
        NewLesionForm(data, prefix=f"{letter}{n}", target=target, initial=_lesion(readings, n))
        for n in range(1, count + 1)
    ), target)  # fmt: skip


def _readings(row: Assessment | None, kind: str) -> list[LesionReading]:
    if row is None:
        return []
    standing = row.readings.standing().filter(lesion__kind=kind).select_related("lesion")
    return list(standing.order_by("lesion__id"))


def _lesion(readings: list[LesionReading], number: int) -> dict[str, Any] | None:
    if number > len(readings):
        return None
    reading = readings[number - 1]
    lesion = reading.lesion
    return {"lesion_id": lesion.pk, "organ": lesion.organ, "description": lesion.description,
            "longest_diameter_mm": reading.longest_diameter_mm}  # fmt: skip
