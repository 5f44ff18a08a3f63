"""The first press on Save saves, however long nothing was typed: on every form of the record, by mouse and by Enter."""

from datetime import date
from typing import Any

import pytest

from tests.browser.conftest import LOOKED_OVER_MS, save, signed_in_page
from tests.capture import hostile
from tests.capture.participants.test_participant_pages import _typed
from tests.cast import Cast, cast_of
from tests.examples import EXAMPLES
from trial.models import Cycle, Deviation, DosingPeriod, Participant, Role

PUT = """typed => {
    const form = document.querySelector('form[data-save]');
    for (const [name, value] of Object.entries(typed)) {
        const field = form.elements[name];
        if (!field || field.type === 'submit') continue;
        const radio = field instanceof RadioNodeList && [...field].find(each => each.value === value);
        if (radio) radio.checked = true; else field.value = value;
        (radio || field).dispatchEvent(new Event('input', { bubbles: true }));
    }
}"""
BUTTON = "form[data-save] button.btn-primary"
MOVES = """() => document.querySelector('form[data-save]').addEventListener('focusin', event => {
    const words = Object.assign(document.createElement('pre'), { innerText: 'a\\nb\\nc\\nd\\ne\\nf' });
    if (event.target.matches('button')) event.currentTarget.prepend(words);
})"""
PAGE = "/participants/NET-001/deviation/new/"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast with a baseline, a cycle and a follow-up assessment."""
    cast = cast_of()
    hostile.prepare(cast)
    return cast


def _deviation(page: Any, address: str) -> None:
    page.goto(address + PAGE)
    page.fill("#id_happened_on", "20-JAN-2026")
    page.select_option("#id_kind", "procedure")
    page.fill("#id_description", "the scan was made at another hospital")


def test_the_first_click_reaches_the_server_on_every_form(chromium: Any, live_server_url: str, cast: Cast) -> None:
    context = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR]).context
    opened = []
    for kind, address in hostile.pages(cast):
        if address.endswith("/response/"):  # a part of a page
            continue
        page = context.new_page()
        page.goto(live_server_url + address)
        if page.locator(BUTTON).count():
            page.evaluate(PUT, EXAMPLES[kind].typed if kind else {})
            opened.append(page)
    assert len(opened) > 12
    page.wait_for_timeout(LOOKED_OVER_MS)
    for page in opened:
        page.bring_to_front()
        with page.expect_request(lambda sent: sent.method == "POST" and "/drafts/" not in sent.url):
            page.locator(BUTTON).first.click()


@pytest.mark.parametrize("looked_over_ms", [0, 1000, LOOKED_OVER_MS])
def test_one_click_is_one_save(chromium: Any, live_server_url: str, cast: Cast, looked_over_ms: int) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _deviation(page, live_server_url)
    save(page, lambda: page.click(BUTTON), looked_over_ms)
    assert Deviation.objects.count() == 1


def test_a_press_counts_although_the_button_moves_away_under_it(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _deviation(page, live_server_url)
    page.evaluate(MOVES)
    save(page, lambda: page.click(BUTTON))
    assert Deviation.objects.count() == 1


def test_enter_in_a_box_saves_at_once(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _deviation(page, live_server_url)
    page.focus("#id_happened_on")
    save(page, lambda: page.keyboard.press("Enter"))
    assert Deviation.objects.count() == 1


def test_enter_in_a_box_of_register_participant_saves_no_screening(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/register/")
    page.evaluate(PUT, {name: text for name, text in _typed(cast).items() if name != "registered_on"})
    page.focus("#id_consented_on")
    save(page, lambda: page.keyboard.press("Enter"))
    assert page.locator("h1").inner_text() == "Register participant" and Participant.objects.count() == 1


def test_enter_in_a_dosing_period_saves_the_period_that_was_typed(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/cycles/2/")
    for name, text in (("from_day", "1"), ("to_day", "28"), ("reason", "nausea")):
        page.fill(f"[name='1-{name}']", text)
    page.select_option("[name='1-dose_mg']", "400")
    page.select_option("[name='1-frequency']", "once_daily")
    page.focus("[name='1-to_day']")
    save(page, lambda: page.keyboard.press("Enter"))
    periods = DosingPeriod.objects.filter(cycle__number=2)
    assert [(each.to_day, each.frequency) for each in periods] == [(28, "once_daily")]


def test_typing_begins_at_the_proposed_day_1_of_a_cycle_and_replaces_it(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/cycles/2/")
    assert page.input_value("#id_started_on") and page.evaluate("document.activeElement.name") == "started_on"
    page.keyboard.type("10-FEB-2026")
    page.wait_for_timeout(700)  # as long as a hand needs to the key that saves
    page.click("button[name='as_planned']")
    page.wait_for_url("**/participants/NET-001/")
    assert Cycle.objects.get(number=2).started_on == date(2026, 2, 10)


def test_the_first_click_after_a_refusal_saves(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _deviation(page, live_server_url)
    page.fill("#id_happened_on", "30-FEB-2026")
    save(page, lambda: page.click(BUTTON))
    assert not Deviation.objects.exists()
    page.fill("#id_happened_on", "20-JAN-2026")
    save(page, lambda: page.click(BUTTON))
    assert Deviation.objects.count() == 1
