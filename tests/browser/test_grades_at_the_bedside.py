"""In a browser: grades stand beside values as they are typed, and their meaning beside the term that is chosen."""

from typing import Any

import pytest

from tests.browser.conftest import signed_in_page
from tests.cast import cast_of
from trial.models import Role, Visit


@pytest.fixture
def page(database: str, chromium: Any, live_server_url: str) -> Any:
    """Nora's browser on the page of NET-001; its address is the base of the test's own; nothing may complain."""
    complaints: list[str] = []
    found = signed_in_page(chromium, live_server_url, cast_of().people[Role.COORDINATOR])
    found.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found.goto(f"{live_server_url}/participants/NET-001/")
    yield found
    assert complaints == []


@pytest.mark.requirement("R69")
def test_a_grade_appears_beside_the_value_and_nothing_typed_stands_in_an_address(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{page.url}visit/new/")
    for name, value in (("value", "9.4"), ("lower_limit", "12"), ("upper_limit", "16")):
        page.fill(f"[name=lab-HGB-{name}]", value)
    page.keyboard.press("Tab")
    page.wait_for_selector("#grade-HGB .grade-2")
    assert "below 10\xa0g/dL" in page.inner_text("#grade-HGB")
    page.fill("[name=lab-HGB-value]", "6.4")
    page.keyboard.press("Tab")
    page.wait_for_selector("#grade-HGB .grade-4")
    assert any(url.endswith("/visit/grades/") for url in asked) and not any("9.4" in url for url in asked)


def test_enter_goes_down_the_values_of_the_laboratory_and_never_saves(page: Any) -> None:
    page.goto(f"{page.url}visit/new/")
    page.fill("[name=visited_on]", "12-JAN-2026")
    page.focus("[name=lab-HGB-value]")
    focused = "document.activeElement.name || document.activeElement.textContent"
    page.keyboard.type("12.4")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "lab-WBC-value"
    page.keyboard.press("Shift+Enter")
    assert page.evaluate(focused) == "lab-HGB-value"
    for _ in range(20):
        page.keyboard.press("Enter")
    assert page.evaluate(focused) == "Save" and page.url.endswith("/visit/new/")
    page.focus("[name=lab-AST-unit]")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "lab-ALT-value" and not Visit.objects.exists()


def test_the_chosen_term_shows_its_grades_and_a_click_on_one_takes_it(page: Any) -> None:
    page.goto(f"{page.url}adverse_event/new/")
    with page.expect_response(lambda answer: answer.url.endswith("q=hand")):
        page.type("#id_term_typed", "hand")
    page.wait_for_selector("#terms [data-term]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#criteria [data-grade='3']")
    page.click("#criteria [data-grade='2']")
    assert page.input_value("#id_grade") == "2"
    assert page.locator("#criteria .is-chosen").inner_text().startswith("2")
    assert page.locator("#id_grade option[value='4']").is_disabled()
    with page.expect_response(lambda answer: "/terms/" in answer.url):
        page.type("#id_term_typed", "x")
    page.wait_for_function("document.getElementById('criteria').children.length === 0")
