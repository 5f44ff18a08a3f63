"""What is due is derived in the background; who asks before it is done is given the beginning of the list and told."""

from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError

from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from capture.participants import due_dates, selectors
from tests.capture.participants.test_due_dates import LATE, _found, _treat, cast, derived  # noqa: F401 (fixtures)
from tests.capture.typed import signed_in
from tests.cast import Cast, register
from trial import serving
from trial.accounts import administration
from trial.models import Role
from trial.record.save import Save


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """One participant is derived for a page, and then it is time to answer."""
    monkeypatch.setattr(due_dates, "AT_ONCE", 1)
    monkeypatch.setattr(selectors, "PATIENCE_SECONDS", 0.0)
    due_dates.WANTED.clear()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server's clock stands at noon of the day on which cycle 1 is overdue, or of one that is set."""

    def set_to(day: Any) -> None:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_to(LATE)
    return set_to


def _more(cast: Cast, many: int = 2) -> None:  # noqa: F811
    for _ in range(many):
        register(cast.people[Role.COORDINATOR], cast.north)


def _asked(cast: Cast) -> tuple[list[str], int]:  # noqa: F811
    found = selectors.matrix(cast.people[Role.CHAIR], lambda _: LATE, state="overdue")
    return [row.participant.reference for row in found.rows], found.waiting


def test_who_asks_early_is_given_the_beginning_of_the_list_and_what_is_to_come(
    cast: Cast, impatient: None  # noqa: F811
) -> None:
    _more(cast)
    assert _asked(cast) == (["NET-001"], 2) and due_dates.WANTED.is_set()
    assert _asked(cast) == (["NET-001", "NET-002"], 1)
    assert _asked(cast) == (["NET-001", "NET-002", "NET-003"], 0)


def test_a_gap_in_what_is_known_ends_the_list(cast: Cast, impatient: None) -> None:  # noqa: F811
    """Who is known further down would move to another page once those before are known."""
    _more(cast)
    for _ in range(3):
        _asked(cast)
    _treat(cast)
    late_visit = {"visited_on": LATE, "cycle_number": 0, "ecog": 1, "weight_kg": 70, "systolic_mmhg": 120,
                  "diastolic_mmhg": 80}  # fmt: skip
    entries.save(Save(), cast.north.participants.get(number="NET-002"), ENTRY_FORMS["visit"], late_visit)
    assert _asked(cast) == ([], 2), "the first, treated now, was derived; the third is known and not shown yet"
    assert _asked(cast) == (["NET-002", "NET-003"], 0)


def test_the_page_says_that_more_may_be_found_and_takes_it_back(cast: Cast, impatient: None, late: Any) -> None:  # noqa: F811
    _more(cast, 1)
    chris = signed_in(cast.people[Role.CHAIR])
    first, second = (chris.get("/participants/?state=overdue").content.decode() for _ in range(2))
    assert "This list is not complete yet" in first and "1 so far" in first
    assert "Due dates of 1 participant are still being calculated" in first
    assert "not complete" not in second and "so far" not in second and "NET-002" in second


def test_an_empty_beginning_is_not_called_no_participants(
    cast: Cast, impatient: None, late: Any  # noqa: F811
) -> None:
    _more(cast, 1)
    late(LATE - timedelta(days=12))
    page = signed_in(cast.people[Role.CHAIR]).get("/participants/?state=overdue").content.decode()
    assert "This list is not complete yet" in page and ">None</p>" not in page


def test_after_the_background_the_filter_derives_nothing_but_its_page(
    cast: Cast, derived: list[int], late: Any  # noqa: F811
) -> None:
    _more(cast)
    assert selectors.derive() == 3
    derived.clear()
    assert _found(cast, "overdue") == ["NET-001", "NET-002", "NET-003"] and derived == [3]
    assert selectors.derive() == 0


def test_the_background_sees_a_change_and_the_next_day(cast: Cast, late: Any) -> None:  # noqa: F811
    _more(cast)
    selectors.derive()
    _treat(cast)
    assert selectors.derive() == 1
    late(LATE + timedelta(days=1))
    assert selectors.derive() == 3


def test_a_day_that_begins_at_one_site_moves_the_participants_of_that_site(
    cast: Cast, late: Any, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    register(cast.elsewhere[Role.COORDINATOR], cast.south)
    administration.save_site(
        Save(cast.people[Role.ADMINISTRATOR]), cast.south, "", "South", "there", "Pacific/Auckland"
    )
    late(LATE)  # 01:00 on the next day in Auckland
    assert selectors.derive() == 2
    evening = datetime(LATE.year, LATE.month, LATE.day, 13, tzinfo=UTC) + timedelta(hours=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: evening)
    assert selectors.derive() == 1, "in UTC a new day has begun, in Auckland it is the same"


def test_a_database_that_is_away_does_not_end_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def away() -> int:
        looks.append(1)
        if len(looks) == 3:
            raise SystemExit  # ends the thread, for the test
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(selectors, "derive", away)
    monkeypatch.setattr(selectors, "LOOKS_AGAIN_AFTER_SECONDS", 0.0)
    with pytest.raises(SystemExit):
        selectors._go_on()
    assert len(looks) == 3


def test_the_background_begins_when_a_process_begins_to_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Event()
    monkeypatch.setattr(selectors, "_go_on", begun.set)
    serving.begins.send(sender=None)
    assert begun.wait(5)
