"""Signing in, signing out and the page each role lands on."""

from typing import Any

import pytest
from django.test import Client

from trial.record.save import Save

PASSWORD = "a quiet long password"


@pytest.fixture
def coordinator(database: Any) -> Any:
    """A coordinator who can sign in."""
    from trial.models import Person, Role
    from trial.record import changes

    administrator = Person(username="setup", full_name="Setup", role=Role.ADMINISTRATOR)
    administrator.set_unusable_password()
    administrator.save()
    with changes.record(Save(administrator), "settings", groups=()):
        return Person.objects.create_person("ada", PASSWORD, full_name="Ada Coordinator", role=Role.COORDINATOR)


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    """Posts the sign-in form."""
    return client.post("/sign-in/", {"username": "ada", "password": password, **more})


def test_a_signed_out_person_is_sent_to_sign_in(database: Any) -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_the_right_password_signs_in_and_home_leads_on_by_role(coordinator: Any) -> None:
    client = Client()
    assert sign_in(client).headers["Location"] == "/"
    assert client.get("/").status_code in (200, 302)


def test_a_wrong_password_is_refused_in_words_and_the_username_is_kept(coordinator: Any) -> None:
    page = sign_in(Client(), "mistaken").content.decode()
    assert "The username or the password is wrong." in page
    assert 'value="ada"' in page
    assert "mistaken" not in page


@pytest.mark.requirement("R08")
def test_five_wrong_passwords_close_signing_in_for_a_while(coordinator: Any) -> None:
    client = Client()
    answers = [sign_in(client, "wrong") for _ in range(5)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    locked_out = sign_in(client)
    assert locked_out.status_code == 429
    assert "Too many failed sign-ins" in locked_out.content.decode()


def test_signing_in_never_leads_to_another_site(coordinator: Any) -> None:
    assert sign_in(Client(), next="https://elsewhere.example/").headers["Location"] == "/"


def test_signing_out_needs_a_post(coordinator: Any) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/").headers["Location"].startswith("/sign-in/")


@pytest.mark.requirement("R14")
def test_the_session_cookie_is_out_of_reach_of_scripts(coordinator: Any) -> None:
    client = Client()
    sign_in(client)
    assert client.cookies["sessionid"]["httponly"]


def test_the_sign_of_life_is_public(database: Any) -> None:
    assert Client().get("/status/live").content == b"live\n"


@pytest.mark.requirement("R69")
def test_a_missing_page_says_so_in_words(coordinator: Any) -> None:
    answer = Client().get("/no-such-page/")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_pages_carry_no_inline_style_or_script(database: Any) -> None:
    page = Client().get("/sign-in/").content.decode()
    assert "<style" not in page and " style=" not in page
    assert all(" src=" in tag for tag in page.split("<script")[1:])
