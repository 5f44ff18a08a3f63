"""Signing in with a browser: the first sign-in, the idle lock over a draft, and axe on each page."""

import re
from typing import Any

import pytest
from django.conf import settings

from tests.browser.test_the_whole_job import _no_barriers, _page
from tests.cast import Cast, cast_of
from tests.trial.accounts.security.people import PASSWORD, code_of
from trial.accounts import administration
from trial.models import Person, Role
from trial.record.save import Save

ADMINISTRATORS = ("/people/", "/people/add/", "/people/rights/", "/people/sign-ins/", "/sites/", "/sites/add/",
                  "/status/", "/account/", "/account/password/", "/protocol/")  # fmt: skip


@pytest.fixture
def cast(database: str) -> Cast:
    """Nora can sign in."""
    made = cast_of()
    nora = made.people[Role.COORDINATOR]
    nora.set_password(PASSWORD)
    nora.save()
    return made


def test_the_first_sign_in_from_one_time_password_to_the_first_page(
    chromium: Any, live_server_url: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    adam = cast.people[Role.ADMINISTRATOR]
    olga, password = administration.add(Save(adam), "olga", "Olga Ruiz", Role.COORDINATOR, [cast.north], "New")
    complaints: list[str] = []
    page = _page(chromium, live_server_url, None, complaints)
    page.goto(live_server_url + "/work/")
    page.fill("[name=username]", "olga")
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    _no_barriers(page)
    page.fill("[name=new_password]", PASSWORD)
    page.fill("[name=new_password_again]", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(".qr-code svg").wait_for()
    _no_barriers(page)
    page.fill("[name=code]", code_of(olga))
    page.click("main button[type=submit]")
    page.locator(".recovery-codes li").nth(9).wait_for()
    assert page.locator(".recovery-codes li").count() == 10
    _no_barriers(page)
    page.click("main a.btn")
    page.locator("h1", has_text="My work").wait_for()
    assert complaints == []


@pytest.mark.requirement("R09")
def test_the_idle_lock_covers_a_half_typed_form_and_gives_it_back(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    complaints: list[str] = []
    page = _page(chromium, live_server_url, None, complaints)
    page.clock.install()
    page.goto(live_server_url + f"/participants/{cast.participant.reference}/deviation/new/")
    page.fill("[name=username]", "nora")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.fill("[name=description]", "Two doses forgotten")
    page.clock.fast_forward((settings.IDLE_MINUTES * 60 - 30) * 1000)
    page.locator("#idle-warning", has_text="in 60 seconds").wait_for(state="visible")
    page.keyboard.press("Shift")
    page.locator("#idle-warning").wait_for(state="hidden")
    page.clock.fast_forward((settings.IDLE_MINUTES * 60 + 2) * 1000)
    lock = page.locator("#idle-lock")
    lock.locator("input[name=password]").wait_for(state="visible")
    _no_barriers(page)
    page.keyboard.press("Escape")
    assert lock.is_visible()
    assert lock.get_by_role("button", name="Not Nora").is_visible()
    lock.locator("input[name=password]").fill("wrong")
    lock.get_by_role("button", name="Unlock session").click()
    lock.locator("[role=alert]", has_text="The password is wrong.").wait_for()
    lock.locator("input[name=password]").fill(PASSWORD)
    lock.get_by_role("button", name="Unlock session").click()
    lock.wait_for(state="hidden")
    assert page.locator("[name=description]").input_value() == "Two doses forgotten"
    assert [each for each in complaints if not re.search("422|401", each)] == []


def test_the_administrators_pages_have_no_barriers(chromium: Any, live_server_url: str, cast: Cast) -> None:
    complaints: list[str] = []
    page = _page(chromium, live_server_url, cast.people[Role.ADMINISTRATOR], complaints)
    ines = Person.objects.get(username="a_investigator")
    own = (f"/people/{ines.pk}/", f"/people/{ines.pk}/change/", f"/people/{ines.pk}/delegate/")
    for place in (*ADMINISTRATORS, *own):
        page.goto(live_server_url + place)
        _no_barriers(page)
    statistician = _page(chromium, live_server_url, cast.people[Role.STATISTICIAN], complaints)
    for place in ("/settings/", "/settings/A/", "/protocol/"):
        statistician.goto(live_server_url + place)
        _no_barriers(statistician)
    assert complaints == []
