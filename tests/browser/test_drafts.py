"""Half-typed forms survive a closed tab, a lost connection and an ended session, and leave nothing readable behind."""

from typing import Any

from django.contrib.sessions.models import Session
from django.test import Client

from tests.browser.conftest import save, signed_in_page
from tests.cast import Cast
from trial.models import Deviation, Draft, Person, Role

PAGE = "/participants/NET-001/deviation/new/"
WORDS = "the scan was made at another hospital"
SAVE = "form[data-save] .btn-primary"
FOUR_CLICKS = f"for (let n = 0; n < 4; n += 1) document.querySelector('{SAVE}').click()"


def _sign_in_again(page: Any, address: str, person: Person) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}
    page.context.add_cookies([cookie])


def _half_type(page: Any, address: str) -> None:
    page.goto(address + PAGE)
    page.fill("#id_happened_on", "20-JAN-2026")
    page.fill("#id_description", WORDS)


def _copies(page: Any) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_a_closed_tab_loses_nothing_and_the_draft_goes_with_the_save(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _half_type(page, live_server_url)
    with page.expect_response("**/drafts/keep/"):
        page.locator("#id_kind").focus()  # leaving the field keeps what was typed
    page.wait_for_timeout(300)
    page.close(run_before_unload=False)
    again = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    again.goto(live_server_url + PAGE)
    assert "Unsaved entries of" in again.locator("#draft").inner_text()
    assert again.input_value("#id_description") == "", "nothing is put in before it is asked for"
    again.click("[data-take]")
    assert again.input_value("#id_description") == WORDS
    assert again.input_value("#id_happened_on") == "20-JAN-2026"
    again.select_option("#id_kind", "procedure")
    save(again)
    assert Deviation.objects.get().description == WORDS
    assert not Draft.objects.exists()
    again.goto(live_server_url + PAGE)
    assert again.locator("#draft").is_hidden()


def test_a_draft_can_be_thrown_away(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _half_type(page, live_server_url)
    with page.expect_response("**/drafts/keep/"):
        page.locator("#id_kind").focus()
    page.wait_for_timeout(300)
    page.goto(live_server_url + PAGE)
    with page.expect_response("**/drafts/discard/"):
        page.click("[data-throw]")
    assert page.locator("#draft").is_hidden() and not Draft.objects.exists()


def test_without_a_connection_an_encrypted_copy_waits_in_the_browser_until_sign_out(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    with page.expect_response("**/drafts/key/"):
        page.goto(live_server_url + PAGE)
    page.context.set_offline(True)
    page.fill("#id_happened_on", "20-JAN-2026")
    page.fill("#id_description", WORDS)
    page.select_option("#id_kind", "procedure")
    page.keyboard.press("Control+s")
    page.locator("#draft-trouble", has_text="not saved yet").wait_for()
    assert page.input_value("#id_description") == WORDS, "the page stays as it is"
    copy = _copies(page)
    assert "endpoint-draft" in copy and "hospital" not in copy and "JAN-2026" not in copy
    # The tab is closed while the line is down; later the page is opened again.
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(live_server_url + PAGE)
    page.locator("#draft", has_text="kept in this browser").wait_for()
    page.click("[data-take]")
    assert page.input_value("#id_description") == WORDS
    # From here on nothing more can be kept on the server; the rest of it answers.
    page.route("**/drafts/keep/", lambda asked: asked.abort())
    page.fill("#id_action", "reminded")
    page.keyboard.press("Control+s")
    page.locator("#draft-trouble", has_text="not saved yet").wait_for()
    assert "endpoint-draft" in _copies(page)
    page.click(".who summary")
    with page.expect_navigation():
        page.click(".sign-out button")
    assert "endpoint-draft" not in _copies(page)


def test_another_person_at_the_same_browser_cannot_read_the_copy(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    with page.expect_response("**/drafts/key/"):
        page.goto(live_server_url + PAGE)
    page.context.set_offline(True)
    page.fill("#id_description", WORDS)
    page.keyboard.press("Control+s")
    page.locator("#draft-trouble", has_text="not saved yet").wait_for()
    page.context.set_offline(False)
    _sign_in_again(page, live_server_url, cast.people[Role.INVESTIGATOR])
    with page.expect_response("**/drafts/key/"):
        page.goto(live_server_url + PAGE)
    page.wait_for_timeout(300)
    assert page.locator("#draft").is_hidden()
    assert WORDS not in page.content()


def test_an_ended_session_takes_nothing_of_what_was_typed(chromium: Any, live_server_url: str, cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    page = signed_in_page(chromium, live_server_url, nora)
    with page.expect_response("**/drafts/key/"):
        page.goto(live_server_url + PAGE)
    Session.objects.all().delete()
    page.fill("#id_happened_on", "20-JAN-2026")
    page.select_option("#id_kind", "procedure")
    page.fill("#id_description", WORDS)
    page.keyboard.press("Control+s")
    page.locator("#draft-trouble", has_text="your session has ended").wait_for()
    assert page.input_value("#id_description") == WORDS and not Deviation.objects.exists()
    _sign_in_again(page, live_server_url, nora)  # in another tab
    save(page)
    assert Deviation.objects.get().description == WORDS
    assert "endpoint-draft" not in _copies(page)


def test_a_save_pressed_several_times_is_one_save(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    _half_type(page, live_server_url)
    page.select_option("#id_kind", "procedure")
    save(page, lambda: page.evaluate(FOUR_CLICKS))
    page.wait_for_timeout(500)
    assert Deviation.objects.count() == 1
