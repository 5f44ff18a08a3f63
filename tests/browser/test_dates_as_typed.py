"""Dates in their boxes: days off today, a day up or down, and a word at once about a day that the calendar lacks."""

from typing import Any

import pytest

from tests.browser.conftest import signed_in_page
from tests.cast import Cast
from trial.models import Role

BOX = "#id_measured_on"


@pytest.fixture
def page(chromium: Any, live_server_url: str, cast: Cast) -> Any:
    """A new blood pressure; today is 02-MAR-2026."""
    found = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    found.goto(f"{live_server_url}/participants/NET-001/blood_pressure/new/")
    found.evaluate("document.body.dataset.now = Date.UTC(2026, 2, 2, 12) / 1000")
    return found


def _typed(page: Any, text: str, *keys: str) -> str:
    page.locator(BOX).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    for key in keys:
        page.keyboard.press(key)
    return str(page.input_value(BOX))


def test_days_off_today_and_days_up_and_down(page: Any) -> None:
    assert _typed(page, "t-3", "Tab") == "27-FEB-2026"
    assert _typed(page, "28feb2026", "ArrowUp") == "01-MAR-2026"
    assert _typed(page, "28feb2026", "ArrowDown", "ArrowDown") == "26-FEB-2026"
    assert _typed(page, "feb2026", "ArrowUp") == "feb2026", "a month has no day to move"
    assert _typed(page, "28feb2026", "Shift+ArrowUp") == "28feb2026", "Shift and an arrow select text"


@pytest.mark.parametrize("keys", ["Enter", "Control+Enter", "Control+s"])
def test_days_off_today_go_out_as_a_date(page: Any, keys: str) -> None:
    _typed(page, "t-3")
    with page.expect_request(lambda request: request.method == "POST" and request.url == page.url) as sent:
        page.keyboard.press(keys)
    assert "measured_on=27-FEB-2026&" in sent.value.post_data


def test_days_off_any_other_day_stay_as_typed(page: Any) -> None:
    assert _typed(page, "12-FEB-2006-7", "Tab") == "12-FEB-2006-7"
    _typed(page, "12-FEB-2006-7", "Enter")
    page.locator(f"{BOX}[aria-invalid]").wait_for()
    assert page.input_value(BOX) == "12-FEB-2006-7"


def test_a_day_that_the_calendar_lacks_is_said_when_the_box_is_left(page: Any) -> None:
    said = page.locator("[data-date-said]")
    _typed(page, "30feb2026", "Tab")
    assert said.inner_text() == "30feb2026 is not a calendar date."
    _typed(page, "03/04/2026", "Tab")
    assert said.inner_text() == "Type 03/04/2026 as 12-FEB-2006."
    _typed(page, "28feb2026", "Tab")
    assert said.count() == 0


def test_days_off_today_choose_a_cutoff(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/moments/")
    page.evaluate("document.body.dataset.now = Date.UTC(2026, 2, 2, 12) / 1000")
    page.locator("#cutoff").focus()
    page.keyboard.type("t-3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "cutoff=27-FEB-2026" in page.url
