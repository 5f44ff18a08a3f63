"""Passkeys with Chromium's virtual authenticator: adding, signing in, unlocking, signing, and what is refused."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.browser.conftest import save, signed_in_page
from tests.cast import Cast, cast_of
from tests.trial.accounts.security.people import PASSWORD
from trial.accounts import administration
from trial.models import Change, Passkey, PasskeyUse, Person, Role, Signature, SignIn
from trial.record.save import Save

ASK = """async (question) => JSON.stringify((await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) })).toJSON())"""
AUTHENTICATOR = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                 "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip


class Desk:
    """The investigator's browser with an authenticator, at http://localhost, signed in by password."""

    def __init__(self, chromium: Any, address: str, cast: Cast) -> None:
        self.cast, self.ines = cast, cast.people[Role.INVESTIGATOR]
        self.ines.set_password(PASSWORD)
        self.ines.save()
        self.address = address.replace("127.0.0.1", "localhost")
        self.page = signed_in_page(chromium, self.address, self.ines)
        self.tools = self.page.context.new_cdp_session(self.page)
        self.tools.send("WebAuthn.enable")
        added = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.authenticator = added["authenticatorId"]

    def open(self, place: str) -> None:
        """Goes to a page of the product."""
        self.page.goto(self.address + place)

    def press(self, button: str) -> None:
        """Presses a button by its words, and waits for the next page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).first.click()

    def add(self, name: str = "hospital laptop") -> Passkey:
        """Adds a passkey at the account page, after the password."""
        self.open("/account/passkeys/add/")
        self.page.fill("main [name=password]", PASSWORD)
        self.press("Add passkey")
        self.page.fill("main [name=name]", name)
        save(self.page, lambda: self.page.get_by_role("button", name="Create passkey").click())
        self.page.get_by_text(f"The passkey “{name}” is added.").wait_for()
        return Passkey.objects.latest("id")

    def posted_by(self, button: str, place: str) -> dict[str, str]:
        """What the page sends when a passkey is used there; it does not arrive."""
        kept: list[dict[str, str]] = []

        def keep(route: Any) -> None:
            if route.request.method == "POST":
                kept.append(dict(route.request.post_data_json))
                route.fulfill(status=200, body="kept", content_type="text/html")
            else:
                route.continue_()

        self.page.route(f"**{place}", keep)
        self.press(button)
        self.page.unroute(f"**{place}")
        return kept[0]

    def client(self) -> Client:
        """The same session without the browser."""
        made = Client(headers={"host": self.address.removeprefix("http://")}, raise_request_exception=False)
        for each in self.page.context.cookies():
            made.cookies[each["name"]] = each["value"]
        return made


@pytest.fixture
def desk(chromium: Any, live_server_url: str, database: str) -> Desk:
    """See `Desk`."""
    return Desk(chromium, live_server_url, cast_of())


def results() -> list[str]:
    """What the sign-in log holds, in order."""
    return list(SignIn.objects.order_by("id").values_list("result", flat=True))


def locked_page(desk: Desk) -> None:
    """The session waits for its person."""
    desk.client().post("/pause/lock/")
    desk.open("/pause/")


@pytest.mark.requirement("R12", "R09")
def test_a_passkey_is_added_and_unlocks_and_is_removed_with_a_reason(desk: Desk) -> None:
    passkey = desk.add()
    change = Change.objects.latest("id")
    assert (change.act, change.person_id) == ("account", desk.ines.pk) and "hospital laptop" in change.reason
    locked_page(desk)
    desk.press("Use a passkey")
    assert desk.client().get("/participants/").status_code == 200
    assert results()[-3:] == ["passkey_added", "passkey", "unlocked"]
    sent = locked_again(desk)
    desk.client().post("/pause/", {"password": PASSWORD})
    desk.open("/account/")
    desk.page.get_by_role("link", name="Remove hospital laptop").click()
    assert desk.client().post(f"/account/passkeys/{passkey.pk}/remove/", {"reason": "Not proved"}).status_code == 422
    desk.page.fill("main [name=password]", PASSWORD)
    desk.press("Remove passkey")
    desk.page.fill("[name=reason]", "Given back")
    save(desk.page, lambda: desk.page.get_by_role("button", name="Remove passkey").click())
    passkey.refresh_from_db()
    assert passkey.struck_out_reason == "Given back" and Change.objects.latest("id").reason == "Given back"
    client = desk.client()
    client.post("/pause/lock/")
    assert client.post("/pause/", sent).status_code == 422
    assert results()[-1] == "wrong_passkey"
    assert client.post("/sign-in/passkey/").status_code == 422


def locked_again(desk: Desk) -> dict[str, str]:
    """Locks the session; returns a good answer for it that was not sent."""
    locked_page(desk)
    return desk.posted_by("Use a passkey", "/pause/")


@pytest.mark.requirement("R08", "R12")
def test_a_passkey_signs_in_without_password_and_counts_as_both_factors(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add()
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    desk.page.context.clear_cookies()
    desk.open("/work/")
    desk.press("Sign in with a passkey")
    desk.page.locator("h1", has_text="My work").wait_for()
    assert results()[-2:] == ["passkey", "signed_in"]


@pytest.mark.requirement("R12")
def test_after_the_password_a_passkey_stands_in_for_the_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    desk.page.context.clear_cookies()
    desk.open("/work/")
    desk.page.fill("[name=username]", desk.ines.username)
    desk.page.fill("[name=password]", PASSWORD)
    desk.press("Sign in")
    desk.press("Use a passkey")
    desk.page.locator("h1", has_text="My work").wait_for()


def test_the_casebook_is_signed_by_a_passkey(desk: Desk) -> None:
    adam, today = desk.cast.people[Role.ADMINISTRATOR], desk.cast.participant.registered_on
    administration.delegate(Save(adam), desk.ines, desk.cast.north, today, None, "Signs for the site")
    desk.add()
    desk.open(f"/participants/{desk.cast.participant.reference}/signature/")
    save(desk.page, lambda: desk.page.locator("main").get_by_role("button", name="Use a passkey").click())
    assert Signature.objects.get().signed_by_id == desk.ines.pk
    assert results()[-1] == "passkey"


@pytest.mark.requirement("R08")
def test_an_answer_counts_once_and_in_its_own_session_only(desk: Desk) -> None:
    desk.add()
    sent, client = locked_again(desk), desk.client()
    stranger = Client(headers={"host": desk.address.removeprefix("http://")})
    assert "not accepted" in stranger.post("/sign-in/", sent).content.decode()
    assert client.post("/pause/", sent).status_code == 302
    client.post("/pause/lock/")
    assert client.post("/pause/", sent).status_code == 422
    asked = client.post("/sign-in/passkey/").json()
    session = client.session
    session["passkey_challenge"] = [asked["challenge"], 0]
    session.save()
    assert client.post("/pause/", sent).status_code == 422
    assert results()[-1] == "wrong_passkey"


@pytest.mark.requirement("R08")
def test_five_refused_passkeys_block_the_account(desk: Desk) -> None:
    desk.add()
    sent, client = locked_again(desk), desk.client()
    client.post("/sign-in/passkey/")
    assert [client.post("/pause/", sent).status_code for _ in range(5)] == [422, 422, 422, 422, 429]


def test_an_answer_given_to_another_origin_is_refused(desk: Desk) -> None:
    desk.add()
    locked_page(desk)
    client = desk.client()
    question = client.post("/sign-in/passkey/").json()
    desk.page.route("http://localhost:9/**", lambda route: route.fulfill(body="<p>Elsewhere", content_type="text/html"))
    desk.page.goto("http://localhost:9/")
    answer = desk.page.evaluate(ASK, question)
    assert client.post("/pause/", {"passkey": answer}).status_code == 422
    assert results()[-1] == "wrong_passkey"


@pytest.mark.requirement("R08")
def test_a_counter_that_went_back_is_refused_and_put_on_record(desk: Desk) -> None:
    passkey = desk.add()
    PasskeyUse.objects.filter(passkey=passkey).update(counter=1000)
    locked_page(desk)
    desk.press("Use a passkey")
    desk.page.get_by_text("may have been copied").wait_for()
    assert results()[-1] == "copied_passkey"
    assert Change.objects.latest("id").reason == f"passkey refused, possibly a copy: {desk.ines.username}"


def test_a_passkey_that_does_not_verify_its_user_is_refused(desk: Desk) -> None:
    desk.add()
    locked_page(desk)
    desk.tools.send("WebAuthn.setUserVerified", {"authenticatorId": desk.authenticator, "isUserVerified": False})
    desk.page.get_by_role("button", name="Use a passkey").first.click()
    desk.page.get_by_text("No passkey was used. Try again.").wait_for()
    assert desk.client().get("/participants/").status_code == 302


@pytest.mark.requirement("R12")
def test_an_administrators_reset_removes_passkeys_on_the_trail(desk: Desk) -> None:
    passkey = desk.add()
    sent = locked_again(desk)
    administration.remove_second_factor(Save(desk.cast.people[Role.ADMINISTRATOR]), desk.ines, "Telephone lost")
    passkey.refresh_from_db()
    assert passkey.struck_out_reason == Change.objects.latest("id").reason == "Telephone lost"
    assert desk.client().post("/sign-in/", sent).status_code == 200
    assert results()[-1] == "wrong_passkey"


@pytest.mark.parametrize("answer", ["{}", "[1]", "²", "[" * 9000, json.dumps({"id": "\x00"}), json.dumps({"id": "a"})])
def test_what_is_no_answer_is_refused_in_words(database: str, answer: str) -> None:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    assert client.post("/sign-in/passkey/").status_code == 200
    page = client.post("/sign-in/", {"passkey": answer})
    assert page.status_code == 200 and "The passkey was not accepted" in page.content.decode()
    assert SignIn.objects.get().result == "wrong_passkey"


def test_at_a_bare_address_the_account_page_says_where_passkeys_work(database: str) -> None:
    person = Person.objects.create_person("ada", PASSWORD, full_name="Ada Berg", role=Role.CHAIR)
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/account/").content.decode()
    assert "http://localhost" in page and "/account/passkeys/add/" not in page
    assert client.post("/account/passkeys/asked/").status_code == 422
