"""What a request has read is kept for it; what a Change has read under the lock, until the Change itself writes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from capture.casebook import history
from tests.cast import Cast, cast_of
from tests.courses import course
from trial.models import AdverseEvent, BloodPressure, Change, Cycle, LesionReading, Participant, Role, SavedForm
from trial.record import changes, rows
from trial.record.in_force import evaluation_of
from trial.record.save import Save
from trial.runtime.database.at_once import Shape, at_once


@pytest.fixture
def cast(database: object) -> Cast:
    """A participant with a baseline, a cycle, one follow-up, an event and two samples."""
    found = cast_of()
    course(found.participant, 30)
    return found


@pytest.fixture
def request_under_way() -> Iterator[None]:
    """As while a page is answered."""
    with rows.per_request():
        yield


def _pressure(participant: Participant) -> BloodPressure:
    return BloodPressure.objects.create(
        participant=participant, measured_on=date(2026, 2, 2), systolic_mmhg=120, diastolic_mmhg=80
    )


def test_a_shape_is_asked_with_each_value_by_itself_or_with_others_in_one_message(cast: Cast) -> None:
    by_number = Shape(lambda number: Participant.objects.filter(number=number).select_related("site"))
    saved = Shape(lambda token: SavedForm.objects.filter(pk=token))
    known, unknown, none = by_number("NET-001"), by_number("NET-009"), saved(uuid4())
    plain = AdverseEvent.objects.filter(participant=cast.participant)
    with CaptureQueriesContext(connection) as asked:
        at_once(known, unknown, plain, none)
        assert [each.pk for each in known] == [cast.participant.pk] and list(unknown) == [] == list(none)
        assert known.first().site.code == cast.north.code and len(plain) == 1
    assert len(asked) == 1
    with pytest.raises(ValueError, match="as it is"):
        list(Shape(lambda number: Participant.objects.all())("NET-001"))


def test_threads_share_a_shape_and_each_gets_its_own_answer(cast: Cast) -> None:
    by_number = Shape(lambda number: Participant.objects.filter(number=number))

    def found(number: str) -> list[str]:
        try:
            return [each.number for each in by_number(number)]
        finally:
            connection.close()

    numbers = ["NET-001", "NET-009"] * 20
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(found, numbers))
    assert answers == [["NET-001"], []] * 20


def test_a_change_reads_anew_what_the_request_had_read_and_again_after_its_own_write(
    cast: Cast, request_under_way: None
) -> None:
    participant = cast.participant
    before = rows.standing(participant, BloodPressure)
    first = evaluation_of(participant)
    with changes.record(None, "system", "another person meanwhile", participant=participant):
        _pressure(participant)
    with changes.record(Save(cast.people[Role.COORDINATOR]), "enter", participant=participant):
        assert len(rows.standing(participant, BloodPressure)) == len(before) + 1
        under_the_lock = evaluation_of(participant)
        assert under_the_lock is not first and evaluation_of(participant) is under_the_lock
        cycles = rows.standing(participant, Cycle)
        _pressure(participant)
        assert evaluation_of(participant) is not under_the_lock, "it may read what was written"
        assert rows.standing(participant, Cycle)[0] is cycles[0], "another table is not read again"
        assert len(rows.standing(participant, BloodPressure)) == len(before) + 2
    assert len(rows.standing(participant, BloodPressure)) == len(before) + 2
    assert evaluation_of(participant) is not under_the_lock, "nothing of a Change outlives it"


def test_what_a_change_has_read_is_not_kept_when_it_is_undone(cast: Cast, request_under_way: None) -> None:
    participant = cast.participant
    many = len(rows.standing(participant, BloodPressure))
    with pytest.raises(ZeroDivisionError), changes.record(None, "system", "undone", participant=participant):
        _pressure(participant)
        assert len(rows.standing(participant, BloodPressure)) == many + 1
        raise ZeroDivisionError
    assert len(rows.standing(participant, BloodPressure)) == many


def test_an_entry_is_touched_by_a_line_that_somebody_else_wrote_below_it(cast: Cast) -> None:
    scan = cast.participant.assessments.get(kind="follow_up")
    newest = history.newest_change(*history.rows_of(scan))
    assert not any(history.touched(scan, newest))
    reading = scan.readings.get()
    with changes.record(None, "correct", "another person", participant=cast.participant):
        LesionReading.objects.filter(pk=reading.pk).update(scanned_on=scan.assessed_on)
    assert any(history.touched(scan, newest))
    baseline = cast.participant.assessments.get(kind="baseline")
    newest = history.newest_change(*history.rows_of(baseline))
    with changes.record(None, "correct", "its lesion", participant=cast.participant):
        reading.lesion.description = "another description"
        reading.lesion.save()
    assert any(history.touched(baseline, newest))
    assert not any(history.touched(baseline, Change.objects.latest("id").pk))
