"""The matrix by study week: a sign for each form in the weeks it belongs to, with a name that says how it stands."""

from datetime import date, timedelta

from capture.casebook.forms import treatment
from capture.entry.services import dosing, registration
from capture.participants import selectors, study_weeks
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial.models import Role
from trial.record.save import Save

DAY_1 = date(2026, 1, 12)


def _weeks(cast: Cast, on: date) -> tuple[list[str], list[study_weeks.WeekCell]]:
    rows = selectors.rows_of([cast.participant], lambda _: on)
    found = study_weeks.study_weeks(rows, lambda _: on)
    return found.titles, found.cells(cast.participant.pk)


def test_each_form_stands_in_the_weeks_in_which_it_was_done_or_is_due(cast: Cast) -> None:
    for number in (1, 2):
        started_on = DAY_1 + timedelta(days=28 * (number - 1))
        dosing.save_cycle(Save(), cast.participant, number, {"started_on": started_on}, treatment.AS_PLANNED)
    titles, cells = _weeks(cast, DAY_1 + timedelta(days=60))
    assert titles == ["0", "4", "8"]
    signs = [[mark.sign for mark in cell.marks] for cell in cells]
    assert signs == [["B", "C"], ["C"], ["C", "S"]]
    assert [cell.is_today for cell in cells] == [False, False, True]
    names = [mark.cell.name for cell in cells for mark in cell.marks]
    assert names[1] == "Cycle 1: complete 12-JAN-2026"
    assert names[4] == "Week 8: due, 02-MAR-2026 to 16-MAR-2026"


def test_nobody_has_a_today_of_whom_nothing_is_asked_any_more(cast: Cast) -> None:
    assert any(cell.is_today for cell in _weeks(cast, DAY_1)[1])
    assert not study_weeks.study_weeks([], lambda _: DAY_1).titles
    page = signed_in(cast.people[Role.MONITOR]).get("/participants/").content.decode()
    assert 'role="img" title="Baseline: ' in page and 'aria-label="NET-001, Cycle 1: overdue, ' in page
    registration.record_finding(Save(cast.people[Role.COORDINATOR]), cast.participant, "cancelled", DAY_1, "no dose")
    assert not any(cell.is_today for cell in _weeks(cast, DAY_1)[1])
