"""What was due and will not be done: said with a reason, shown as missed, due no more, and taken back."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from capture.casebook.fields import today
from capture.casebook.forms import treatment
from capture.entry.services import dosing
from capture.participants import selectors
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of, register
from trial.models import Change, NotDone, Role, Visit
from trial.protocol import schedule
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

DAY_1 = today() - timedelta(days=70)


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant began treatment ten weeks ago and had no scan since."""
    cast = cast_of()
    cast.participant = register(cast.people[Role.COORDINATOR], cast.north, DAY_1 - timedelta(days=2))
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    return cast


def _due(cast: Cast) -> dict[str, str]:
    row = selectors.rows_of([cast.participant], lambda _: today())[0]
    return {cell.due.what: cell.due.status for cell in row.every if cell}


@pytest.mark.requirement("R50")
def test_an_assessment_not_done_is_missed_with_its_reason_and_the_next_one_follows(cast: Cast) -> None:
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    assert _due(cast)["Week 8"] == "overdue" and "Week 16" not in _due(cast)
    assert f'{root}/not-done/?what=Week%208"' in nora.get(f"{root}/?section=casebook").content.decode()
    page = nora.post(f"{root}/not-done/?what=Week 8", {"reason": "other", "because": " "})
    assert page.status_code == 422 and "Enter a reason." in page.content.decode() and not NotDone.objects.exists()
    assert nora.post(f"{root}/not-done/?what=Week 8", {"reason": "unwell", "because": "fever"}).status_code == 302
    assert (_due(cast)["Week 8"], _due(cast)["Week 16"]) == ("not done", "future")
    assert "not done: participant too unwell (fever)" in nora.get(f"{root}/?section=casebook").content.decode()
    assert "not done: participant too unwell" in nora.get("/participants/").content.decode()
    assert nora.post(f"{root}/not-done/?what=Week 8", {"reason": "unwell"}).status_code == 404


def test_a_visit_and_a_blood_pressure_not_done_leave_my_work(cast: Cast) -> None:
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    last = "Blood pressure, week 6"
    assert _due(cast)["Visit, cycle 1"] == "missed" and _due(cast)[last] == "missed"
    for what in ("Visit, cycle 1", last):
        assert nora.post(f"{root}/not-done/?what={what}", {"reason": "site"}).status_code == 302
    page = nora.get(f"{root}/?section=casebook").content.decode()
    assert page.count("not done: not possible at the site") == 2 and page.count("status-not-done") == 2


def test_several_missed_items_get_one_reason_in_one_change(cast: Cast) -> None:
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    weeks = [f"Blood pressure, week {week}" for week in (1, 2, 3)]
    page = nora.get(f"{root}/?section=casebook").content.decode()
    assert all(f'form="not-done" name="what" value="{what}"' in page for what in weeks)
    address = f"{root}/not-done/?{urlencode({'what': weeks}, doseq=True)}"
    assert "Not done: Blood pressure, week 1, Blood pressure, week 2" in nora.get(address).content.decode()
    before = Change.objects.count()
    assert nora.post(address, {"reason": "site"}).status_code == 302
    assert Change.objects.count() == before + 1 and [row.what for row in NotDone.objects.order_by("id")] == weeks
    assert {_due(cast)[what] for what in weeks} == {"not done"}
    assert nora.post(address, {"reason": "site"}).status_code == 404


def test_a_save_says_what_was_saved_and_what_is_due_next(cast: Cast) -> None:
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    typed = {"sampled_on": shown(DAY_1), "marker": "CGA", "value": "210", "unit": "ng/mL", "upper_limit": "100"}
    page = nora.post(f"{root}/hormone/new/", typed, follow=True).content.decode()
    assert f"Hormone level {shown(DAY_1)} is saved: Chromogranin A 210 ng/mL (upper limit 100)." in page
    pressure = {"measured_on": shown(today()), "systolic_mmhg": "128", "diastolic_mmhg": "78"}
    page = nora.post(f"{root}/blood_pressure/new/", pressure, follow=True).content.decode()
    assert f"Blood pressure {shown(today())} is saved: 128/78" in page


def test_not_done_is_taken_back_with_a_reason_and_counts_again(cast: Cast) -> None:
    nora, root = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}"
    nora.post(f"{root}/not-done/?what=Week 8", {"reason": "refused"})
    row = NotDone.objects.get()
    assert nora.post(f"{root}/not-done/{row.pk}/take-back/", {"reason_code": ""}).status_code == 422
    assert nora.post(f"{root}/not-done/{row.pk}/take-back/", {"reason_code": "new_source"}).status_code == 302
    assert _due(cast)["Week 8"] == "overdue"
    history = nora.get(f"{root}/history/not_done/{row.pk}/").content.decode()
    assert "Struck out</strong> by Nora" in history and "Participant declined" in history


@pytest.mark.parametrize("what", ["Baseline", "Cycle 2", "Week 16", "nonsense", ""])
def test_what_cannot_be_left_out_or_is_not_due_is_refused(cast: Cast, what: str) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    address = f"/participants/{cast.participant.reference}/not-done/?what={what}"
    assert nora.get(address).status_code == 404


def test_a_follow_up_not_done_is_counted_on_from_the_day_it_was_due() -> None:
    day = date(2026, 1, 1)
    first = schedule.on_day(schedule.follow_ups_due(day, day, None, [], None), day + timedelta(days=100))
    assert [each.status for each in first] == ["due"]
    then = schedule.on_day(
        schedule.follow_ups_due(day, day, None, [], None, {"Follow-up 1"}), day + timedelta(days=100)
    )
    assert [(each.what, each.status) for each in then] == [("Follow-up 1", "not done"), ("Follow-up 2", "future")]
    assert then[1].due_on == day + timedelta(days=182)


def test_what_was_done_after_all_is_complete_whatever_was_said() -> None:
    day_1 = date(2026, 1, 12)
    scan = day_1 + timedelta(days=56)
    found = schedule.on_day(schedule.assessments_due(day_1, day_1, [scan], None, {"Week 8"}), scan)
    assert (found[0].what, found[0].status) == ("Week 8", "complete")


@pytest.mark.requirement("R50")
def test_what_is_empty_in_a_form_was_not_done_by_one_button(cast: Cast) -> None:
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"/participants/{cast.participant.reference}/visit/new/"
    typed = {"visited_on": shown(DAY_1), "cycle_number": "1", "weight_kg": "70"}
    assert nora.post(address, typed).status_code == 422
    assert nora.post(address, typed | {"rest_not_done": "1"}).status_code == 302
    row = Visit.objects.get()
    assert (row.weight_kg, row.weight_kg_missing) == (70, "")
    assert {row.ecog_missing, row.systolic_mmhg_missing, row.diastolic_mmhg_missing} == {"not_done"}
