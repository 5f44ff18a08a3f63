"""The coordinator's day: My work and a participant's page on both screens, and what is done in their lists."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import queries
from capture.conduct.queries import Where
from capture.entry.services import entries
from capture.grading.episodes import open_episodes
from tests.browser.conftest import Counted, signed_in_page
from tests.capture.participants.test_course_on_the_page import full_course
from tests.cast import Cast, cast_of
from trial.models import Acknowledgement, Role
from trial.record.save import Save

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ABNORMAL = {
    "HGB": ("9.4", "g/dL", "12", "16"), "PLAT": ("100", "10^9/L", "150", "400"), "WBC": ("2.5", "10^9/L", "4", "10"),
    "NEUT": ("1.2", "10^9/L", "2", "7"), "LYM": ("0.7", "10^9/L", "1", "4"), "AST": ("90", "U/L", "10", "40"),
    "ALT": ("90", "U/L", "10", "40"), "ALP": ("250", "U/L", "40", "120"), "BILI": ("1.6", "mg/dL", "0.2", "1.2"),
    "CREAT": ("1.6", "mg/dL", "0.5", "1.2"), "GGT": ("120", "U/L", "10", "50"), "AMYLASE": ("150", "U/L", "20", "100"),
    "LIPASE": ("100", "U/L", "10", "60"),
}  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; the participant has a course with a query, and a visit with many values outside their limits."""
    made = cast_of()
    full_course(made)
    lines = [{"analyte": analyte, "value": Decimal(value), "value_missing": "", "unit": unit,
              "lower_limit": Decimal(lower), "upper_limit": Decimal(upper)}
             for analyte, (value, unit, lower, upper) in ABNORMAL.items()]  # fmt: skip
    visit = {"visited_on": date(2026, 2, 12), "cycle_number": 2, "weight_kg": Decimal(70), "weight_kg_missing": "",
             "ecog": 1, "ecog_missing": "", "systolic_mmhg": 130, "systolic_mmhg_missing": "", "diastolic_mmhg": 80,
             "diastolic_mmhg_missing": ""}  # fmt: skip
    entries.save(Save(acknowledged={}), made.participant, ENTRY_FORMS["visit"], visit, lines=lines)
    return made


def _opened(chromium: Any, address: str, cast: Cast, place: str, size: dict[str, int] = DESK) -> Counted:
    page = signed_in_page(chromium, address, cast.people[Role.COORDINATOR], viewport=size)
    page.goto(f"{address}{place}")
    return Counted(page)


def test_my_work_and_every_section_of_a_participant_fit_both_screens(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    root = f"/participants/{cast.participant.reference}/"
    places = ("/work/", "/work/?show=judge", root, *(f"{root}?section={each}" for each in (
        "casebook", "events", "lesions", "judge")))  # fmt: skip
    for size in (DESK, PHONE):
        page = _opened(chromium, live_server_url, cast, "/work/", size).page
        for place in places:
            page.goto(f"{live_server_url}{place}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (place, size)
            assert [each["id"] for each in Axe().run(page).response["violations"]] == [], (place, size)
            most = 900 if place == "/work/" else 1400
            assert size == PHONE or page.evaluate("document.documentElement.scrollHeight") <= most, place


def test_the_band_of_a_participant_stays_and_hides_nothing_that_has_the_focus(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = _opened(chromium, live_server_url, cast, f"/participants/{cast.participant.reference}/").page
    page.mouse.wheel(0, 3000)
    page.wait_for_function("window.scrollY > 100")
    band = page.locator(".person-band")
    assert band.bounding_box()["y"] == 0 and "NET-001" in band.inner_text()
    lower = band.bounding_box()["height"]
    page.locator("main a").last.focus()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        top = page.evaluate("document.activeElement.closest('.person-band, header, nav') ? 1e6"
                            " : document.activeElement.getBoundingClientRect().bottom")  # fmt: skip
        assert top > lower


def test_ten_proposed_events_are_judged_in_20_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    before = len(open_episodes([cast.participant]))
    assert before >= 10
    do = _opened(chromium, live_server_url, cast, f"/participants/{cast.participant.reference}/?section=judge")
    if do.page.locator(".to-judge details:not([open])").count():
        do.click(".to-judge details:not([open]) summary")
    boxes = do.page.locator(".to-judge [name=what]:visible")
    assert boxes.count() >= 10
    for place in range(10):
        do.clicks += 1
        boxes.nth(place).click()
    do.click(".to-judge [name=reason]")
    do.press("N", "Enter")
    do.click(".to-judge button[type=submit]", opens=True)
    assert len(open_episodes([cast.participant])) == before - 10
    assert {each.because for each in Acknowledgement.objects.filter(check_id__startswith="NOT-AE-")} == {
        "No worse than before treatment"}  # fmt: skip
    print(f"\n| judge ten proposals | {do.clicks} clicks, {do.keys} keys, {do.seconds:.0f} s | ≤ 20 s |")
    assert do.seconds <= 20


def test_a_query_is_answered_where_my_work_lists_it(chromium: Any, live_server_url: str, cast: Cast) -> None:
    one = cast.participant
    row = one.hormone_levels.first()
    query = queries.raise_query(Save(cast.people[Role.MONITOR]), one, Where("hormone", row.pk, "value"), "Check it.")
    do = _opened(chromium, live_server_url, cast, "/work/")
    do.click("li:has-text('Check it.') a:has-text('Answer')")
    box = do.page.locator("li:has-text('Check it.') [name=value]")
    box.fill("410")
    do.page.locator("li:has-text('Check it.') [name=reason_code]").select_option("entry_error")
    do.click("li:has-text('Check it.') button:has-text('Save and answer query')", opens=True)
    assert do.page.url.endswith("/work/") and "Check it." not in do.page.locator("main").inner_text()
    query.refresh_from_db()
    row.refresh_from_db()
    assert (query.state, row.value) == ("answered", 410)


def test_a_key_finds_a_participant_from_anywhere_lists_the_keys_and_adds_an_entry(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    do = _opened(chromium, live_server_url, cast, "/protocol/")
    do.press("/")
    do.page.keyboard.type("001")
    with do.page.expect_navigation():
        do.press("Enter")
    assert do.page.url.endswith("/participants/NET-001/")
    do.press("?")
    assert do.page.locator("#keys").get_by_text("Find participant").is_visible()
    with do.page.expect_navigation():
        do.press("b")
    assert do.page.url.endswith("/blood_pressure/new/")
    do.page.goto(f"{live_server_url}/participants/NET-001/")
    do.press("?")
    do.page.locator("#keys input").uncheck()
    do.page.locator("h1").click()
    do.press("/")
    assert do.focused() != "typed"


def test_a_new_entry_is_taken_back_within_ten_seconds_on_the_trail(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    do = _opened(chromium, live_server_url, cast, "/participants/NET-001/blood_pressure/new/")
    for typed in ("20jan2026", "128", "78"):
        do.type(typed)
    do.save()
    assert "128/78" in do.page.evaluate("document.activeElement.textContent"), "the words take the focus"
    do.click(".undo button", opens=True)
    row = cast.participant.blood_pressures.get()
    assert row.struck_out_reason == "Entry error: Undone after the save"
    do.page.goto(f"{live_server_url}/participants/NET-001/blood_pressure/new/")
    for typed in ("21jan2026", "129", "79"):
        do.type(typed)
    do.save()
    assert do.page.locator(".undo").is_visible()
    do.page.locator(".undo").wait_for(state="detached", timeout=15_000)
