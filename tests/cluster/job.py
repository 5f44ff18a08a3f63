"""The main job in a browser through the proxy: two follow-ups are typed, and the chair's figure moves by itself."""

from datetime import timedelta
from typing import Any

from tests.browser.conftest import CHROMIUM, WITHOUT_NETWORK
from tests.browser.test_the_whole_job import DAY_1, type_follow_up
from tests.cluster.people import sign_in


def in_a_browser(address: str, job: dict[str, str], figure_ms: int) -> list[str]:
    """What the pages complained about; raises when the figure does not move within `figure_ms`."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT_NETWORK)
        chair, nora = (_page(browser, complaints) for _ in range(2))
        sign_in(chair, address, job["chair"])
        chair.goto(f"{address}/dashboard/")
        figure = chair.locator("#group-A [data-figure=response_rate]")
        figure.and_(chair.get_by_text("0", exact=True)).wait_for(timeout=figure_ms)
        sign_in(nora, address, job["coordinator"])
        first = DAY_1 + timedelta(days=56)
        for on in (first, first + timedelta(days=28)):
            type_follow_up(nora, address, job["reference"], on)
        figure.and_(chair.get_by_text("1", exact=True)).wait_for(timeout=figure_ms)
        browser.close()
    return complaints


def _page(browser: Any, complaints: list[str]) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, ignore_https_errors=True)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page
