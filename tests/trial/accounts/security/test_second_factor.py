"""The second factor: set up at first sign-in, asked for afterwards, and lost telephones."""

import re
from typing import Any

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.trial.accounts.security.people import PASSWORD, ada, code_of, sign_in
from trial.accounts import administration
from trial.models import Person, Role, SignIn
from trial.record.save import Save


@pytest.fixture
def person(database: Any, settings_of_django: Any) -> Person:
    """Ada, where a second factor is demanded."""
    settings_of_django.SECOND_FACTOR = True
    return ada()


@pytest.fixture
def settings_of_django(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Django's settings; what a test sets is undone after it."""
    from django.conf import settings

    monkeypatch.setattr(settings, "SECOND_FACTOR", False)
    return settings


def set_up(client: Client, person: Person) -> list[str]:
    """Signs in for the first time and sets the second factor up; returns the recovery codes."""
    sign_in(client)
    client.get("/account/second-factor/")
    page = client.post("/account/second-factor/", {"code": code_of(person)}).content.decode()
    return re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", page)


def results(person: Person) -> list[str]:
    """What happened at the door, in order."""
    return list(SignIn.objects.filter(person=person).order_by("id").values_list("result", flat=True))


def test_without_the_demand_the_password_is_enough_and_the_page_says_so(database: Any) -> None:
    ada()
    client = Client()
    assert "two-factor authentication is off" in client.get("/sign-in/").content.decode()
    sign_in(client)
    assert client.get("/protocol/").status_code == 200


@pytest.mark.requirement("R12")
def test_the_first_sign_in_leads_to_the_set_up_and_nowhere_else(person: Person) -> None:
    client = Client()
    assert "two-factor authentication is off" not in client.get("/sign-in/").content.decode()
    sign_in(client)
    for page in ("/", "/protocol/", "/account/"):
        assert client.get(page).headers["Location"].startswith("/account/second-factor/")
    assert client.post("/account/sign-out-everywhere/").status_code == 302
    assert client.get("/dashboard/", headers={"HX-Request": "true"}).status_code == 401


def test_the_set_up_shows_a_qr_code_that_the_content_policy_lets_through(person: Person) -> None:
    client = Client()
    sign_in(client)
    answer = client.get("/account/second-factor/")
    page = answer.content.decode()
    assert "<svg" in page and " style=" not in page and "data:" not in page.split("<main")[1]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_first_right_code_opens_the_pages_and_shows_ten_recovery_codes(person: Person) -> None:
    client = Client()
    sign_in(client)
    client.get("/account/second-factor/")
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 422
    assert client.get("/protocol/").status_code == 302
    TOTPDevice.objects.update(throttling_failure_count=0)
    page = client.post("/account/second-factor/", {"code": code_of(person)}).content.decode()
    assert len(re.findall(r"<li>[a-z0-9]{5}-[a-z0-9]{5}</li>", page)) == 10
    assert client.get("/protocol/").status_code == 200


@pytest.mark.requirement("R12")
def test_the_next_sign_in_asks_for_the_code(person: Person) -> None:
    set_up(Client(), person)
    client = Client()
    sign_in(client)
    assert client.get("/protocol/").headers["Location"].startswith("/sign-in/code/")
    assert client.post("/sign-in/code/", {"code": "123"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    answer = client.post("/sign-in/code/", {"code": code_of(person, later=1), "next": "/protocol/"})
    assert answer.headers["Location"] == "/protocol/"
    assert client.get("/protocol/").status_code == 200
    assert results(person)[-3:] == ["password", "wrong_code", "signed_in"]


@pytest.mark.requirement("R12")
def test_a_code_is_good_once(person: Person) -> None:
    set_up(Client(), person)
    code = code_of(person, later=1)
    first, second = Client(), Client()
    sign_in(first), sign_in(second)
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    assert second.post("/sign-in/code/", {"code": code}).status_code == 422


def test_wrong_codes_slow_the_next_one_down(person: Person) -> None:
    set_up(Client(), person)
    client = Client()
    sign_in(client)
    for _ in range(4):
        TOTPDevice.objects.update(throttling_failure_timestamp=None)
        client.post("/sign-in/code/", {"code": "000000"})
    page = client.post("/sign-in/code/", {"code": code_of(person, later=1)})
    assert page.status_code == 422 and "Wait 8 seconds" in page.content.decode()


@pytest.mark.requirement("R12")
def test_a_recovery_code_lets_in_once(person: Person) -> None:
    codes = set_up(Client(), person)
    first, second = Client(), Client()
    sign_in(first), sign_in(second)
    assert first.post("/sign-in/code/", {"code": codes[3].upper()}).status_code == 302
    assert first.get("/protocol/").status_code == 200
    assert second.post("/sign-in/code/", {"code": codes[3]}).status_code == 422
    assert "recovery_code" in results(person)
    assert "Recovery codes left: 9" in first.get("/account/").content.decode()


def test_recovery_codes_are_not_stored_as_they_are_shown(person: Person) -> None:
    codes = set_up(Client(), person)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == 10 and not stored & {code.replace("-", "") for code in codes}


@pytest.mark.requirement("R12")
def test_a_stolen_password_cannot_put_another_device_in_place(person: Person) -> None:
    set_up(Client(), person)
    thief = Client()
    sign_in(thief)
    assert thief.get("/account/second-factor/").headers["Location"].startswith("/sign-in/code/")
    answer = thief.post("/account/second-factor/", {"code": "123456"})
    assert answer.headers["Location"].startswith("/sign-in/code/")
    assert thief.post("/account/recovery-codes/").headers["Location"].startswith("/sign-in/code/")


def test_the_administrator_removes_the_second_factor_of_a_lost_telephone(person: Person) -> None:
    client = Client()
    set_up(client, person)
    adam = Person.objects.create_person("adam", PASSWORD, full_name="Adam", role=Role.ADMINISTRATOR)
    administration.remove_second_factor(Save(adam), person, "Lost telephone")
    assert client.get("/protocol/").headers["Location"].startswith("/sign-in/")
    sign_in(client)
    assert client.get("/protocol/").headers["Location"].startswith("/account/second-factor/")
