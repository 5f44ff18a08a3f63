"""What the edit checks need to know of a participant beside the entry itself; read only when a check asks for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from capture.casebook import registry
from capture.casebook.forms.assessment import Reading
from capture.casebook.forms.assessment_checks import within_a_window
from capture.entry import live_response
from trial.models import Assessment, LesionReading, Participant, RecordRow, Visit
from trial.record import site_clock
from trial.rules.dates.partial_date import PartialDate
from trial.rules.response import recist
from trial.rules.response.criteria import NODE

NO_SUM = Decimal(0)


@dataclass(frozen=True)
class Course:
    """What the assessments so far amount to; `responses` by id of the assessment."""

    response_on: date | None = None
    progressed_on: date | None = None
    responses: dict[int, str] | None = None


def course(assessments: Sequence[Assessment], readings: dict[int, list[LesionReading]]) -> Course:
    """The course of one participant; assessments in order of time, readings by assessment."""
    baseline = next((each for each in assessments if each.kind == Assessment.Kind.BASELINE), None)
    follow_ups = [each for each in assessments if each.kind == Assessment.Kind.FOLLOW_UP]
    if baseline is None or not follow_ups:
        return Course()
    first = _baseline(baseline, readings.get(baseline.pk, []))
    outcomes = recist.assess(first, [_follow_up(each, readings.get(each.pk, [])) for each in follow_ups])
    progressed_on = response_on = None
    for outcome in outcomes:
        overall = outcome.overall.value
        if overall == "PD":
            progressed_on = outcome.progression_on or outcome.assessed_on
            break
        if overall in ("CR", "PR") and response_on is None:
            response_on = outcome.assessed_on
    return Course(response_on, progressed_on, {each.assessment_id: each.overall.value for each in outcomes})


def _baseline(row: Assessment, readings: list[LesionReading]) -> recist.Baseline:
    targets = {str(each.lesion_id): each.longest_diameter_mm or NO_SUM for each in readings if _is_target(each)}
    others = frozenset(str(each.lesion_id) for each in readings if not _is_target(each))
    nodes = frozenset(str(each.lesion_id) for each in readings if each.lesion.organ == NODE)
    return recist.Baseline(row.pk, row.assessed_on, targets, others, row.marker == Assessment.Marker.ABOVE, nodes)


def _follow_up(row: Assessment, readings: list[LesionReading]) -> recist.FollowUp:
    seen = {"yes": recist.NewLesions.YES, "no": recist.NewLesions.NO}
    return recist.FollowUp(
        assessment_id=row.pk,
        assessed_on=row.assessed_on,
        scans={str(each.lesion_id): each.scanned_on for each in readings if each.scanned_on},
        measurements=tuple(_measurement(row, each) for each in readings if _is_target(each)),
        non_targets={str(each.lesion_id): each.state for each in readings if not _is_target(each)},
        new_lesions=seen.get(row.new_lesions, recist.NewLesions.NE),
        new_lesion_on=row.new_lesion_on,
        marker=row.marker,
    )


def _measurement(row: Assessment, reading: LesionReading) -> recist.Measurement:
    return recist.measurement(
        str(reading.lesion_id), reading.state, reading.longest_diameter_mm, reading.not_evaluated_reason,
        reading.scanned_on or row.assessed_on, reading.lesion.locally_treated_on,
    )  # fmt: skip


def _is_target(reading: LesionReading) -> bool:
    return bool(reading.lesion.kind == "target")


def readings_by_assessment(participants: Sequence[Participant]) -> dict[int, list[LesionReading]]:
    """Every reading of these participants that stands, with its lesion."""
    found: dict[int, list[LesionReading]] = defaultdict(list)
    standing = LesionReading.objects.standing("lesion").filter(assessment__participant__in=participants)
    for reading in standing.select_related("lesion").order_by("id"):
        found[reading.assessment_id].append(reading)
    return found


class ParticipantFacts(Mapping[str, Any]):
    """The values of an entry, and by the names of its properties what else is on record of the participant."""

    def __init__(self, participant: Participant, values: Mapping[str, Any], others: list[RecordRow]) -> None:
        """others: the standing entries of the same form but for the one that is corrected."""
        self.participant, self.values_given, self.others = participant, values, others

    def __getitem__(self, name: str) -> Any:
        return self.values_given[name] if name in self.values_given else getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)

    @property
    def continues(self) -> None:
        """An adverse event that names none continues no other."""
        return None

    # An event from before these were asked for answers none of them; `corrected` is the row that is corrected.
    hospital_stay, aware_on, aware_time, aware_offset = "", None, None, "UTC"
    corrected: Any = None

    @property
    def today(self) -> date:
        """The day at the participant's site."""
        return site_clock.today_at(self.participant.site)

    @property
    def now(self) -> datetime:
        """The moment at the server, in UTC."""
        return timezone.now()

    @property
    def registered_on(self) -> date | None:
        """Day of registration."""
        return self.participant.registered_on

    @property
    def consented_on(self) -> date | None:
        """Day of consent."""
        return self.participant.consented_on

    @cached_property
    def died_on(self) -> PartialDate | None:
        """The death on record, other than the one that is corrected."""
        return died_on(self.participant)

    @cached_property
    def _cycles(self) -> list[Any]:
        return list(self.participant.cycles.standing().order_by("number").prefetch_related("periods"))

    @property
    def cycle_starts(self) -> dict[int, date]:
        """First day of each cycle by number."""
        return {each.number: each.started_on for each in self._cycles}

    @property
    def day_1(self) -> date | None:
        """First day of treatment."""
        return self._cycles[0].started_on if self._cycles else None

    @property
    def last_dose_on(self) -> date | None:
        """The last day with a dose on record."""
        days = [
            cycle.started_on + timedelta(days=period.to_day - 1)
            for cycle in self._cycles
            for period in cycle.periods.all()
            if period.dose_mg and not period.is_struck_out
        ]
        return max(days, default=None)

    @cached_property
    def progressed_on(self) -> date | None:
        """The first progression on record, by scan or reported at follow-up."""
        scans = list(self.participant.assessments.standing().order_by("assessed_on", "id"))
        found = [course(scans, readings_by_assessment([self.participant])).progressed_on]
        found += [
            each.progressed_on for each in self.participant.follow_ups.standing().filter(progression="radiological")
        ]
        return min((day for day in found if day is not None), default=None)

    @cached_property
    def last_alive_on(self) -> date | None:
        """The latest of dose, assessment, visit, sample and contact alive on record."""
        one = self.participant
        days = [
            *one.assessments.standing().values_list("assessed_on", flat=True),
            *one.visits.standing().values_list("visited_on", flat=True),
            *one.blood_pressures.standing().values_list("measured_on", flat=True),
            *one.hormone_levels.standing().filter(value__isnull=False).values_list("sampled_on", flat=True),
            *one.follow_ups.standing().filter(alive="alive").values_list("contacted_on", flat=True),
        ]
        return max([day for day in (*days, self.last_dose_on) if day is not None], default=None)

    @property
    def has_fatal_event(self) -> bool:
        """Whether an adverse event of grade 5 is on record."""
        return self.participant.adverse_events.standing().filter(grade=5).exists()

    @property
    def last_weight_kg(self) -> Decimal | None:
        """The weight at the last visit before this one."""
        before = Visit.objects.standing().filter(
            participant=self.participant, weight_kg__isnull=False,
            visited_on__lt=self.values_given["visited_on"],
        )  # fmt: skip
        last = before.order_by("visited_on").last()
        return last.weight_kg if last else None


def died_on(participant: Participant) -> PartialDate | None:
    """The death on record of a participant."""
    found = participant.deaths.standing().first()
    return found.died_on if found else None


def off_treatment_on(participant: Participant) -> date | None:
    """The end of treatment on record."""
    found = participant.off_treatments.standing().first()
    return found.off_on if found else None


def responses_on(participant: Participant, before: date) -> list[date]:
    """Days of the assessments before a day whose computed response is CR or PR."""
    scans = list(participant.assessments.standing().filter(assessed_on__lt=before).order_by("assessed_on"))
    responses = course(scans, readings_by_assessment([participant])).responses or {}
    return [each.assessed_on for each in scans if responses.get(each.pk) in ("CR", "PR")]


def day_1(participant: Participant) -> date | None:
    """The actual first day of treatment."""
    first = participant.cycles.standing().order_by("number").first()
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
) -> registry.Facts:
    """What the checks of a follow-up need to know."""
    lesions = {lesion.pk for lesion in participant.lesions.standing()}
    known = {each.lesion_id for each in readings} <= lesions
    others = participant.assessments.standing().exclude(pk=assessment.pk if assessment else None)
    earlier = list(LesionReading.objects.standing().filter(
        assessment__in=others, assessment__assessed_on__lt=head.assessed_on
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
        "today": site_clock.today_at(participant.site),
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
