"""The pages of results without a mouse, without scripts, on a phone and on paper."""

from typing import Any

import pytest

from analysis.results.recompute import recompute
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.browser.conftest import signed_in_page
from tests.cast import Cast, register
from tests.courses import course
from tests.examples import values
from trial.models import Role
from trial.record.save import Save

PLOT_IN_FOCUS = "document.activeElement.matches('svg') && document.activeElement.getAttribute('aria-label')"


@pytest.fixture
def cast(with_results: Cast) -> Cast:
    """Two participants of group A."""
    return with_results


def _tab_to(page: Any, words: str) -> None:
    """Tabs until the plot whose name begins with these words is in focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if str(page.evaluate(PLOT_IN_FOCUS)).startswith(words):
            return
    raise AssertionError(f"no plot “{words}” is reached by Tab on {page.url}")


def _said(page: Any, *keys: str) -> str:
    for key in keys:
        page.keyboard.press(key)
    return str(page.locator("output.plot-words").inner_text())


def test_a_plot_is_stepped_through_and_opened_by_keyboard(chromium: Any, live_server_url: str, cast: Cast) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server_url}/dashboard/")
    _tab_to(page, "Waterfall plot")
    assert _said(page) == ""
    assert _said(page, "ArrowRight") == "NET-001: +50.0%, PD (1 of 2)"
    assert _said(page, "ArrowRight", "ArrowRight") == "NET-002: −50.0%, SD (2 of 2)"
    assert page.locator("output.plot-words").get_attribute("aria-live") == "polite"
    assert Axe().run(page).response["violations"] == []
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/participants/NET-002/")

    page.goto(f"{live_server_url}/groups/A/")
    _tab_to(page, "Boundary of the two-stage plan")
    assert _said(page, "Home") == "NET-001, 1 of 2: no confirmed response; 0 responders so far (1 of 5)"
    _tab_to(page, "Kaplan–Meier")
    both = "2.0 months: 1 event and 1 censored among 2 at risk; 50.0% event-free"
    assert _said(page, "ArrowDown").startswith(both)
    _tab_to(page, "Adverse events")
    assert _said(page, "End").startswith("Diarrhea (GASTROINTESTINAL); 2 of 2 (100%); grade 3 2")
    assert Axe().run(page).response["violations"] == []
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/groups/A/behind/term-diarrhea/")
    assert complaints == []


def test_a_mouse_over_a_plot_reads_out_what_the_keys_read_out(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/groups/A/")
    curve = page.locator("svg.chart[aria-label^='Kaplan–Meier']").first
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + 20)
    said = page.locator("output.plot-words")
    assert said.inner_text().startswith("2.0 months: 1 event and 1 censored among 2 at risk")
    assert page.locator("[aria-label^='Waterfall'] a.is-read").count() == 0
    bars = page.locator("svg.chart[aria-label^='Waterfall plot'] a rect")
    bars.first.scroll_into_view_if_needed()
    bars.first.hover()
    assert said.inner_text() == "NET-001: +50.0%, PD, on treatment (1 of 2)"
    page.mouse.move(2, 2)
    assert said.inner_text() == ""


def test_a_plot_keeps_the_focus_when_its_panel_brings_newer_numbers(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/dashboard/")
    _tab_to(page, "Waterfall plot")
    _said(page, "ArrowRight")
    course(register(cast.people[Role.COORDINATOR], cast.north), 70)
    recompute("A")
    page.locator("output.plot-words", has_text="NET-003: +75.0%, PD (1 of 3)").wait_for(timeout=5000)
    assert _said(page, "ArrowRight") == "NET-001: +50.0%, PD (2 of 3)"


def test_without_scripts_the_same_stands_in_a_table(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], java_script_enabled=False)
    page.goto(f"{live_server_url}/groups/A/")
    assert page.locator("svg.chart").count() > 5
    assert page.locator("svg.chart[tabindex]").count() == 0
    table = page.locator("section[aria-labelledby=h-waterfall] details")
    table.locator("summary").click()
    assert "NET-002" in table.inner_text() and "−50.0" in table.inner_text()


UP_TO_DATE = ".freshness:has-text('Up to date with'):visible .as-asked:visible"


@pytest.mark.parametrize("place", ["/groups/A/", "/groups/A/behind/measured/"])
def test_a_page_tells_of_newer_results_and_leaves_itself_to_its_reader(
    chromium: Any, live_server_url: str, cast: Cast, place: str
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(live_server_url + place)
    page.locator(UP_TO_DATE).wait_for(timeout=5000)
    course(register(cast.people[Role.COORDINATOR], cast.north), 70)
    page.locator(".as-made:visible").wait_for(timeout=5000)
    assert page.locator(UP_TO_DATE).count() == 0, "a change that is not computed yet"
    stored = recompute("A")
    told = page.locator(".newer-results")
    told.wait_for(timeout=5000)
    assert told.inner_text().startswith(f"Newer results (change {stored.holds_to}): ")
    page.wait_for_timeout(4500)
    assert page.locator(UP_TO_DATE).count() == 0 and "NET-003" not in page.locator("main").inner_text()
    with page.expect_navigation():
        told.get_by_role("link", name="Show").click()
    page.locator(UP_TO_DATE).wait_for(timeout=5000)
    assert page.locator(".newer-results").count() == 0 and "NET-003" in page.content()


def test_a_page_that_gets_no_answer_does_not_call_itself_up_to_date(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    for place in ("/dashboard/", "/groups/A/"):
        page.goto(live_server_url + place)
        page.locator(UP_TO_DATE).first.wait_for(timeout=5000)
        page.route("**/dashboard/**", lambda route: route.abort())
        page.locator(".as-made:visible").first.wait_for(timeout=5000)
        page.unroute("**/dashboard/**")
        page.locator(UP_TO_DATE).first.wait_for(timeout=5000)


def test_without_scripts_a_page_says_when_it_was_made(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], java_script_enabled=False)
    for place in ("/dashboard/", "/groups/A/", "/groups/A/behind/measured/"):
        page.goto(live_server_url + place)
        said = page.locator(".freshness").first.inner_text()
        assert said.startswith("As of change ") and "page made" in said and "Up to date" not in said, place


def test_the_pages_fit_a_phone(chromium: Any, live_server_url: str, cast: Cast) -> None:
    narrow = {"viewport": {"width": 390, "height": 844}}
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], **narrow)
    for place in ("/dashboard/", "/groups/A/", "/groups/A/behind/registered/"):
        page.goto(live_server_url + place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place


# Tables that nobody can read to their right edge: wider than the page, or than a frame that does not scroll. At a desk
# the table of all terms fits without scrolling.
CUT = """([...document.querySelectorAll("main table")].filter(table => {
  const frame = table.closest(".matrix-frame, .table-frame, details");
  const room = (frame ?? document.documentElement).getBoundingClientRect().left
    + (frame ?? document.documentElement).clientWidth;
  const scrolls = frame && getComputedStyle(frame).overflowX === "auto";
  const fits = innerWidth > 500 && table.closest("[aria-labelledby=h-terms]");
  return table.offsetParent && table.getBoundingClientRect().right > room + 1 && (fits || !scrolls);
}).map(table => table.innerText.slice(0, 60)))"""


@pytest.mark.parametrize("width", [1440, 390])
def test_no_table_of_results_is_cut(chromium: Any, live_server_url: str, cast: Cast, width: int) -> None:
    long = {"term": "phosphate_serum_low_hypophosphatemia", "grade": "3", "seriousness": "no"}
    entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], values("adverse_event", **long))
    recompute("A")
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], viewport={"width": width, "height": 900})
    for place in ("/dashboard/", "/groups/A/", "/groups/A/behind/measured/"):
        page.goto(live_server_url + place)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert page.evaluate(CUT) == [], place


@pytest.mark.parametrize(("width", "height"), [(680, 996), (1009, 667)], ids=["portrait", "landscape"])
def test_on_paper_nothing_is_cut_and_each_page_says_what_it_stands_for(
    chromium: Any, live_server_url: str, cast: Cast, width: int, height: int
) -> None:
    """The size is that of an A4 page within its margins, in the pixels of a browser."""
    size = {"viewport": {"width": width, "height": height}}
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], **size)
    page.emulate_media(media="print")
    stored = recompute("A")
    for place in ("/dashboard/", "/groups/A/", "/groups/A/behind/measured/"):
        page.goto(live_server_url + place)
        assert page.locator(".top-nav:visible, .section-nav:visible, button:visible, .downloads:visible").count() == 0
        foot = page.locator(".print-foot").first
        assert f"as of change {stored.holds_to} · settings {stored.settings_version}" in foot.inner_text()
        assert "Up to date" not in page.locator("main").inner_text()
        assert foot.evaluate("foot => getComputedStyle(foot).display") == "table-footer-group"
        plots = [each.bounding_box() for each in page.locator("svg.chart").all()]
        assert (plots == []) == ("behind" in place)
        assert [each for each in plots if each["x"] + each["width"] > width or each["height"] > height] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        parted = "svg => getComputedStyle(svg).breakInside"
        assert {each.evaluate(parted) for each in page.locator("svg.chart").all()} <= {"avoid"}
