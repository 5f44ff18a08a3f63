"""The head of a new form names its visit, window and last value; a save returns to the row that it was opened from."""

import re
from datetime import date

import pytest

from capture.casebook.forms import treatment
from capture.entry.services import dosing
from tests.capture.typed import opened, signed_in
from tests.cast import Cast, cast_of
from tests.courses import course
from tests.examples import EXAMPLES
from trial.models import BloodPressure, NotDone, Role
from trial.record.save import Save

ONE = "/participants/NET-001/"


@pytest.fixture
def cast(database: object) -> Cast:
    """A participant with a baseline of 50 mm, a cycle that began 12-JAN-2026 and a scan of 30 mm."""
    found = cast_of()
    course(found.participant, 30)
    return found


def _head(page: str) -> str:
    """The line below the heading as it is read."""

    return re.sub(r"<[^>]*>", "", page.partition('class="visit-line">')[2].partition("</p>")[0])


def test_a_new_scan_names_its_week_window_and_the_sum_of_the_last(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    head = _head(nora.get(f"{ONE}assessments/new/").content.decode())
    assert head.startswith("Week "), head
    assert " · last 09-MAR-2026: SD, sum 30" in head, head
    assert "window " in head and " to " in head


def test_the_week_of_the_link_is_named_and_not_the_first_open_one(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    page = nora.get(f"{ONE}blood_pressure/new/?what=Blood pressure, week 3").content.decode()
    assert _head(page).startswith("Blood pressure, week 3 · missed, window 26-JAN-2026 to 01-FEB-2026"), _head(page)
    assert "?what=Blood+pressure%2C+week+3" in nora.get(f"{ONE}?section=casebook").content.decode()


def test_a_form_that_nothing_asks_for_names_no_visit(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert "visit-line" not in nora.get(f"{ONE}adverse_event/new/").content.decode()


def test_a_save_returns_to_the_section_and_row_that_it_was_opened_from(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    came = {"HTTP_REFERER": f"http://testserver{ONE}?section=casebook"}
    page = nora.get(f"{ONE}blood_pressure/new/", **came)
    assert '<input type="hidden" name="section" value="casebook">' in page.content.decode()
    typed = {**opened(nora, f"{ONE}blood_pressure/new/"), **EXAMPLES["blood_pressure"].typed, "section": "casebook"}
    answer = nora.post(f"{ONE}blood_pressure/new/", typed)
    mark = f"blood_pressure-{BloodPressure.objects.get().pk}"
    assert answer["Location"] == f"{ONE}?section=casebook#{mark}"
    assert f'id="{mark}"' in nora.get(answer["Location"]).content.decode()


def test_the_way_back_is_kept_by_another_entry_and_by_the_table_of_several(cast: Cast) -> None:
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"{ONE}blood_pressure/new/"
    typed = {**opened(nora, address), **EXAMPLES["blood_pressure"].typed, "section": "casebook", "and_next": "1"}
    another = nora.post(address, typed)["Location"]
    assert another == f"{address}?section=casebook"
    page = nora.get(another, HTTP_REFERER=f"http://testserver{ONE}?section=events").content.decode()
    several = f"{ONE}blood_pressure/several/"
    for place in (page, nora.get(f"{several}?section=casebook").content.decode()):
        assert '<input type="hidden" name="section" value="casebook">' in place
    assert f'href="{several}?section=casebook"' in page


def test_not_done_returns_to_its_row(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    address = f"{ONE}not-done/?what=Blood pressure, week 3"
    answer = nora.post(address, {**opened(nora, address), "reason": "unwell", "because": "", "section": "casebook"})
    assert NotDone.objects.get().what == "Blood pressure, week 3"
    assert answer["Location"] == f"{ONE}?section=casebook#blood-pressure-week-3"
    assert 'id="blood-pressure-week-3"' in nora.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("section", ["https://elsewhere.example/", "a b", "", "<b>"])
def test_a_way_back_that_is_no_section_leads_to_the_participant(cast: Cast, section: str) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    typed = {**opened(nora, f"{ONE}blood_pressure/new/"), **EXAMPLES["blood_pressure"].typed, "section": section}
    assert nora.post(f"{ONE}blood_pressure/new/", typed)["Location"] == ONE


def test_only_a_baseline_is_said_with_its_sum(database: object) -> None:
    cast = cast_of()
    nora = signed_in(cast.people[Role.COORDINATOR])
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    assert "last" not in _head(nora.get(f"{ONE}assessments/new/").content.decode())
