"""The matrix of participants by hand: it opens at today, arrows move among its signs; on a phone it is a list."""

from datetime import timedelta
from typing import Any

from capture.casebook.fields import today
from capture.casebook.forms import treatment
from capture.entry.services import dosing
from tests.browser.conftest import signed_in_page
from tests.cast import Cast, register
from trial.models import Role
from trial.record.save import Save

IN_FRAME = """() => { const frame = document.querySelector("[data-matrix]").getBoundingClientRect();
  return [...document.querySelectorAll(".is-today")].map((cell) => cell.getBoundingClientRect())
    .filter((box) => box.left >= frame.left && box.right <= frame.right).length; }"""


def _long_treated(cast: Cast) -> str:
    """A participant with a first cycle 600 days ago and nothing since: weeks of missed assessments up to today."""
    day_1 = today() - timedelta(days=600)
    registered_on = day_1 - timedelta(days=2)
    one = register(cast.people[Role.COORDINATOR], cast.north, registered_on, consented_on=registered_on)
    dosing.save_cycle(Save(), one, 1, {"started_on": day_1}, treatment.AS_PLANNED)
    return one.reference


def test_the_matrix_opens_at_today_and_its_signs_are_walked_by_arrows(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    one = _long_treated(cast)
    nora = cast.people[Role.COORDINATOR]
    page = signed_in_page(chromium, live_server_url, nora, viewport={"width": 900, "height": 700})
    page.goto(f"{live_server_url}/participants/")
    assert page.evaluate(IN_FRAME) >= 1 and page.locator("[data-matrix]").evaluate("frame => frame.scrollLeft") > 0
    row = page.locator("tbody tr").filter(has_text=one)
    assert page.locator('.sign[tabindex="0"]').count() == 1
    row.locator(".sign").first.focus()
    assert page.evaluate("document.activeElement.ariaLabel").startswith(f"{one}, Baseline: ")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.ariaLabel").startswith(f"{one}, Cycle 1: complete ")
    box = page.evaluate("(() => { const box = document.activeElement.getBoundingClientRect();"
                        " return [box.width, box.height]; })()")  # fmt: skip
    assert min(box) >= 24, "the smallest target [WCAG 2.2, 2.5.8]"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.ariaLabel").startswith("NET-001, ")
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith((f"/participants/{one}/cycles/1/", f"/participants/{one}/assessments/new/"))


def test_what_is_due_next_and_where_they_stand_stay_in_view(chromium: Any, live_server_url: str, cast: Cast) -> None:
    one = _long_treated(cast)
    nora = cast.people[Role.COORDINATOR]
    page = signed_in_page(chromium, live_server_url, nora, viewport={"width": 1100, "height": 700})
    page.goto(f"{live_server_url}/participants/")
    frame, row = page.locator("[data-matrix]"), page.locator("tbody tr").filter(has_text=one)
    assert frame.evaluate("frame => frame.scrollLeft") > 0
    ends = frame.bounding_box()["x"]
    for cell in (row.locator("th"), row.locator("td").nth(0), row.locator("td").nth(1)):
        box = cell.bounding_box()
        assert box["x"] >= ends and cell.inner_text()
        ends = box["x"] + box["width"] - 1
    row.locator(".sign").first.focus()
    assert row.locator(".sign").first.bounding_box()["x"] >= ends, "the focus does not hide below them"


def test_on_a_phone_it_is_a_list_of_who_and_what_is_next(chromium: Any, live_server_url: str, cast: Cast) -> None:
    one = _long_treated(cast)
    nora = cast.people[Role.COORDINATOR]
    page = signed_in_page(chromium, live_server_url, nora, viewport={"width": 390, "height": 844})
    page.goto(f"{live_server_url}/participants/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row = page.locator("tbody tr").filter(has_text=one)
    assert "Baseline overdue\ncycle 1" in row.inner_text() and not row.locator(".sign").first.is_visible()
    frame = page.locator("[data-matrix]")
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    page.locator("[data-filter-rows]").fill(one)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/participants/{one}/")
