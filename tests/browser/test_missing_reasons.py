"""In a browser: a value and its missing-value reason exclude each other; what is entered last counts."""

from typing import Any

from tests.browser.conftest import signed_in_page
from tests.cast import Cast
from tests.examples import EXAMPLES
from trial.models import HormoneLevel, Role


def test_what_is_entered_last_of_a_value_and_its_reason_counts(cast: Cast, chromium: Any, live_server_url: str) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/hormone/new/")
    for name, text in EXAMPLES["hormone"].typed.items():
        box = page.locator(f"[name={name}]")
        box.select_option(text) if box.evaluate("each => each.tagName") == "SELECT" else box.fill(text)
    page.focus("[name=value]")
    page.keyboard.press("F2")
    page.keyboard.type("pend")
    assert (page.input_value("[name=value]"), page.input_value("[name=value_missing]")) == ("", "pending")
    page.fill("[name=value]", "310")
    assert (page.input_value("[name=value]"), page.input_value("[name=value_missing]")) == ("310", "")
    page.wait_for_timeout(5000)
    with page.expect_navigation():
        page.click("form[data-save] button:has-text('Save')")
    assert (HormoneLevel.objects.get().value, HormoneLevel.objects.get().value_missing) == (310, "")
