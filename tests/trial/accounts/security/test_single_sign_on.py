"""Single sign-on: the provider says who is there; accounts, roles and sites stay ours; what is not right is refused."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.capture.conduct.test_signing import delegate
from tests.cast import Cast, cast_of
from tests.trial.accounts.security.people import PASSWORD, ada, code_of, sign_in
from tests.trial.accounts.security.provider import CLIENT, SECRET, Provider, new_key
from trial.accounts import administration
from trial.accounts.security import second_factor, single_sign_on
from trial.models import Change, Person, Role, Signature, SignIn, SingleSignOn
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R08", "R12")
ADDRESS = "ada@hospital.example"


@pytest.fixture
def provider(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The hospital's provider, which this installation uses."""
    made = Provider()
    monkeypatch.setattr(settings, "OIDC", {"issuer": made.issuer, "client": CLIENT, "secret": SECRET,
                                           "name": "hospital account", "second_factor": {"mfa"}})  # fmt: skip
    yield made
    made.close()


@pytest.fixture
def cast(provider: Provider) -> Cast:
    """The fixed cast."""
    return cast_of()


@pytest.fixture
def person(cast: Cast) -> Person:
    """Ada, an investigator of Site North whose account is connected; her one-time password was never used."""
    made = ada(Role.INVESTIGATOR)
    made.sites.set([cast.north])
    made.must_change_password = True
    made.save()
    administration.connect(Save(cast.people[Role.ADMINISTRATOR]), made, ADDRESS, "Uses the hospital account")
    return made


def came_back(client: Client, provider: Provider, to: str = "/participants/", **answer: Any) -> Any:
    """The page after the provider."""
    provider.question(client.get(f"/sign-in/single/?next={to}").headers["Location"])
    return client.get(provider.answer(**answer))


def results() -> list[str]:
    """The sign-in log."""
    return list(SignIn.objects.order_by("id").values_list("result", flat=True))


def opens(client: Client) -> bool:
    """Whether the session is complete."""
    return client.get("/participants/").status_code == 200


def test_without_a_provider_there_is_no_single_sign_on(database: object) -> None:
    client = Client()
    assert "/sign-in/single/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/single/").headers["Location"] == "/sign-in/"
    assert not settings.OIDC["issuer"]


def test_the_provider_is_asked_to_authenticate_anew_and_signs_in_whom_an_administrator_connected(
    provider: Provider, person: Person
) -> None:
    client = Client()
    assert "Sign in by your hospital account" in client.get("/sign-in/").content.decode()
    answer = came_back(client, provider)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/participants/") and opens(client)
    asked = provider.asked
    assert (asked["prompt"], asked["max_age"], asked["code_challenge_method"]) == ("login", "0", "S256")
    assert results()[-2:] == ["single_sign_on", "signed_in"]
    person.refresh_from_db()
    assert not person.must_change_password and not person.has_usable_password()
    assert Change.objects.order_by("-id").values_list("reason", flat=True)[1] == "Uses the hospital account"


WRONG = {
    "audience": {"aud": "another client"}, "two audiences, ours not the one it was made for":
    {"aud": [CLIENT, "other"], "azp": "other"}, "issuer": {"iss": "https://elsewhere.example"},
    "nonce": {"nonce": "of another question"}, "no nonce": {"nonce": None}, "expiry": {"exp": 1_700_000_000},
    "no expiry": {"exp": None}, "not yet": {"iat": 4_000_000_000}, "no moment of signing in": {"auth_time": None},
    "signed in long before it was asked": {"auth_time": int(time.time()) - 3600}, "auth_time is text":
    {"auth_time": "now"}, "unverified address": {"email_verified": False}, "verified by a word":
    {"email_verified": "true"}, "no address": {"email": None}, "unknown": {"email": "eve@hospital.example"},
    "folds to a known one": {"email": "ada@ho\u017fpital.example"},
    "no subject": {"sub": ""}, "a number as subject": {"sub": 4711}, "a long subject": {"sub": "4" * 256},
    "not signed": {"algorithm": "none"}, "another key": {"key": new_key()},
    "signed with our secret": {"algorithm": "HS256", "key": SECRET * 2},
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_an_answer_that_is_not_right_opens_nothing_and_is_in_the_log(
    provider: Provider, person: Person, what: str
) -> None:
    client, accounts = Client(), Person.objects.count()
    page = client.get(came_back(client, provider, **WRONG[what]).headers["Location"])
    assert 'role="alert"' in page.content.decode() or "message-error" in page.content.decode()
    assert not opens(client) and results()[-1] == "wrong_single_sign_on"
    assert Person.objects.count() == accounts


def test_another_account_of_the_provider_under_the_same_address_is_refused_until_an_administrator_resets(
    provider: Provider, person: Person, cast: Cast
) -> None:
    client, device = Client(), SingleSignOn.objects.standing().filter(user=person)
    came_back(client, provider)
    assert opens(client) and device.get().subject == "4711"
    first = Change.objects.latest("id")
    assert (first.person, first.reason) == (None, "first single sign-on of ada")
    client = Client()
    page = client.get(came_back(client, provider, sub="4712").headers["Location"]).content.decode()
    assert "another hospital account than the one that was used here first" in page
    assert not opens(client) and results()[-1] == "wrong_single_sign_on" and Change.objects.latest("id") == first
    administration.connect(Save(cast.people[Role.ADMINISTRATOR]), person, ADDRESS, "New account at the hospital")
    for subject, is_right in (("4712", True), ("4711", False), ("4712", True)):
        client = Client()
        came_back(client, provider, sub=subject)
        assert opens(client) is is_right


def test_one_account_of_the_provider_is_one_persons(provider: Provider, person: Person, cast: Cast) -> None:
    chair, client = cast.people[Role.CHAIR], Client()
    administration.connect(Save(cast.people[Role.ADMINISTRATOR]), chair, "chair@hospital.example", "Uses it too")
    came_back(client, provider)
    client = Client()
    page = client.get(came_back(client, provider, email="chair@hospital.example").headers["Location"])
    assert "is connected with another account here" in page.content.decode() and not opens(client)
    assert SingleSignOn.objects.standing().get(user=chair).subject == ""


def test_an_answer_counts_once_in_the_session_that_asked_and_for_its_state(provider: Provider, person: Person) -> None:
    client, stranger = Client(), Client()
    provider.question(client.get("/sign-in/single/").headers["Location"])
    answer = provider.answer()
    stranger.get(answer)
    assert not opens(stranger)
    client.get(answer.replace("state=", "state=x"))
    assert not opens(client)
    client.get(answer)  # the question was used up
    assert not opens(client)
    assert results() == ["wrong_single_sign_on"] * 3


def test_an_answer_to_an_old_question_or_of_another_provider_or_person_opens_nothing(
    provider: Provider, person: Person, cast: Cast
) -> None:
    def asked(of: Client) -> str:
        provider.question(of.get("/sign-in/single/").headers["Location"])
        return provider.answer()

    late = Client()
    answer, session = asked(late), late.session
    session[single_sign_on.UNDER_WAY] |= {"at": session[single_sign_on.UNDER_WAY]["at"] - 601}
    session.save()
    late.get(answer)
    elsewhere = Client()
    elsewhere.get(asked(elsewhere) + "&iss=https://elsewhere.example")
    assert not opens(late) and not opens(elsewhere) and results() == ["wrong_single_sign_on"] * 2
    # Asked by nobody, answered while somebody is signed in: it opens and confirms nothing.
    client = Client()
    question = client.get("/sign-in/single/").headers["Location"]
    asked_before = client.session[single_sign_on.UNDER_WAY]
    came_back(client, provider)
    assert opens(client)
    session = client.session
    session[single_sign_on.UNDER_WAY] = asked_before
    session.save()
    provider.question(question)
    client.get(provider.answer())
    assert single_sign_on.CONFIRMED not in client.session
    assert results()[2:] == ["single_sign_on", "signed_in", "wrong_single_sign_on"]


@pytest.mark.parametrize("wrong", [
    {"issuer": "https://elsewhere.example"}, {"jwks_uri": "file:///etc/passwd"}, {"token_endpoint": 5},
])  # fmt: skip
def test_a_provider_that_is_not_the_one_that_is_set_is_not_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    right = provider.document()
    monkeypatch.setattr(provider, "document", lambda: right | wrong)
    page = Client().get("/sign-in/single/", follow=True).content.decode()
    assert "Single sign-on is not set up correctly. Tell the administrator." in page


def test_a_provider_that_says_no_object_or_is_asked_by_many_gives_no_answer(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "document", lambda: ["no object"])
    assert single_sign_on.REFUSED in Client().get("/sign-in/single/", follow=True).content.decode()
    seats = threading.BoundedSemaphore(1)
    monkeypatch.setattr(single_sign_on, "_seats", seats)
    seats.acquire()
    assert "Many people are signing in" in Client().get("/sign-in/single/", follow=True).content.decode()


def test_a_blocked_account_or_address_is_not_let_in_by_the_provider(
    provider: Provider, person: Person, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        sign_in(Client(), "wrong")
    assert came_back(Client(), provider).status_code == 429
    monkeypatch.setattr("trial.accounts.security.sign_ins.ADDRESS_LIMIT", 3)
    chair, client = cast.people[Role.CHAIR], Client()
    administration.connect(Save(cast.people[Role.ADMINISTRATOR]), chair, "chair@hospital.example", "Uses it too")
    assert came_back(client, provider, email="chair@hospital.example", sub="4712").status_code == 429
    assert not opens(client) and SingleSignOn.objects.standing().get(user=chair).subject == ""


def test_an_administrator_connects_a_user_on_the_users_page(provider: Provider, cast: Cast) -> None:
    adam, nora = Client(), cast.people[Role.COORDINATOR]
    adam.force_login(cast.people[Role.ADMINISTRATOR], backend="django.contrib.auth.backends.ModelBackend")
    page = f"/people/{nora.pk}/single-sign-on/"
    sent = {"address": "nora@hospital.example", "reason": "Uses it"}
    assert adam.post(page, sent).headers["Location"] == f"/people/{nora.pk}/"
    assert SingleSignOn.objects.standing().get(user=nora).address == "nora@hospital.example"
    again = adam.post(f"/people/{cast.people[Role.CHAIR].pk}/single-sign-on/", sent)
    assert again.status_code == 422 and "connected with another user" in again.content.decode()


def test_five_refused_answers_block_the_address_for_them(provider: Provider, person: Person) -> None:
    client = Client()
    statuses = [came_back(client, provider, email="eve@hospital.example").status_code for _ in range(5)]
    assert statuses == [302, 302, 302, 302, 429]


def test_who_is_deactivated_or_disconnected_is_refused(provider: Provider, person: Person, cast: Cast) -> None:
    adam, client = cast.people[Role.ADMINISTRATOR], Client()
    came_back(client, provider)
    administration.connect(Save(adam), person, "", "Left the hospital")
    assert not opens(client)
    came_back(client, provider)
    assert not opens(client)
    administration.connect(Save(adam), person, ADDRESS, "Came back")
    administration.deactivate(Save(adam), person, "Left for good")
    came_back(client, provider)
    assert not opens(client)
    assert SingleSignOn.objects.standing().count() == 1 and SingleSignOn.objects.count() == 2


def test_an_address_is_one_persons_and_nobody_connects_the_own_account(person: Person, cast: Cast) -> None:
    adam = cast.people[Role.ADMINISTRATOR]
    with pytest.raises(Refused, match="another user"):
        administration.connect(Save(adam), cast.people[Role.CHAIR], ADDRESS.upper(), "By mistake")
    with pytest.raises(Refused, match="your own account"):
        administration.connect(Save(adam), adam, "adam@hospital.example", "Mine")
    with pytest.raises(PermissionError):
        administration.connect(Save(cast.people[Role.CHAIR]), person, "", "Not mine to say")


def test_where_a_second_factor_is_demanded_the_provider_must_name_one_or_the_code_is_asked(
    provider: Provider, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    client = Client()
    came_back(client, provider, amr=["pwd"])
    assert client.get("/participants/").headers["Location"].startswith("/account/second-factor/")
    for named in ({"amr": ["pwd", "mfa"]}, {"acr": "mfa"}):
        client = Client()
        came_back(client, provider, **named)
        assert opens(client)


def signed(client: Client, **typed: str) -> int:
    """Signs the casebook with what was typed."""
    page = client.get("/participants/NET-001/signature/").content.decode()
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return client.post("/participants/NET-001/signature/", {"seen": seen, **typed}).status_code


@pytest.mark.requirement("R34")
def test_a_signature_needs_the_provider_once_more(provider: Provider, person: Person, cast: Cast) -> None:
    delegate(person, cast.north, date(2026, 1, 1))
    client = Client()
    came_back(client, provider)
    page = client.get("/participants/NET-001/signature/").content.decode()
    assert "Confirm by your hospital account" in page
    assert signed(client) == 422 and not Signature.objects.exists()
    came_back(client, provider, "/participants/NET-001/signature/")
    assert "has confirmed who you are" in client.get("/participants/NET-001/signature/").content.decode()
    assert signed(client) == 302 and Signature.objects.get().signed_by == person
    assert single_sign_on.CONFIRMED not in client.session


@pytest.mark.requirement("R34")
def test_a_confirmation_by_one_factor_signs_only_with_the_code(
    provider: Provider, person: Person, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    delegate(person, cast.north, date(2026, 1, 1))
    device = second_factor.device_to_set_up(person)
    device.confirmed = True
    device.save()
    client, page = Client(), "/participants/NET-001/signature/"
    came_back(client, provider, page, amr=["mfa"])
    came_back(client, provider, page, amr=["pwd"])
    assert signed(client) == 422 and not Signature.objects.exists()
    came_back(client, provider, page, amr=["pwd"])
    assert signed(client, code=code_of(person)) == 302 and Signature.objects.exists()


def test_a_confirmation_of_somebody_else_counts_for_nobody(provider: Provider, person: Person, cast: Cast) -> None:
    chair = cast.people[Role.CHAIR]
    administration.connect(Save(cast.people[Role.ADMINISTRATOR]), chair, "chair@hospital.example", "Uses it too")
    client = Client()
    came_back(client, provider)
    came_back(client, provider, "/account/", email="chair@hospital.example", sub="4712")
    assert single_sign_on.CONFIRMED not in client.session and results()[-1] == "wrong_single_sign_on"
    assert opens(client)


def test_a_locked_session_is_unlocked_by_the_provider_and_a_confirmation_ends_with_the_lock(
    provider: Provider, person: Person
) -> None:
    client = Client()
    came_back(client, provider)
    came_back(client, provider, "/account/")
    client.post("/pause/lock/")
    assert "Confirm by your hospital account" in client.get("/pause/").content.decode()
    assert client.post("/pause/").status_code == 422 and not opens(client)
    came_back(client, provider, "/pause/")
    assert not opens(client)
    assert client.post("/pause/").status_code == 302 and opens(client)
    assert results()[-1] == "unlocked"


def test_the_password_stays_a_way_in_and_signing_out_ends_both(provider: Provider, person: Person) -> None:
    person.set_password(PASSWORD)
    person.must_change_password = False
    person.save()
    client = Client()
    sign_in(client)
    assert opens(client)
    client.post("/sign-out/")
    came_back(client, provider)
    client.post("/sign-out/")
    assert not opens(client)


def test_a_provider_that_does_not_answer_is_told_and_counts_as_nothing_wrong(
    provider: Provider, person: Person
) -> None:
    client = Client()
    provider.silent = True
    page = client.get("/sign-in/single/", follow=True).content.decode()
    assert "does not answer. Use your password, or try again later." in page and results() == []
    provider.silent = False
    provider.question(client.get("/sign-in/single/").headers["Location"])
    back = provider.answer().partition("?")[0] + f"?error=access_denied&state={provider.asked['state']}"
    assert "did not confirm who you are" in client.get(back, follow=True).content.decode() and results() == []


def test_the_setting_is_whole_or_refused() -> None:
    environment = {**os.environ, "ENDPOINT_OIDC_ISSUER": "https://sign-in.example"}
    done = subprocess.run([sys.executable, "-c", "import trial.settings"], env=environment, capture_output=True)
    assert done.returncode and b"ENDPOINT_OIDC_ISSUER needs ENDPOINT_OIDC_CLIENT and" in done.stderr
