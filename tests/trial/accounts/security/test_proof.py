"""One counter of wrong passwords and codes, asked by every page; what a locked or half signed-in session may do."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.trial.accounts.security.people import PASSWORD, ada, code_of, sign_in
from trial.accounts import administration
from trial.models import Draft, Person, Role, SignIn
from trial.record.save import Save
from trial.refused import Refused

FACTOR, CODES, CHOOSE, UNLOCK = "/account/second-factor/", "/account/recovery-codes/", "/account/password/", "/pause/"
NEW = {"new_password": "another quiet sentence", "new_password_again": "another quiet sentence"}


@pytest.fixture
def person(database: Any, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Ada, where two-factor authentication is demanded."""
    from django.conf import settings

    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    return ada()


def at_work(person: Person) -> Client:
    """Ada, signed in with password and code."""
    client = Client()
    sign_in(client)
    client.get(FACTOR)
    assert client.post(FACTOR, {"code": code_of(person)}).status_code == 200
    return client


def results() -> list[str]:
    """What the sign-in log holds, in order."""
    return list(SignIn.objects.order_by("id").values_list("result", flat=True))


def authenticator_of(person: Person) -> str:
    """The secret whose codes count."""
    return str(TOTPDevice.objects.get(user=person, confirmed=True).key)


@pytest.mark.requirement("R09")
@pytest.mark.parametrize("address", [FACTOR, CODES, CHOOSE, "/account/", "/account/mail/", "/sign-in/code/",
                                     "/account/sign-out-everywhere/"])  # fmt: skip
def test_a_locked_session_opens_nothing_but_the_page_that_unlocks_it(person: Person, address: str) -> None:
    client, before = at_work(person), authenticator_of(person)
    client.post("/pause/lock/")
    asked = {"code": code_of(person, later=1), "old_password": PASSWORD, "password": PASSWORD, **NEW}
    for answer in (client.get(address), client.post(address, asked)):
        assert answer.status_code == 302 and answer.headers["Location"].startswith(UNLOCK), address
    person.refresh_from_db()
    assert person.check_password(PASSWORD) and authenticator_of(person) == before and not Draft.objects.exists()


def test_a_locked_session_can_be_signed_out(person: Person) -> None:
    client = at_work(person)
    client.post("/pause/lock/")
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert results()[-1] == "signed_out"


@pytest.mark.requirement("R09")
def test_unlocking_asks_for_the_code_too(person: Person) -> None:
    client = at_work(person)
    client.post("/pause/lock/")
    assert client.post(UNLOCK, {"password": PASSWORD}).status_code == 422
    assert client.post(UNLOCK, {"password": PASSWORD, "code": "000000"}).status_code == 422
    assert client.get("/protocol/").status_code == 302
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(UNLOCK, {"password": PASSWORD, "code": code_of(person, later=1)}).status_code == 302
    assert client.get("/protocol/").status_code == 200


@pytest.mark.parametrize("sent", [{}, {"password": ""}, {"password": "", "code": ""}])
def test_an_empty_password_is_asked_for_in_words(person: Person, sent: dict[str, str]) -> None:
    client = at_work(person)
    client.post("/pause/lock/")
    answer = client.post(UNLOCK, sent)
    assert answer.status_code == 422 and "Enter your password" in answer.content.decode()


@pytest.mark.requirement("R10")
def test_the_password_alone_does_not_change_the_password(person: Person) -> None:
    at_work(person)
    thief = Client()
    sign_in(thief)
    for answer in (thief.get(CHOOSE), thief.post(CHOOSE, {"old_password": PASSWORD, **NEW})):
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/code/")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.requirement("R12")
def test_another_authenticator_asks_for_the_password_and_the_old_code(person: Person) -> None:
    client, before = at_work(person), authenticator_of(person)
    page = client.get(FACTOR).content.decode()
    assert "<svg" not in page and "secret" not in page
    for wrong in ({"code": code_of(person, later=1)}, {"password": "wrong", "code": code_of(person, later=1)},
                  {"password": PASSWORD, "code": "000000"}):  # fmt: skip
        assert client.post(FACTOR, wrong).status_code == 422
        assert "<svg" not in client.get(FACTOR).content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(FACTOR, {"password": PASSWORD, "code": code_of(person, later=1)}).status_code == 302
    assert "<svg" in client.get(FACTOR).content.decode()
    assert client.post(FACTOR, {"code": code_of(person)}).status_code == 200
    assert authenticator_of(person) != before
    assert "<svg" not in client.get(FACTOR).content.decode()


@pytest.mark.requirement("R12")
def test_the_proof_for_another_authenticator_does_not_outlast_a_lock(person: Person) -> None:
    client = at_work(person)
    client.post(FACTOR, {"password": PASSWORD, "code": code_of(person, later=1)})
    client.post("/pause/lock/")
    TOTPDevice.objects.update(last_t=-1)
    client.post(UNLOCK, {"password": PASSWORD, "code": code_of(person)})
    assert "<svg" not in client.get(FACTOR).content.decode()


@pytest.mark.requirement("R12")
def test_new_recovery_codes_ask_for_the_password_and_the_code(person: Person) -> None:
    client = at_work(person)
    assert client.get(CODES).status_code == 200
    assert client.post(CODES, {}).status_code == 422
    assert client.post(CODES, {"password": PASSWORD, "code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    page = client.post(CODES, {"password": PASSWORD, "code": code_of(person, later=1)}).content.decode()
    assert len(re.findall(r"<li>[a-z0-9]{5}-[a-z0-9]{5}</li>", page)) == 10
    assert results()[-1] == "recovery_codes"


def wrong_at(client: Client, place: str) -> Any:
    """One wrong password or code at a page that takes one."""
    sent = {
        "sign in": ("/sign-in/", {"username": "ada", "password": "wrong"}),
        "unlock": (UNLOCK, {"password": "wrong", "code": "000000"}),
        "change": (CHOOSE, {"old_password": "wrong", **NEW}),
        "authenticator": (FACTOR, {"password": "wrong", "code": "000000"}),
        "codes": (CODES, {"password": PASSWORD, "code": "000000"}),
    }[place]
    TOTPDevice.objects.update(throttling_failure_count=0)
    return client.post(*sent)


@pytest.mark.requirement("R08")
@pytest.mark.parametrize("place", ["change", "authenticator", "codes", "unlock"])
def test_five_wrong_ones_at_any_page_block_the_account_everywhere(person: Person, place: str) -> None:
    client = at_work(person)
    if place == "unlock":
        client.post("/pause/lock/")
    pages = [wrong_at(client, place).content.decode() for _ in range(5)]
    assert "oo many" not in pages[3] and "oo many" in pages[4]
    assert sign_in(Client()).status_code == 429
    assert SignIn.objects.filter(result__in=("wrong_password", "wrong_code", "locked_out")).count() == 6


@pytest.mark.requirement("R08")
def test_failures_of_different_pages_are_added_up(person: Person) -> None:
    client = at_work(person)
    for place in ("change", "codes", "authenticator"):
        assert wrong_at(client, place).status_code == 422
    assert wrong_at(Client(), "sign in").status_code == 200
    client.post("/pause/lock/")
    assert wrong_at(client, "unlock").status_code == 429


@pytest.mark.requirement("R08")
def test_wrong_codes_after_the_password_are_counted_and_the_password_does_not_forgive_them(person: Person) -> None:
    at_work(person)
    for _ in range(2):
        thief = Client()
        sign_in(thief)
        for _ in range(2):
            TOTPDevice.objects.update(throttling_failure_count=0)
            assert thief.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert thief.post("/sign-in/code/", {"code": "000000"}).status_code == 429
    assert sign_in(Client()).status_code == 429


def test_proving_oneself_forgives_the_failures_before(person: Person) -> None:
    client = at_work(person)
    for _ in range(3):
        wrong_at(client, "change")
    assert client.post(CODES, {"password": PASSWORD, "code": code_of(person, later=1)}).status_code == 200
    assert not AccessAttempt.objects.exists()


@pytest.mark.requirement("R69")
def test_the_counter_keeps_nothing_that_was_typed(person: Person) -> None:
    client = at_work(person)
    client.post(CHOOSE, {"old_password": "nearly the right one", **NEW})
    kept = str(list(AccessAttempt.objects.values()))
    assert "nearly" not in kept and "quiet sentence" not in kept


@pytest.mark.requirement("R10")
def test_the_rules_of_passwords_tell_nobody_the_current_one(person: Person) -> None:
    client = at_work(person)
    answer = client.post(CHOOSE, {"old_password": "wrong", "new_password": PASSWORD, "new_password_again": PASSWORD})
    assert answer.status_code == 422 and "last 10 passwords" not in answer.content.decode()


def test_a_forced_change_left_alone_ends_the_session(database: Any) -> None:
    adam = Person.objects.create_person("adam", None, full_name="Adam", role=Role.ADMINISTRATOR)
    _, password = administration.add(Save(adam), "ada", "Ada Berg", Role.CHAIR, [], "New")
    client = Client()
    sign_in(client, password)
    client.post("/pause/lock/")
    assert client.get(CHOOSE).headers["Location"].startswith(UNLOCK)
    assert client.get(UNLOCK).headers["Location"] == "/sign-in/"
    assert "one-time password" in client.get("/sign-in/").content.decode()
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")


@pytest.mark.requirement("R12")
@pytest.mark.parametrize("act", [administration.give_password, administration.remove_second_factor])
def test_an_administrator_does_not_reset_the_own_account(database: Any, act: Any) -> None:
    adam = Person.objects.create_person("adam", PASSWORD, full_name="Adam", role=Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="another administrator"):
        act(Save(adam), adam, "Lost")
    adam.refresh_from_db()
    assert adam.check_password(PASSWORD)
