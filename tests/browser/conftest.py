"""Headless Chromium for the tests of this folder, signed-in pages, and a keyboard and mouse that count."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from analysis.results.recompute import recompute
from tests.cast import Cast, cast_of, register
from tests.courses import course
from trial.models import Person, Role

# The browser that people have; its smaller kin without windows chooses nothing in a menu by keys.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WITHOUT_NETWORK = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for a file. Its driver keeps an event loop in this thread, beside which Django is told to work."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: browser tests need one")
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT_NETWORK)
        yield started
        started.close()
        connections.close_all()


@pytest.fixture
def chromium(browser: Any, live_server_url: str) -> Iterator[Any]:
    """The browser, without any page. Pages are closed before the server is, which waits for what they ask."""
    # Beside the driver's event loop this thread has connections of its own; they go before the database does.
    connections.close_all()
    yield browser
    for context in browser.contexts:
        context.close()
    connections.close_all()


def signed_in_page(browser: Any, address: str, person: Person | None, **context: Any) -> Any:
    """A page of a person who signed in (None: nobody yet), 1440 × 900 unless told otherwise."""
    made = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **context})
    if person:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        made.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return made.new_page()


@pytest.fixture
def with_results(database: object) -> Cast:
    """Two participants of group A with results of both groups: NET-001 grew by half, NET-002 shrank by half, which
    nothing confirms."""
    made = cast_of()
    course(made.participant, 60)
    course(register(made.people[Role.COORDINATOR], made.north), 20)
    for group in "AB":
        recompute(group)
    return made


LOOKED_OVER_MS = 5000  # longer than a draft takes to be kept


def save(page: Any, press: Callable[[], object] | None = None, looked_over_ms: int = LOOKED_OVER_MS) -> None:
    """Saves by Ctrl+S or as handed over, and waits for the next page: people look a form over before they save it."""
    page.wait_for_timeout(looked_over_ms)
    with page.expect_navigation():
        press() if press else page.keyboard.press("Control+s")


@dataclass
class Counted:
    """Clicks, keys and pages of a task by the keystroke model: 1.3 s a click, 0.28 s a key, 1 s a page."""

    page: Any
    clicks: int = 0
    keys: int = 0
    pages: int = 0

    @property
    def seconds(self) -> float:
        """What a practised person takes."""
        return 1.3 * self.clicks + 0.28 * self.keys + self.pages

    def click(self, selector: str, opens: bool = False) -> None:
        """One click; `opens` when it loads a page."""
        self.clicks += 1
        if opens:
            self.pages += 1
            with self.page.expect_navigation():
                self.page.locator(selector).first.click()
        else:
            self.page.locator(selector).first.click()

    def type(self, text: str, then: str = "Tab") -> None:
        """Types every character into the field in focus, then a key (empty: none)."""
        self.keys += len(text)
        self.page.keyboard.type(text)
        if then:
            self.press(then)

    def press(self, *keys: str) -> None:
        """Each key once; a chord counts as each of its keys."""
        for key in keys:
            self.keys += key.count("+") + 1
            self.page.keyboard.press(key)

    def save(self, chord: str = "Control+s") -> None:
        """The chord that saves, and the page that follows."""
        self.pages += 1
        save(self.page, lambda: self.press(chord))

    def focused(self) -> str:
        """Name of the field in focus."""
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.id"))
