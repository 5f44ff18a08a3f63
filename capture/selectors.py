"""Reads the record for the pages: the status matrix, and one participant's casebook. A fixed number of queries each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from capture.course import Course, course
from trial import access, schedule
from trial.models import Assessment, Cycle, LesionReading, Participant, Person
from trial.schedule import Due


@dataclass(frozen=True)
class Cell:
    """One form of one participant in the matrix: its status and where to open it."""

    due: Due
    url: str


@dataclass(frozen=True)
class Row:
    """One participant of the matrix; cells line up with the columns of the matrix, None where nothing is due."""

    participant: Participant
    course: Course
    baseline: Cell | None
    cycles: tuple[Cell | None, ...]
    assessments: tuple[Cell | None, ...]

    @property
    def cells(self) -> tuple[Cell | None, ...]:
        """Baseline, cycles and assessments in order of the columns."""
        return (self.baseline, *self.cycles, *self.assessments)


@dataclass(frozen=True)
class Matrix:
    """The status of every form of every participant shown."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class LesionLine:
    """One lesion over all assessments."""

    lesion: Any
    readings: tuple[LesionReading | None, ...]


def matrix(person: Person, today: date, site: str = "", group: str = "") -> Matrix:
    """Everyone the person may see, filtered by site code and group."""
    found = access.participants_for(person)
    if site:
        found = found.filter(site__code=site)
    if group:
        found = found.filter(group=group)
    rows = rows_of(list(found.order_by("number", "screening_number")), today)
    cycles = max((len(row.cycles) for row in rows), default=0)
    weeks = max((len(row.assessments) for row in rows), default=0)
    columns = ("Baseline", *(f"Cycle {n + 1}" for n in range(cycles)), *(f"Week {8 * (n + 1)}" for n in range(weeks)))
    return Matrix(columns, tuple(_padded(row, cycles, weeks) for row in rows))


def rows_of(participants: Sequence[Participant], today: date) -> list[Row]:
    """Status of the forms of these participants, by the schedule of the protocol; three queries in all."""
    courses = Cycle.objects.filter(participant__in=participants, struck_out_reason="")
    cycles = _by_participant(courses.order_by("number"))
    scans = _by_participant(
        Assessment.objects.filter(participant__in=participants, struck_out_reason="").order_by("assessed_on", "id")
    )
    readings = readings_by_assessment(participants)
    return [_row(each, cycles[each.pk], scans[each.pk], readings, today) for each in participants]


def readings_by_assessment(participants: Sequence[Participant]) -> dict[int, list[LesionReading]]:
    """Every reading of these participants that stands, with its lesion."""
    found: dict[int, list[LesionReading]] = defaultdict(list)
    standing = LesionReading.objects.filter(
        assessment__participant__in=participants, struck_out_reason="", lesion__struck_out_reason=""
    )
    for reading in standing.select_related("lesion").order_by("id"):
        found[reading.assessment_id].append(reading)
    return found


def lesion_table(participant: Participant, scans: Sequence[Assessment]) -> list[LesionLine]:
    """Lesions × assessments, targets first."""
    readings = readings_by_assessment([participant])
    lesions = participant.lesions.filter(struck_out_reason="").order_by("-kind", "id")
    by_place = {(each.assessment_id, each.lesion_id): each for found in readings.values() for each in found}
    return [LesionLine(lesion, tuple(by_place.get((scan.pk, lesion.pk)) for scan in scans)) for lesion in lesions]


def confirming(row: Row) -> Cell | None:
    """The assessment that is to confirm a first response, when one is due."""
    return next((cell for cell in row.assessments if cell and cell.due.what == "Confirmation"), None)


def _row(participant: Participant, cycles: list[Cycle], scans: list[Assessment], readings: Any, today: date) -> Row:
    if participant.registered_on is None:
        return Row(participant, Course(), None, (), ())
    so_far = course(scans, readings)
    day_1 = cycles[0].started_on if cycles else None
    baseline = next((each for each in scans if each.kind == "baseline"), None)
    follow_ups = {each.assessed_on: each.pk for each in scans if each.kind == "follow_up"}
    dues = schedule.assessments_due(
        participant.registered_on, day_1, list(follow_ups), so_far.progressed_on, today, so_far.response_on
    )
    first = schedule.baseline_due(participant.registered_on, day_1, baseline.assessed_on if baseline else None, today)
    courses = schedule.cycles_due(
        participant.registered_on, [each.started_on for each in cycles], so_far.progressed_on, today
    )
    ids = {**follow_ups, **({baseline.assessed_on: baseline.pk} if baseline else {})}
    return Row(
        participant, so_far, Cell(first, _assessment_url(participant, first, ids)),
        tuple(_cycle_cell(participant, number, due) for number, due in enumerate(courses, start=1)),
        tuple(Cell(due, _assessment_url(participant, due, ids)) for due in dues),
    )  # fmt: skip


def _cycle_cell(participant: Participant, number: int, due: Due) -> Cell:
    return Cell(due, reverse("capture:cycle", args=[participant.reference, number]))


def _assessment_url(participant: Participant, due: Due, ids: dict[date, int]) -> str:
    if due.done_on in ids:
        return reverse("capture:assessment", args=[participant.reference, ids[due.done_on]])
    return reverse("capture:assessment_new", args=[participant.reference])


def _padded(row: Row, cycles: int, weeks: int) -> Row:
    return Row(row.participant, row.course, row.baseline, _fill(row.cycles, cycles), _fill(row.assessments, weeks))


def _fill(cells: tuple[Cell | None, ...], length: int) -> tuple[Cell | None, ...]:
    return cells + (None,) * (length - len(cells))


def _by_participant(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return found
