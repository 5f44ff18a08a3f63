"""The grid of lesions in a real browser: targets that grew together and targets in parts by keyboard."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from capture.casebook.forms import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.entry.services import assessments, dosing
from tests.browser.conftest import signed_in_page
from tests.cast import Cast, cast_of
from trial.models import Assessment, Role
from trial.record.save import Save


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant has targets of 30, 25 and 20 mm."""
    found = cast_of()
    nora, one = found.people[Role.COORDINATOR], found.participant
    head = {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    targets = [NewLesion("liver", str(size), Decimal(size)) for size in (30, 25, 20)]
    assessments.save_baseline(Save(nora), one, head, targets, [])
    dosing.save_cycle(Save(nora), one, 1, {"started_on": date(2026, 1, 12)}, treatment.AS_PLANNED)
    return found


def test_a_letter_says_that_a_target_merged_or_is_in_parts_and_the_response_follows(
    cast: Cast, chromium: Any, live_server_url: str
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/assessments/new/")
    page.fill("[name=assessed_on]", "09-MAR-2026")
    page.select_option("[name=marker]", "not_done")
    page.select_option("[name=new_lesions]", "no")
    first, second, third = (f"[name=lesion{each.pk}-" for each in cast.participant.lesions.order_by("id"))
    page.fill(f"{first}longest_diameter_mm]", "58")
    page.fill(f"{second}longest_diameter_mm]", "2")
    page.locator(f"{second}longest_diameter_mm]").press("g")
    assert (page.input_value(f"{second}state]"), page.input_value(f"{second}longest_diameter_mm]")) == ("merged", "")
    page.keyboard.type("T1")  # the list of the other targets has the focus
    page.locator(f"{third}longest_diameter_mm]").press("i")
    page.keyboard.type("12.5")
    page.keyboard.press("Enter")
    page.wait_for_selector("#response:has-text('sum 70.5 mm')")
    assert "T2 merged with T1; T3 in parts" in page.inner_text("#response")
    page.fill(f"{second}longest_diameter_mm]", "9")
    assert (page.input_value(f"{second}state]"), page.input_value(f"{second}merged_with]")) == ("measured", "")
    page.select_option(f"{second}merged_with]", "T1")
    assert page.input_value(f"{second}state]") == "merged"
    page.wait_for_timeout(5000)
    with page.expect_navigation():
        page.click("[data-save-next]")
    row = Assessment.objects.get(kind="follow_up")
    assert [each.value_in_words for each in row.readings.order_by("lesion_id")] == [
        "58.0 mm", "merged with T1", "12.5 mm in parts",
    ]  # fmt: skip


def test_a_baseline_shows_one_empty_row_its_sum_and_how_many_targets_an_organ_has(
    chromium: Any, live_server_url: str, database: object
) -> None:
    page = signed_in_page(chromium, live_server_url, cast_of().people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/assessments/new/")
    page.fill("[name=assessed_on]", "09-JAN-2026")
    page.select_option("[name=method]", "spiral_ct")
    page.fill("[name=slice_thickness_mm]", "5")
    page.select_option("[name=marker]", "not_done")
    shown, line = "tr:has([name^=T][name$=-organ]):visible", page.locator("[data-so-far]")
    assert page.locator(shown).count() == 1 and line.inner_text() == ""
    page.focus("[name=T1-organ]")
    for typed in ("Liver", "segment 4", "42.1", "Liver", "segment 7", "35.2"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    assert page.locator(shown).count() == 3
    words = line.inner_text()
    assert words.endswith("77.3 mm · 2 of at most 10 targets · Liver 2 of at most 5")
    page.fill("[name=T2-longest_diameter_mm]", "")
    page.keyboard.press("Tab")
    assert "incomplete" in line.inner_text()
    page.fill("[name=T2-longest_diameter_mm]", "35.2")
    page.wait_for_timeout(700)  # as long as a hand needs to the button
    with page.expect_navigation():
        page.click("[data-save-next]")
    assert sum(each.longest_diameter_mm for each in Assessment.objects.get().readings.all()) == Decimal("77.3")
