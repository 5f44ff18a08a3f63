"""The filter of the matrix: what is derived is kept, and never shown when the record or the day has moved on."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from capture.casebook.forms import treatment
from capture.entry.services import dosing
from capture.participants import due_dates, selectors
from tests.cast import Cast, cast_of, register
from trial.models import Cycle, Role
from trial.record import changes
from trial.record.save import Save

# The cast's participant is registered on 08-JAN-2026; cycle 1 is due in the week from then, then overdue.
LATE = date(2026, 1, 20)


@pytest.fixture
def cast(database: object, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The fixed cast, and a memory of states that is still empty."""
    monkeypatch.setattr(due_dates, "_KEPT", due_dates._Kept())
    return cast_of()


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many participants were derived each time that rows were made."""
    counts: list[int] = []
    made = selectors.rows_of

    def counted(participants: Any, today: Any) -> Any:
        counts.append(len(participants))
        return made(participants, today)

    monkeypatch.setattr(selectors, "rows_of", counted)
    yield counts


def _found(cast: Cast, state: str, today: date = LATE) -> list[str]:
    matrix = selectors.matrix(cast.people[Role.CHAIR], lambda _: today, state=state)
    return [row.participant.reference for row in matrix.rows]


def _treat(cast: Cast) -> None:
    """The first cycle is entered, on the day on which the filter is asked."""
    period = treatment.Period(1, 1, 400, "once_daily", "slow start")
    dosing.save_cycle(Save(cast.people[Role.COORDINATOR]), cast.participant, 1, {"started_on": LATE}, [period])


def _to_do(cast: Cast) -> list[str]:
    matrix = selectors.matrix(cast.people[Role.CHAIR], lambda _: LATE, state="overdue")
    return [cell.due.what for row in matrix.rows for cell in row.to_do]


def test_the_filter_finds_what_is_overdue_and_forgets_nothing_on_the_next_page(cast: Cast) -> None:
    second = register(cast.people[Role.COORDINATOR], cast.north)
    assert _found(cast, "overdue") == ["NET-001", second.reference]
    assert selectors.matrix(cast.people[Role.CHAIR], lambda _: LATE, state="overdue", page=2).rows == ()


def test_asked_again_nothing_is_derived_but_the_page(cast: Cast, derived: list[int]) -> None:
    register(cast.people[Role.COORDINATOR], cast.north)
    _found(cast, "overdue")
    assert derived == [2, 2]
    _found(cast, "overdue")
    _found(cast, "due")
    assert derived == [2, 2, 2, 2]


def test_a_saved_entry_is_seen_at_once_and_only_its_participant_is_derived(cast: Cast, derived: list[int]) -> None:
    register(cast.people[Role.COORDINATOR], cast.north)
    before = _to_do(cast)
    _treat(cast)
    derived.clear()
    assert before.count("Cycle 1") == 2 and _to_do(cast).count("Cycle 1") == 1
    assert derived[0] == 1


def test_another_day_is_derived_anew(cast: Cast) -> None:
    assert _found(cast, "overdue", date(2026, 1, 9)) == []
    assert _found(cast, "overdue", LATE) == ["NET-001"]
    assert _found(cast, "overdue", date(2026, 1, 9)) == []


def test_a_change_that_names_a_group_and_no_participant_moves_everybody(cast: Cast, derived: list[int]) -> None:
    _found(cast, "due")
    derived.clear()
    with changes.record(None, "system", "rows in bulk", groups=("A",)):
        Cycle.objects.create(participant=cast.participant, number=1, started_on=LATE)
    assert "Cycle 1" not in _to_do(cast)
    assert derived[0] == 1


def test_a_change_of_accounts_moves_nobody(cast: Cast, derived: list[int]) -> None:
    _found(cast, "overdue")
    derived.clear()
    with changes.record(None, "account", "a new name"):
        cast.people[Role.CHAIR].save()
    _found(cast, "overdue")
    assert derived == [1]  # the page itself


def test_a_database_of_another_history_is_not_taken_for_this_one(cast: Cast, derived: list[int]) -> None:
    """As after a restore: the numbers of Changes are given again, the seals are not."""
    _found(cast, "overdue")
    due_dates._KEPT.seal = b"the seal of a Change that was lost"
    derived.clear()
    _found(cast, "overdue")
    assert derived[0] == 1


def test_the_answer_is_that_of_deriving_everybody(cast: Cast) -> None:
    for _ in range(3):
        register(cast.people[Role.COORDINATOR], cast.north, LATE - timedelta(days=3))
    _treat(cast)
    everybody = selectors.rows_of(list(cast.north.participants.order_by("number")), lambda _: LATE)
    for state, wanted in (("overdue", ("overdue",)), ("due", ("due", "overdue"))):
        for _ in range(2):
            expected = [row.participant.reference for row in everybody if row.state in wanted]
            assert _found(cast, state) == expected


def test_what_is_asked_of_the_changes_does_not_grow_with_the_trail(cast: Cast) -> None:
    _found(cast, "overdue")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM trial_change")
        assert due_dates._KEPT.seen == cursor.fetchone()[0]
