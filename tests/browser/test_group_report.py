"""The page of a group as a report: contents with values, two columns, folds, few pages on paper."""

import re
from typing import Any

import pytest

from analysis.endpoints import registry
from tests.browser.conftest import signed_in_page
from tests.cast import Cast
from trial.models import Role

MOST_PAGES = 10


@pytest.fixture
def cast(with_results: Cast) -> Cast:
    """Two participants of group A."""
    return with_results


def test_the_page_of_a_group_is_read_from_its_contents(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/groups/A/")
    contents = page.get_by_role("navigation", name="On this page")
    said = {link.get_attribute("href"): link.inner_text().split("\n") for link in contents.get_by_role("link").all()}
    assert [f"#{endpoint.code}" for endpoint in registry.ENDPOINTS] == [*said][: len(registry.ENDPOINTS)]
    assert (said["#response_rate"][1], said["#accrual"][1], said["#toxicity"][1]) == ("0.0%", "2 of 50", "100.0%")
    assert all(len(words) == 2 for words in said.values() if words[0] != "Settings"), "each with its value"
    contents.get_by_role("link", name="Treatment").click()
    assert 0 <= page.locator("#treatment").bounding_box()["y"] < 900
    assert contents.bounding_box()["y"] >= 0, "the contents stay in view"


def test_a_wide_page_has_two_columns_and_folds_what_is_second(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/groups/A/")
    blocks = page.locator(".report-blocks section.panel")
    places = blocks.evaluate_all("all => all.map(one => one.getBoundingClientRect().x)")
    assert len({round(x) for x in places}) == 2
    assert page.locator("details[open]").count() == 0
    assert page.get_by_text("Sensitivity (6)").count() == 1
    narrow = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR], viewport={"width": 390, "height": 844})
    narrow.goto(f"{live_server_url}/groups/A/")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_the_report_has_few_pages(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/groups/A/")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= MOST_PAGES
