"""Reading many participants part by part gives what reading them at once gives, of the same transaction."""

import threading
from datetime import UTC, date

import pytest
from django.db import DatabaseError, connection

from tests.cast import cast_of, ceiling, register
from trial.models import Change, Death, LaboratoryResult, Participant, Role, Visit
from trial.record import changes, snapshot
from trial.rules.dates.partial_date import PartialDate


@pytest.fixture
def five(database: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of five registered participants; the first part holds one, another two."""
    monkeypatch.setattr(snapshot, "PART", 2)
    monkeypatch.setattr(snapshot, "FIRST_PARTS", (1,))
    cast = cast_of()
    ceiling("A", 10)
    for _ in range(5):
        register(cast.people[Role.COORDINATOR], cast.north)
    return snapshot.group_members("A")[:5]


def test_parts_hold_the_same_participants_in_the_same_order(five: list[int]) -> None:
    parts = list(snapshot.in_parts(five))
    assert [len(part) for part in parts] == [1, 2, 2]
    assert [fact for part in parts for fact in part] == snapshot.participants(five)


def test_a_death_is_known_since_the_change_that_left_it_as_it_is(five: list[int]) -> None:
    with changes.record(None, "enter", "for the test"):
        row = Death.objects.create(participant_id=five[0], died_on=PartialDate(2026, 11), cause="disease")
    with changes.record(None, "correct", "for the test") as corrected:
        Death.objects.filter(pk=row.pk).update(cause="other", because="stroke")
    (now,), (then,) = snapshot.participants(five[:1]), snapshot.participants(five[:1], corrected.number)
    known = Change.objects.get(pk=corrected.number).at.astimezone(UTC).date()
    assert now == then and now.death is not None and (now.death.cause, now.death.known_on) == ("other", known)


def test_the_day_of_a_sample_counts_where_it_has_a_value_now_and_as_of_a_change(five: list[int]) -> None:
    missing = {f"{name}_missing": "not_done" for name in ("weight_kg", "ecog", "systolic_mmhg", "diastolic_mmhg")}
    with changes.record(None, "enter", "for the test"):
        visits = [
            Visit.objects.create(participant_id=five[0], visited_on=date(2026, 2, 12), cycle_number=number,
                                 sampled_on=sampled_on, **missing)
            for number, sampled_on in enumerate((date(2026, 2, 14), date(2026, 3, 14), None))
        ]  # fmt: skip
        for visit, value in zip(visits, (9, None, 9), strict=True):
            LaboratoryResult.objects.create(visit=visit, analyte="HGB", value=value,
                                            value_missing="" if value else "pending")  # fmt: skip
    with changes.record(None, "correct", "for the test") as entered:
        LaboratoryResult.objects.filter(visit=visits[1]).update(value=10, value_missing="")
    with changes.record(None, "strike_out", "for the test") as struck_out:
        LaboratoryResult.objects.filter(visit=visits[0]).update(struck_out_reason="error")
    now, then, before, at_first = (
        [(each.sampled_on, each.measured.value) for each in snapshot.participants(five[:1], of)[0].laboratory]
        for of in (None, struck_out.number, entered.number, entered.number - 1)
    )
    of_visit = (date(2026, 2, 12), 9)
    assert now == then == [(date(2026, 3, 14), 10), of_visit]
    assert before == [(date(2026, 2, 14), 9), *now] and at_first == [(date(2026, 2, 14), 9), of_visit]


def test_nobody_is_no_part(database: str) -> None:
    assert list(snapshot.in_parts([])) == []


def test_every_part_sees_what_its_own_transaction_wrote_and_has_not_committed(five: list[int]) -> None:
    with changes.record(None, "correct", "for the test"):
        Participant.objects.filter(id=five[-1]).update(sex="male")
        assert [part[-1].sex for part in snapshot.in_parts(five)] == ["female", "female", "male"]


def test_the_next_part_is_read_while_one_is_worked_on(five: list[int]) -> None:
    parts = snapshot.in_parts(five)
    next(parts)
    assert _readers()
    parts.close()
    assert not _readers()


def _readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("read-ahead")]


def test_a_part_that_cannot_be_read_stops_the_reading_and_gives_the_connection_back(
    five: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise DatabaseError("the database went away")

    monkeypatch.setattr(snapshot, "_facts", broken)
    with pytest.raises(DatabaseError, match="went away"):
        list(snapshot.in_parts(five))
    assert not connection.allow_thread_sharing
