"""The whole job in a browser: two follow-ups with 30% less are typed, and the chair's figure moves by itself."""

import shutil
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing
from tests.cast import Cast, cast_of
from trial.models import Person, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: browser tests need one")
DAY_1 = date(2026, 1, 12)
WITHOUT_NETWORK = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def browser(database: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Headless Chromium; its driver keeps an event loop in this thread, beside which Django must be told to work."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT_NETWORK)
        yield started
        started.close()


def _page(browser: Any, address: str, cookie: str, complaints: list[str]) -> Any:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page


def _signed_in(person: Person) -> str:
    """The session cookie of a person who signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def _prepared() -> Cast:
    from decimal import Decimal

    cast = cast_of()
    nora = cast.people[Role.COORDINATOR]
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(40)) for n in range(1, 6)]
    others = [assessment.NewLesion("bone", f"vertebra {n}", None) for n in range(1, 4)]
    assessments.save_baseline(
        Save(nora),
        cast.participant,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )
    dosing.save_cycle(
        Save(nora), cast.participant, 1, {"started_on": DAY_1}, [treatment.Period(1, 28, 400, "twice_daily")]
    )
    recompute("A")
    recompute("B")
    return cast


def _type_follow_up(page: Any, address: str, reference: str, on: date) -> None:
    page.goto(f"{address}/participants/{reference}/assessments/new/")
    page.fill("#id_assessed_on", shown(on))
    page.select_option("#id_marker", "not_done")
    page.select_option("#id_new_lesions", "no")
    for box in page.locator("input[name$=longest_diameter_mm]").all():
        box.fill("28")
    for state in page.locator("select[name$=-state]").all():
        if state.locator("option[value=present]").count():
            state.select_option("present")
    page.locator("#response .response-PR").wait_for(timeout=5000)
    assert "−30.0%" in page.locator("#response").inner_text()
    with page.expect_navigation():
        page.click("[data-save-next]")


def _no_barriers(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_two_scans_28_days_apart_move_the_chairs_figure(browser: Any, live_server_url: str) -> None:
    cast = _prepared()
    address, complaints = live_server_url.rstrip("/"), []
    cookies = {role: _signed_in(cast.people[role]) for role in (Role.CHAIR, Role.COORDINATOR)}
    chair = _page(browser, address, cookies[Role.CHAIR], complaints)
    chair.goto(f"{address}/dashboard/")
    responders = chair.locator("#group-A [data-figure=response_rate]")
    assert responders.inner_text() == "0"
    nora = _page(browser, address, cookies[Role.COORDINATOR], complaints)
    first = DAY_1 + timedelta(days=56)
    for on in (first, first + timedelta(days=28)):
        _type_follow_up(nora, address, cast.participant.reference, on)
    recompute("A")  # the worker's part; the broker of the tests wakes nobody
    chair.locator("#group-A [data-figure=response_rate]", has_text="1").wait_for(timeout=5000)
    assert chair.locator("#group-B [data-figure=response_rate]").inner_text() == "0"
    _no_barriers(chair)
    for place in ("/groups/A/", "/groups/A/behind/counted-response_rate/"):
        chair.goto(address + place)
        _no_barriers(chair)
    for place in ("/work/", *(f"/participants/{cast.participant.reference}/{kind}/new/" for kind in ENTRY_FORMS),
                  "/participants/", f"/participants/{cast.participant.reference}/", "/participants/register/",
                  f"/participants/{cast.participant.reference}/cycles/1/",
                  f"/participants/{cast.participant.reference}/assessments/new/"):  # fmt: skip
        nora.goto(address + place)
        _no_barriers(nora)
    assert complaints == []
