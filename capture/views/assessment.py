"""Pages of tumour assessments: the baseline, follow-ups as a grid of lesions, and the response as it is typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture import checks, history, live_response
from capture.forms.assessment import FollowUpHeadForm, HeadForm, NewLesionForm, ReadingForm
from capture.forms.reason import ReasonForm
from capture.services import assessments
from trial import access, changes
from trial.models import Assessment, LesionReading, Participant

TARGET_ROWS, NON_TARGET_ROWS = 10, 6
NOT_SAVED = (checks.Refused, changes.RecordBusy, changes.ReasonMissing)


@access.allows(*access.ENTERS)
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """The baseline when there is none yet, else a new follow-up."""
    participant = access.participant_for(request.user, reference)
    if participant.assessments.filter(kind="baseline", struck_out_reason="").exists():
        return _follow_up(request, participant, None)
    return _baseline(request, participant)


@access.allows(*access.READS_RECORD)
def existing(request: HttpRequest, reference: str, assessment_id: int) -> HttpResponse:
    """A saved assessment: read by all who may, corrected by the site."""
    participant = access.participant_for(request.user, reference)
    row = get_object_or_404(participant.assessments, pk=assessment_id)
    if request.method == "POST" and not access.may_enter(request.user):
        return HttpResponse("Your role reads the record and does not write it.", status=403)
    if row.kind == Assessment.Kind.BASELINE:
        shown = {"participant": participant, "assessment": row, "readings": _readings(row)}
        return render(request, "capture/assessment_saved.html", shown)
    return _follow_up(request, participant, row)


@access.allows(*access.ENTERS)
def response(request: HttpRequest, reference: str) -> HttpResponse:
    """The response that the typed values make; values travel in the body, never in the address."""
    participant = access.participant_for(request.user, reference)
    if request.method != "POST":
        return HttpResponse(status=405)
    given = request.POST.get("assessment", "")
    row = participant.assessments.filter(pk=int(given)).first() if given.isdigit() else None
    head, rows = FollowUpHeadForm(request.POST), _rows(participant, row, request.POST)
    valid = all([head.is_valid(), *(each.is_valid() for each in rows)])
    outcome = _outcome(participant, head, rows, row) if valid else None
    return render(request, "capture/_response.html", {"outcome": outcome})


def _outcome(participant: Participant, head: FollowUpHeadForm, rows: list[ReadingForm], row: Assessment | None) -> Any:
    found = head.cleaned_data
    return live_response.response_of(
        participant, found["assessed_on"], [each.reading() for each in rows], found["new_lesions"], found["marker"],
        found["new_lesion_on"], row,
    )  # fmt: skip


def _readings(row: Assessment) -> Any:
    return row.readings.filter(struck_out_reason="").select_related("lesion").order_by("-lesion__kind", "lesion__id")


def _baseline(request: HttpRequest, participant: Participant) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    head = HeadForm(data)
    targets = [NewLesionForm(data, prefix=f"T{n}", target=True) for n in range(1, TARGET_ROWS + 1)]
    non_targets = [NewLesionForm(data, prefix=f"N{n}", target=False) for n in range(1, NON_TARGET_ROWS + 1)]
    reasons: tuple[str, ...] = ()
    if data is not None and all([head.is_valid(), *(each.is_valid() for each in targets + non_targets)]):
        found = head.cleaned_data
        try:
            assessments.save_baseline(
                request.user, participant, found["assessed_on"], found["method"], found["slice_thickness_mm"],
                found["marker"], [each.lesion() for each in targets if each.lesion()],
                [each.lesion() for each in non_targets if each.lesion()],
            )  # fmt: skip
        except NOT_SAVED as caught:
            reasons = _words(caught)
        else:
            messages.success(request, "The baseline assessment is saved.")
            return redirect("capture:participant", participant.reference)
    shown = {"participant": participant, "form": head, "targets": targets, "non_targets": non_targets,
             "reasons": reasons}  # fmt: skip
    return render(request, "capture/assessment_baseline.html", shown, status=422 if data is not None else 200)


def _words(caught: Exception) -> tuple[str, ...]:
    return tuple(each.words for each in getattr(caught, "failures", ())) or (str(caught),)


def _rows(participant: Participant, row: Assessment | None, data: Any) -> list[ReadingForm]:
    saved = {each.lesion_id: each for each in row.readings.filter(struck_out_reason="")} if row else {}
    previous = _previous(participant, row)
    lesions = participant.lesions.filter(struck_out_reason="")
    return [
        ReadingForm(data, lesion=lesion, previous=previous.get(lesion.pk), initial=_initial(saved.get(lesion.pk)))
        for lesion in lesions
    ]


def _initial(reading: LesionReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {name: getattr(reading, name)
            for name in ("state", "longest_diameter_mm", "not_evaluated_reason", "scanned_on")}  # fmt: skip


def _previous(participant: Participant, row: Assessment | None) -> dict[int, list[str]]:
    """Baseline and last value of each lesion in words, for the column beside the boxes."""
    found: dict[int, list[str]] = {}
    readings = LesionReading.objects.filter(
        assessment__participant=participant, assessment__struck_out_reason="", struck_out_reason=""
    )
    if row is not None:
        readings = readings.filter(assessment__assessed_on__lt=row.assessed_on)
    for each in readings.order_by("assessment__assessed_on"):
        value = f"{each.longest_diameter_mm} mm" if each.longest_diameter_mm is not None else each.get_state_display()
        found.setdefault(each.lesion_id, []).append(value)
    return {key: [values[0], values[-1]] if len(values) > 1 else values for key, values in found.items()}


def _follow_up(request: HttpRequest, participant: Participant, row: Assessment | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    head = FollowUpHeadForm(data, initial=_head_initial(participant, row))
    rows, reason = _rows(participant, row, data), ReasonForm(data)
    shown: dict[str, Any] = {"participant": participant, "assessment": row, "form": head, "rows": rows,
                             "reason_form": reason, "may_enter": access.may_enter(request.user),
                             "opened_at": history.newest_change(*history.rows_of_assessment(row)) if row else 0,
                             }  # fmt: skip
    if data is None:
        shown["outcome"] = _saved_outcome(participant, row) if row else None
        return render(request, "capture/assessment_follow_up.html", shown)
    if row is not None and (newer := _newer(request, row)):
        return render(request, "capture/assessment_follow_up.html", {**shown, "entries": newer}, status=409)
    valid = all([head.is_valid(), row is None or reason.is_valid(), *(each.is_valid() for each in rows)])
    if valid:
        try:
            _save(request, participant, row, head, rows, reason)
        except NOT_SAVED as caught:
            shown["reasons"] = _words(caught)
        else:
            outcome = _outcome(participant, head, rows, row)
            messages.success(request, f"The assessment is saved. {outcome.because if outcome else ''}")
            return redirect("capture:participant", participant.reference)
    return render(request, "capture/assessment_follow_up.html", shown, status=422)


def _newer(request: HttpRequest, row: Assessment) -> list[history.Entry]:
    opened_at = request.POST.get("opened_at", "")
    return history.since(history.rows_of_assessment(row), int(opened_at)) if opened_at.isdigit() else []


def _head_initial(participant: Participant, row: Assessment | None) -> dict[str, Any]:
    source = row or participant.assessments.filter(struck_out_reason="").order_by("assessed_on").last()
    if source is None:
        return {}
    names = ["method", "slice_thickness_mm"]
    if row is not None:
        names += ["assessed_on", "marker", "new_lesions", "new_lesion_on", "new_lesion_description",
                  "investigator_response"]  # fmt: skip
    return {name: getattr(source, name) for name in names}


def _saved_outcome(participant: Participant, row: Assessment) -> Any:
    readings = [
        assessments.Reading(each.lesion_id, each.state, each.longest_diameter_mm, each.not_evaluated_reason,
                            each.scanned_on)
        for each in row.readings.filter(struck_out_reason="")
    ]  # fmt: skip
    return live_response.response_of(participant, row.assessed_on, readings, row.new_lesions, row.marker,
                                     row.new_lesion_on, row)  # fmt: skip


def _save(
    request: HttpRequest, participant: Participant, row: Assessment | None, head: FollowUpHeadForm,
    rows: list[ReadingForm], reason: ReasonForm,
) -> None:  # fmt: skip
    found = head.cleaned_data
    assessments.save_follow_up(
        request.user, participant, found["assessed_on"], found["method"], found["slice_thickness_mm"], found["marker"],
        [each.reading() for each in rows], found["new_lesions"], found["new_lesion_on"],
        found["new_lesion_description"], found["investigator_response"], row,
        reason.cleaned_data["reason"] if row is not None else "",
    )  # fmt: skip
