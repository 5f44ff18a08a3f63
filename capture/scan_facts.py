"""What the edit checks of a follow-up assessment need to know beside the assessment itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from capture import checks, live_response
from capture.conditions.assessment import within_a_window
from capture.facts import died_on, responses_on
from capture.services.readings import Reading
from trial import clock
from trial.models import Assessment, LesionReading, Participant


def day_1(participant: Participant) -> date | None:
    """The actual first day of treatment."""
    first = participant.cycles.filter(struck_out_reason="").order_by("number").first()
    return first.started_on if first else None


@dataclass(frozen=True)
class Head:
    """What a follow-up says beside its readings, as far as the checks ask."""

    assessed_on: date
    marker: str
    new_lesions: str
    new_lesion_on: date | None = None
    investigator_response: str = ""
    method: str = ""
    slice_thickness_mm: Decimal | int | None = None
    new_lesion_description: str = ""


def follow_up_facts(
    participant: Participant, head: Head, readings: Sequence[Reading], assessment: Assessment | None
) -> checks.Facts:
    """What the checks of a follow-up need to know."""
    lesions = {lesion.pk for lesion in participant.lesions.filter(struck_out_reason="")}
    known = {each.lesion_id for each in readings} <= lesions
    others = participant.assessments.filter(struck_out_reason="").exclude(pk=assessment.pk if assessment else None)
    earlier = list(LesionReading.objects.filter(
        assessment__in=others, assessment__assessed_on__lt=head.assessed_on, struck_out_reason=""
    ).order_by("assessment__assessed_on"))  # fmt: skip
    previous: dict[int, Decimal | None] = {}
    for each in earlier:
        previous[each.lesion_id] = each.longest_diameter_mm or previous.get(each.lesion_id)
    return {
        "assessed_on": head.assessed_on,
        "day_1": day_1(participant),
        "lesions_known": known,
        "lesions_left_out": lesions - {each.lesion_id for each in readings},
        "readings": readings,
        "with_previous": [(each, previous.get(each.lesion_id)) for each in readings],
        "other_dates": set(others.values_list("assessed_on", flat=True)),
        "today": clock.today_at(participant.site),
        "new_lesions": head.new_lesions,
        "new_lesion_on": head.new_lesion_on,
        "new_lesion_description": head.new_lesion_description,
        "investigator_response": head.investigator_response,
        "computed_response": _computed(participant, head, readings, assessment) if known else "",
        "method": head.method,
        "slice": head.slice_thickness_mm,
        "baseline": others.filter(kind="baseline").first(),
        "gone_before": _last_seen_absent(earlier),
        "died_on": died_on(participant),
        "responses_on": _responses_on(participant, head.assessed_on),
    }


def _responses_on(participant: Participant, assessed_on: date) -> list[date]:
    """Asked only off the eight-weekly schedule: it takes the whole course of the participant."""
    first = day_1(participant)
    regular = first is None or within_a_window(first, assessed_on)
    return [] if regular else responses_on(participant, assessed_on)


def _computed(participant: Participant, head: Head, readings: Sequence[Reading], assessment: Assessment | None) -> str:
    if not head.investigator_response:
        return ""
    outcome = live_response.response_of(participant, head.assessed_on, readings, head.new_lesions, head.marker,
                                        head.new_lesion_on, assessment)  # fmt: skip
    return outcome.overall.value if outcome else ""


def _last_seen_absent(earlier: Sequence[LesionReading]) -> set[int]:
    """Lesions that were absent when they were last evaluated; readings in order of time."""
    last = {each.lesion_id: each.state for each in earlier if each.state != "not_evaluated"}
    return {lesion for lesion, state in last.items() if state == "absent"}
