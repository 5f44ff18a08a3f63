"""“My work”: casebooks to sign, what is to be verified again, and how many statements the page takes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from capture.casebook.history import newest_change
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import signing, verification
from capture.entry.services import entries
from capture.participants.work import attention
from capture.participants.work.tasks import Work, work_of
from tests.cast import Cast, cast_of, register
from trial.models import Delegation, Hold, Participant, Person, Query, Role, Waiver
from trial.record import access, changes, system_queries
from trial.record.save import Save
from trial.record.site_clock import today, today_by_site

TITLES = {Role.INVESTIGATOR: "Casebooks to sign", Role.MONITOR: "SDV to repeat"}


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; the investigator may sign."""
    cast = cast_of()
    with changes.record(None, "system", "for the test"):
        Delegation.objects.create(person=cast.people[Role.INVESTIGATOR], site=cast.north, from_on=date(2026, 1, 1))
    return cast


def _enter(participant: Participant, kind: str, row: Any = None, **values: Any) -> Any:
    return entries.save(Save(reason="New source" if row else ""), participant, ENTRY_FORMS[kind], values, row=row)


def _over(participant: Participant) -> Any:
    return _enter(participant, "off_treatment", off_on=date(2026, 3, 1), reason="physician", because="")


def _hormone(participant: Participant, row: Any = None, **changed: Any) -> Any:
    values = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 300, "value_missing": "", "unit": "ng/mL",
              "upper_limit": 100, "upper_limit_missing": "", "assay": "", **changed}  # fmt: skip
    return _enter(participant, "hormone", row, **values)


def _work_of(person: Person) -> list[Work]:
    return work_of(person, list(access.counted(access.participants_for(person))), today_by_site())


def _listed(person: Person) -> list[tuple[str, str, str]]:
    found = [each for each in _work_of(person) if each.title == TITLES.get(Role(person.role))]
    return [(each.participant.reference, each.what, each.when) for one in found for each in one.tasks]


def _sign(cast: Cast) -> None:
    one = cast.participant
    signing.sign(Save(cast.people[Role.INVESTIGATOR]), one, signing.standing(one).content_hash)


def test_a_casebook_is_to_be_signed_when_treatment_is_over_and_nothing_is_open(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    assert _listed(ines) == []
    _over(cast.participant)
    asked = [("NET-001", "Sign casebook", "off treatment, no open items")]
    assert _listed(ines) == asked
    pending = _hormone(cast.participant, value=None, value_missing="pending")
    assert _listed(ines) == [], "a value is pending"
    _hormone(cast.participant, pending)
    with changes.record(None, "query", participant=cast.participant) as change:
        query = system_queries.open_one(
            cast.participant, system_queries.Finding("", "hormone", pending.pk, "", ""), "Please look.", change.at
        )
    assert _listed(ines) == [], "a query waits for the site"
    with changes.record(None, "query", participant=cast.participant):
        query.state = Query.State.CLOSED
        query.save()
    assert _listed(ines) == asked


@pytest.mark.requirement("R37")
def test_a_signed_casebook_is_to_be_signed_again_once_it_changed(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    row = _hormone(cast.participant)
    _sign(cast)
    assert _listed(ines) == []
    _hormone(cast.participant, row, value=310)
    ((number, what, when),) = _listed(ines)
    assert (number, what) == ("NET-001", "Sign changed entries") and when.startswith("changed after signature on ")
    _sign(cast)
    assert _listed(ines) == []


@pytest.mark.requirement("R39")
def test_only_a_delegated_investigator_is_asked_to_sign(cast: Cast) -> None:
    _over(cast.participant)
    ines = cast.people[Role.INVESTIGATOR]
    with changes.record(None, "system", "for the test"):
        Delegation.objects.update(to_on=today() - timedelta(days=1))
    assert _listed(ines) == []
    client = Client()
    client.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    assert "Casebooks to sign" not in client.get("/work/").content.decode()


def test_what_changed_after_it_was_verified_waits_for_the_monitor(cast: Cast) -> None:
    monitor, one = cast.people[Role.MONITOR], cast.participant
    rows = [_hormone(one), _hormone(one, sampled_on=date(2026, 1, 10))]
    for row in rows:
        verification.verify(Save(monitor), one, "hormone", row, newest_change(row))
        verification.verify(Save(monitor), one, "hormone", row, newest_change(row), "value")
    assert _listed(monitor) == []
    _hormone(one, rows[0], value=310)
    assert _listed(monitor) == [("NET-001", "1 entry to re-verify", "changed after SDV")]
    _hormone(one, rows[1], sampled_on=date(2026, 1, 11))
    assert [what for _, what, _ in _listed(monitor)] == ["2 entries to re-verify"]
    assert [each.field for each in verification.dropped_of([one])] == ["", "value", ""]
    verification.verify(Save(monitor), one, "hormone", rows[1], newest_change(rows[1]))
    assert [what for _, what, _ in _listed(monitor)] == ["1 entry to re-verify"]


def _statements(person: Person) -> int:
    with CaptureQueriesContext(connection) as asked:
        _work_of(person)
    return len(asked)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR])
def test_my_work_takes_the_same_statements_however_many_participants(cast: Cast, role: Role) -> None:
    person, one = cast.people[role], cast.participant
    row = _prepare(cast, one)
    before = _statements(person)
    for _ in range(3):
        _prepare(cast, register(cast.people[Role.COORDINATOR], cast.north))
    assert row.pk and _statements(person) == before <= 45


def _prepare(cast: Cast, one: Participant) -> Any:
    """A verified entry that changed, a casebook to sign, an event with a clock."""
    row = _hormone(one)
    verification.verify(Save(cast.people[Role.MONITOR]), one, "hormone", row, newest_change(row))
    _hormone(one, row, value=310)
    _enter(one, "adverse_event", **EVENT)
    _over(one)
    return row


EVENT = {
    "term": "diarrhea", "select": "", "other_words": "", "grade": 4, "grade_missing": "", "attribution": 4,
    "attribution_missing": "", "onset_on": None, "onset_on_missing": "unknown", "resolved_on": None,
    "present_at_baseline": False, "seriousness": "life_threatening", "expectedness": "expected",
    "hospital_stay": "no", "aware_on": date(2026, 2, 20), "aware_time": None, "action_taken": "held",
    "outcome": "not_recovered", "cycle_number": None,
}  # fmt: skip


def test_what_the_menu_counts_for_the_chair_is_what_the_page_lists_and_lets_her_decide(cast: Cast) -> None:
    chair, monitor = cast.people[Role.CHAIR], cast.people[Role.MONITOR]
    asked = {"kind": "lock", "asked_at": now(), "asked_by": monitor}
    with changes.record(Save(monitor), "lock", "cleaned"):
        Hold.objects.create(scope="participant", participant=cast.participant, state=Hold.State.ASKED, **asked)
        own = Hold.objects.create(scope="study", state=Hold.State.ASKED, **asked)

    def asks_to_unlock(person: Person) -> None:
        with changes.record(Save(person), "lock", "a late query"):
            own.state, own.lift_asked_by, own.decided_by = Hold.State.LIFT_ASKED, person, chair
            own.save()

    def listed() -> int:
        found = work_of(chair, list(access.participants_for(chair)), today_by_site())
        return sum(work.total for work in found if work.title.endswith("awaiting study chair"))

    asks_to_unlock(chair)
    before = attention.decisions(chair)
    assert listed() == before == Waiver.objects.filter(decision=Waiver.Decision.OPEN).count() + 1
    asks_to_unlock(monitor)
    assert listed() == attention.decisions(chair) == before + 1
