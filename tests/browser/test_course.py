"""The timeline in a browser: without scripts, on a phone, on paper, and without barriers."""

import re
from typing import Any

from tests.browser.conftest import signed_in_page
from tests.capture.participants.test_course_on_the_page import full_course
from tests.cast import cast_of
from trial.models import Role


def test_the_timeline_scrolls_in_its_own_frame_and_has_no_barriers(chromium: Any, live_server_url: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    cast = cast_of()
    full_course(cast)
    address = live_server_url.rstrip("/")
    phone = {"viewport": {"width": 390, "height": 844}}
    page = signed_in_page(chromium, address, cast.people[Role.COORDINATOR], **phone)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}/participants/NET-001/")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    frame = page.locator(".timeline").first
    assert frame.evaluate("each => each.scrollWidth > each.clientWidth + 200")
    assert frame.locator("use, rect").count() > 10
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert complaints == []
    plain = signed_in_page(chromium, address, cast.people[Role.COORDINATOR], java_script_enabled=False)
    plain.goto(f"{address}/participants/NET-001/")
    plain.locator("summary", has_text="Timeline as a table").click()
    assert plain.locator(".timeline-table tbody tr").first.is_visible()


def test_a_participant_is_printed_on_two_pages_at_most_with_nothing_to_press(
    chromium: Any, live_server_url: str
) -> None:
    """Facts, timeline, lesions, events and doses. The busiest of the demo cohort take two pages."""
    cast = cast_of()
    full_course(cast)
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/")
    with page.expect_navigation():
        page.get_by_role("link", name="Print", exact=True).click()
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    page.emulate_media(media="print")
    for heading in ("Lesions over time", "Adverse events", "Doses"):
        assert page.locator("h2", has_text=heading).is_visible()
    assert page.locator(".timeline").first.is_visible()
    assert not [each for each in page.locator("main .btn, main summary, main form").all() if each.is_visible()]
