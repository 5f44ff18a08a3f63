"""Due dates are stored by every save that they depend on; what is due on a day is found by comparing dates in SQL."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from capture.casebook.forms import treatment
from capture.entry.services import corrections, dosing, not_done, registration
from capture.participants import due_dates, selectors
from capture.participants.work.tasks import work_of
from tests.analysis.results.acts import Study, acts, do
from tests.analysis.results.typed import Act
from tests.cast import Cast, cast_of, register
from tests.plugin_postgres import another_database
from trial.accounts import administration
from trial.models import Change, Cycle, DueItem, Participant, Role
from trial.protocol import DUE, OVERDUE, schedule
from trial.record import access, changes, site_clock
from trial.record.save import Save

# The cast's participant is registered on 08-JAN-2026; cycle 1 is due in the week from then, then overdue.
LATE = date(2026, 1, 20)


def _found(cast: Cast, state: str, today: date = LATE) -> list[str]:
    matrix = selectors.matrix(cast.people[Role.CHAIR], lambda _: today, state=state)
    return [row.participant.reference for row in matrix.rows]


def _treat(cast: Cast) -> None:
    """The first cycle is entered, on the day on which the filter is asked."""
    period = treatment.Period(1, 1, 400, "once_daily", "slow start")
    dosing.save_cycle(Save(cast.people[Role.COORDINATOR]), cast.participant, 1, {"started_on": LATE}, [period])


def _open(participant: Participant) -> set[str]:
    return {each.planned.what for each in DueItem.objects.filter(participant=participant)}


def test_the_filter_finds_what_is_overdue_and_forgets_nothing_on_the_next_page(cast: Cast) -> None:
    second = register(cast.people[Role.COORDINATOR], cast.north)
    assert _found(cast, "overdue") == ["NET-001", second.reference]
    assert selectors.matrix(cast.people[Role.CHAIR], lambda _: LATE, state="overdue", page=2).rows == ()


def test_a_saved_entry_moves_what_is_due_in_the_same_change(cast: Cast) -> None:
    assert {"Baseline", "Cycle 1", "Week 8"} == _open(cast.participant)
    _treat(cast)
    assert "Cycle 1" not in _open(cast.participant) and {"Cycle 2", "Visit, cycle 1"} <= _open(cast.participant)


@pytest.mark.parametrize(("kind", "is_due"), [("in_error", False), ("ineligible", True)])
def test_nothing_is_due_of_a_participant_registered_in_error(cast: Cast, kind: str, is_due: bool) -> None:
    """In error: no list of what is due names the record, and what was done stays. Ineligible: still followed."""
    coordinator = cast.people[Role.COORDINATOR]
    _treat(cast)
    registration.record_finding(Save(coordinator), cast.participant, kind, LATE, "Registered twice")
    later = LATE + timedelta(days=70)
    (row,) = selectors.rows_of([cast.participant], lambda _: later)
    assert bool(_open(cast.participant)) == bool(_found(cast, "overdue", later)) == bool(row.to_do) == is_due
    assert [cell.due.what for cell in row.cycles if cell and cell.due.done_on] == ["Cycle 1"]


def test_what_a_refused_change_wrote_moves_nothing(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="not saved"), changes.record(None, "system", groups=("A",)):
        Cycle.objects.create(participant=cast.participant, number=1, started_on=LATE)
        raise RuntimeError("not saved")
    assert "Cycle 1" in _open(cast.participant)


def test_rows_in_bulk_that_name_nobody_move_whom_they_belong_to(cast: Cast) -> None:
    with changes.record(None, "system", "rows in bulk", groups=("A",)):
        Cycle.objects.create(participant=cast.participant, number=1, started_on=LATE)
    assert "Cycle 1" not in _open(cast.participant)


def test_another_day_needs_no_change(cast: Cast) -> None:
    before = Change.objects.count()
    assert _found(cast, "overdue", date(2026, 1, 9)) == []
    assert _found(cast, "overdue", LATE) == ["NET-001"]
    assert _found(cast, "overdue", date(2026, 1, 9)) == []
    assert Change.objects.count() == before


def test_each_site_has_its_own_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    south = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    administration.save_site(
        Save(cast.people[Role.ADMINISTRATOR]), cast.south, "", "South", "there", "Pacific/Auckland"
    )
    days = {cast.north.pk: date(2026, 1, 15), cast.south.pk: date(2026, 1, 16)}
    DueItem.objects.exclude(form="cycle").delete()
    found = selectors.matrix(cast.people[Role.CHAIR], days.__getitem__, state="overdue")
    assert [row.participant.reference for row in found.rows] == [south.reference]


def test_an_assessment_that_repeats_is_due_again_in_each_of_its_windows(cast: Cast) -> None:
    _treat(cast)
    DueItem.objects.exclude(form="follow_up_scan").delete()
    for days, overdue, due in ((48, 0, 0), (49, 0, 1), (63, 0, 1), (64, 1, 1), (104, 1, 1), (105, 0, 1), (119, 0, 1),
                               (120, 1, 1), (160, 1, 1), (161, 0, 1), (56 * 40 + 8, 1, 1)):  # fmt: skip
        today = LATE + timedelta(days)
        assert (len(_found(cast, "overdue", today)), len(_found(cast, "due", today))) == (overdue, due), days


def test_filter_and_my_work_take_a_statement_each_for_however_many(cast: Cast) -> None:
    """The first question is as fast as any: nothing is derived but the rows of the page."""

    def asked(question: Callable[[], Any]) -> list[str]:
        with CaptureQueriesContext(connection) as statements:
            question()
        return [each["sql"] for each in statements if "due_item" in each["sql"] or "dueitem" in each["sql"]]

    nora = cast.people[Role.COORDINATOR]
    for _ in range(4):
        register(nora, cast.north)
    listed = asked(lambda: work_of(nora, list(access.participants_for(nora)), lambda _: LATE))
    filtered = asked(lambda: selectors.matrix(nora, lambda _: LATE, state="overdue"))
    assert (len(listed), len(filtered)) == (1, 2)  # the page of the matrix, and how many there are in all


def test_what_is_not_done_or_corrected_is_stored_too(cast: Cast) -> None:
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    due = schedule.Due("Week 8", LATE, LATE, LATE, DUE)
    (row,) = not_done.record_not_done(Save(nora), one, [due], "unwell", "")
    assert _open(one) == {"Baseline", "Cycle 1", "Week 16"}
    not_done.revoke_not_done(Save(nora, reason="it was done"), row)
    assert _open(one) == {"Baseline", "Cycle 1", "Week 8"}
    corrections.correct_participant(Save(nora, reason="misread"), one, {"registered_on": date(2026, 1, 12)})
    assert DueItem.objects.get(participant=one, form="cycle").due_on == date(2026, 1, 12)


def test_the_command_mends_what_was_written_past_the_program(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    before = due_dates.stored([cast.participant.pk])
    DueItem.objects.all().delete()
    call_command("due_dates", rebuild=True)
    assert "1 participants were different" in capsys.readouterr().out
    assert due_dates.stored([cast.participant.pk]) == before
    assert due_dates.rebuild() == 0


def test_only_another_program_than_the_last_rebuilds_when_it_starts(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    DueItem.objects.all().delete()
    monkeypatch.setattr(due_dates, "PROGRAM", "endpoint 1.2.3 0123456789ab")
    due_dates.after_migrate(plan=[(None, True)])
    assert not DueItem.objects.exists()
    due_dates.after_migrate(plan=[(None, False)])
    assert DueItem.objects.exists()
    DueItem.objects.all().delete()
    due_dates.after_migrate()
    assert not DueItem.objects.exists()


def test_after_any_acts_what_is_stored_is_what_would_be_derived(database: str) -> None:
    cast_of()
    for choice in (0, 2, 1):
        do(Study(), Act("register", 0, choice, 0))
    for who in range(3):
        for each in (Act("baseline", who, who, 5), Act("dose", who, 0, 0), Act("scan", who, 1, 56)):
            do(Study(), each)

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
              phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
    @given(some.lists(acts().filter(lambda act: act.what not in ("look back", "cut")), min_size=10, max_size=40),
           some.integers(0, 1500))  # fmt: skip
    def play(story: list[Act], days: int) -> None:
        with another_database(database, database):
            for act in story:
                do(Study(), act)
            ids = list(Participant.objects.values_list("pk", flat=True))
            assert due_dates.rebuild() == 0, "stored and rebuilt differ"
            _same_by_sql_and_by_schedule(ids, date(2026, 1, 1) + timedelta(days))

    play()


def _same_by_sql_and_by_schedule(ids: list[int], today: date) -> None:
    """On any day the stored dates say of each participant what the schedule says."""
    found = {key: schedule.on_day(each.every, today) for key, each in due_dates.schedules(ids).items()}
    for condition, statuses in ((DueItem.due_or_overdue, (DUE, OVERDUE)), (DueItem.overdue, (OVERDUE,))):
        derived = {key for key, dues in found.items() if any(due.status in statuses for due in dues)}
        assert set(DueItem.objects.filter(condition(today)).values_list("participant", flat=True)) == derived
    stored: dict[int, list[schedule.Due]] = {key: [] for key in found}
    for item in DueItem.objects.order_by("id"):
        stored[item.participant_id] += [due for due in item.planned.on_day(today) if due.status in (DUE, OVERDUE)]
    assert stored == {key: [due for due in dues if due.status in (DUE, OVERDUE)] for key, dues in found.items()}


def test_midnight_at_the_site_is_enough(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the person asks the clock of the site, nothing else."""
    chair = cast.people[Role.CHAIR]
    for hour, expected in ((23, []), (25, ["NET-001"])):
        moment = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(hours=hour)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        DueItem.objects.exclude(form="cycle").delete()
        found = selectors.matrix(chair, site_clock.today_by_site(), state="overdue")
        assert [row.participant.reference for row in found.rows] == expected
