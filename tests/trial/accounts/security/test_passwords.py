"""Passwords: the rules, the first sign-in with a one-time password, and sessions that end."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from tests.trial.accounts.security.people import PASSWORD, ada, sign_in
from trial.accounts import administration
from trial.accounts.security import passwords
from trial.models import PastPassword, Person, Role, SignIn
from trial.record.save import Save


@pytest.mark.requirement("R11")
@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("eleven char", "too short"),
        ("adalbertberg", "too similar"),
        ("739201847562", "entirely numeric"),
        ("qwertyqwerty", "too common"),
    ],
)
def test_a_weak_password_is_refused(database: Any, password: str, words: str) -> None:
    person = Person.objects.create_person("adalbert", None, full_name="Adalbert Berg", role=Role.CHAIR)
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, person)
    assert words in " ".join(refusal.value.messages)


@pytest.mark.requirement("R11")
def test_the_password_in_use_and_the_last_ten_are_refused_and_the_eleventh_is_not(database: Any) -> None:
    person = ada()
    for number in range(11):
        passwords.choose(person, f"quiet sentence number {number}")
    assert PastPassword.objects.filter(person=person).count() == 11
    for number in (10, 9, 0):
        with pytest.raises(ValidationError, match="last 10"):
            validate_password(f"quiet sentence number {number}", person)
    validate_password(PASSWORD, person)


@pytest.mark.requirement("R11")
def test_passwords_are_stored_as_argon2_hashes_only(database: Any) -> None:
    person = ada()
    passwords.choose(person, "another quiet sentence")
    stored = [person.password, *PastPassword.objects.values_list("password", flat=True)]
    assert all(each.startswith("argon2$") for each in stored)


def first_sign_in() -> tuple[Client, Person, str]:
    """An account just made by the administrator, signed in with its one-time password."""
    adam = Person.objects.create_person("adam", None, full_name="Adam", role=Role.ADMINISTRATOR)
    person, password = administration.add(Save(adam), "ada", "Ada Berg", Role.CHAIR, [], "New")
    client = Client()
    sign_in(client, password)
    return client, person, password


@pytest.mark.requirement("R10")
def test_a_one_time_password_leads_to_choosing_an_own_one_and_nowhere_else(database: Any) -> None:
    client, person, _ = first_sign_in()
    assert client.get("/dashboard/").headers["Location"].startswith("/account/password/")
    answer = client.post("/account/password/", {"new_password": PASSWORD, "new_password_again": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/protocol/").status_code == 200
    person.refresh_from_db()
    assert not person.must_change_password and person.check_password(PASSWORD)


@pytest.mark.requirement("R10")
def test_a_one_time_password_works_once(database: Any) -> None:
    _, _, password = first_sign_in()
    assert "is wrong" in sign_in(Client(), password).content.decode()


def test_two_different_new_passwords_are_refused(database: Any) -> None:
    client, _, _ = first_sign_in()
    answer = client.post("/account/password/", {"new_password": PASSWORD, "new_password_again": PASSWORD + "x"})
    assert answer.status_code == 422 and "two passwords differ" in answer.content.decode()
    assert client.get("/dashboard/").status_code == 302


def test_changing_the_password_needs_the_old_one_and_ends_other_sessions(database: Any) -> None:
    ada()
    here, there = Client(), Client()
    sign_in(here), sign_in(there)
    new = {"new_password": "another quiet sentence", "new_password_again": "another quiet sentence"}
    assert here.post("/account/password/", {"old_password": "wrong", **new}).status_code == 422
    assert here.post("/account/password/", {"old_password": PASSWORD, **new}).status_code == 302
    assert here.get("/protocol/").status_code == 200
    assert there.get("/protocol/").status_code == 302


@pytest.mark.requirement("R13")
def test_signing_out_kills_the_session_on_the_server(database: Any) -> None:
    ada()
    client, replay = Client(), Client()
    sign_in(client)
    replay.cookies["sessionid"] = client.cookies["sessionid"].value
    assert replay.get("/protocol/").status_code == 200
    client.post("/sign-out/")
    assert replay.get("/protocol/").status_code == 302


@pytest.mark.requirement("R13")
def test_signing_out_everywhere_ends_every_session(database: Any) -> None:
    ada()
    here, there = Client(), Client()
    sign_in(here), sign_in(there)
    here.post("/account/sign-out-everywhere/")
    assert [each.get("/protocol/").status_code for each in (here, there)] == [302, 302]


def test_a_deactivated_account_is_out_at_once(database: Any) -> None:
    person, client = ada(), Client()
    sign_in(client)
    adam = Person.objects.create_person("adam", None, full_name="Adam", role=Role.ADMINISTRATOR)
    administration.deactivate(Save(adam), person, "Left")
    assert client.get("/protocol/").status_code == 302
    assert "is wrong" in sign_in(Client()).content.decode()


@pytest.mark.requirement("R08")
def test_the_history_tells_who_came_from_where_with_what_result(database: Any) -> None:
    person, client = ada(), Client(REMOTE_ADDR="192.0.2.7", headers={"user-agent": "Quiet Browser 1"})
    sign_in(client, "wrong")
    sign_in(client)
    client.post("/sign-out/")
    found = list(SignIn.objects.order_by("id").values_list("person", "result", "address", "browser"))
    assert found == [(person.pk, result, "192.0.2.7", "Quiet Browser 1")
                     for result in ("wrong_password", "signed_in", "signed_out")]  # fmt: skip


@pytest.mark.requirement("R69")
def test_a_name_that_is_no_account_is_not_kept_since_it_may_be_a_password(database: Any) -> None:
    Client().post("/sign-in/", {"username": "my secret password", "password": "ada"})
    assert SignIn.objects.values_list("person", "result").get() == (None, "wrong_password")


@pytest.mark.parametrize("text", ["UPDATE trial_signin SET result = 'signed_in'", "DELETE FROM trial_signin"])
def test_the_history_of_signing_in_is_never_altered(database: Any, database_owner: Any, text: str) -> None:
    import psycopg

    ada()
    sign_in(Client(), "wrong")
    with pytest.raises(psycopg.Error, match="is refused"):
        database_owner.execute(text)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4, 192.0.2.9", "10.0.0.1"), (1, "1.2.3.4, 192.0.2.9", "192.0.2.9"), (1, "", "10.0.0.1"),
        (2, "1.2.3.4, 192.0.2.9, 10.9.9.9", "192.0.2.9"), (2, "1.2.3.4", "10.0.0.1"), (1, "1.2.3.4, nonsense", None),
    ],
)  # fmt: skip
def test_only_what_our_own_proxies_forward_is_believed(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: str, address: str | None
) -> None:
    from django.test import RequestFactory

    from trial.accounts.security.sign_ins import address_of

    monkeypatch.setattr("django.conf.settings.TRUSTED_PROXIES", proxies)
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": forwarded})
    assert address_of(request) == (address if forwarded else "10.0.0.1")


@pytest.mark.requirement("R08")
def test_a_password_tried_on_many_accounts_closes_the_address_but_not_to_whom_it_knows(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trial.accounts.security.sign_ins.ADDRESS_LIMIT", 4)
    ada()
    Person.objects.create_person("nora", PASSWORD, full_name="Nora", role=Role.CHAIR)
    here, there = Client(REMOTE_ADDR="192.0.2.66"), Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(here).status_code == 302
    here.post("/sign-out/")
    tried = [here.post("/sign-in/", {"username": f"name{number}", "password": PASSWORD}) for number in range(6)]
    assert [answer.status_code for answer in tried] == [200] * 4 + [429] * 2
    assert here.post("/sign-in/", {"username": "nora", "password": PASSWORD}).status_code == 429
    assert sign_in(here).status_code == 302
    assert there.post("/sign-in/", {"username": "nora", "password": PASSWORD}).status_code == 302


def test_few_passwords_are_checked_at_once_and_the_others_are_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading
    from concurrent.futures import ThreadPoolExecutor, as_completed
    from itertools import islice

    from django.test import RequestFactory

    from trial.accounts.security import proof
    from trial.refused import Refused

    running, most, lock, go_on = 0, 0, threading.Lock(), threading.Event()

    def slow(*_: Any, **__: Any) -> None:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
        go_on.wait(30)
        with lock:
            running -= 1

    def attempt(_: int) -> bool:
        try:
            proof.person_of(RequestFactory().post("/sign-in/"), "ada", PASSWORD)
        except Refused:
            return False
        return True

    for name, stands_in in (("authenticate", slow), ("_named", lambda name: None)):
        monkeypatch.setattr(proof, name, stands_in)
    monkeypatch.setattr(proof.sign_ins, "note", lambda *_: None)
    monkeypatch.setattr(proof.sign_ins, "is_blocked_address", lambda *_: False)
    with ThreadPoolExecutor(12) as pool:
        tries = [pool.submit(attempt, number) for number in range(12)]
        refused = [each.result() for each in islice(as_completed(tries, timeout=30), 12 - proof.SEATS)]
        go_on.set()
    assert not any(refused) and most == proof.AT_ONCE and sum(each.result() for each in tries) == proof.SEATS


@pytest.mark.requirement("R08")
def test_a_colleague_elsewhere_is_not_locked_out_by_wrong_passwords_from_another_address(database: Any) -> None:
    ada()
    for _ in range(5):
        sign_in(Client(REMOTE_ADDR="192.0.2.66"), "wrong")
    assert sign_in(Client(REMOTE_ADDR="192.0.2.66")).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302
    assert "locked_out" in SignIn.objects.values_list("result", flat=True)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36 Edg/156.0",
         "Edge on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604",
         "Safari on iPhone"),
        ("curl/8", "curl/8"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(sent: str, words: str) -> None:
    assert SignIn(browser=sent).browser_in_words == words
