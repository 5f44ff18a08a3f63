"""The idle lock, and what was typed when a session ended."""

import pytest
from django.test import Client

from tests.cast import Cast, cast_of
from tests.trial.accounts.security.people import PASSWORD
from trial.accounts.security import session as idle
from trial.models import Deviation, Draft, Role, SignIn

TYPED = {"happened_on": "12-JAN-2026", "kind": "dosing", "description": "Two doses forgotten", "action": "Talked",
         "opened_at": "0"}  # fmt: skip


@pytest.fixture
def cast(database: str) -> Cast:
    """Nora can sign in."""
    made = cast_of()
    nora = made.people[Role.COORDINATOR]
    nora.set_password(PASSWORD)
    nora.save()
    return made


def nora_at_work() -> Client:
    """Nora, signed in and seen just now."""
    client = Client()
    client.post("/sign-in/", {"username": "nora", "password": PASSWORD})
    return client


def pass_minutes(client: Client, minutes: int) -> None:
    """Lets so many minutes go by for this session."""
    session = client.session
    session[idle.ACTIVE_AT] -= minutes * 60
    session.save()


def form_of(cast: Cast) -> str:
    """The address of the form for a deviation."""
    return f"/participants/{cast.participant.reference}/deviation/new/"


@pytest.mark.requirement("R09")
def test_a_session_waits_for_the_password_after_a_pause(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 14)
    assert client.get("/work/").status_code == 200
    pass_minutes(client, 16)
    assert client.get("/work/").headers["Location"] == "/pause/?next=%2Fwork%2F"
    assert client.post("/pause/", {"password": "wrong", "next": "/work/"}).status_code == 422
    assert client.get("/work/").status_code == 302
    assert client.post("/pause/", {"password": PASSWORD, "next": "/work/"}).headers["Location"] == "/work/"
    assert client.get("/work/").status_code == 200


@pytest.mark.requirement("R09")
@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Mode": "navigate"}])
def test_a_page_that_refreshes_itself_keeps_nobody_awake(cast: Cast, headers: dict[str, str]) -> None:
    client = nora_at_work()
    pass_minutes(client, 10)
    client.get("/work/", headers=headers)
    pass_minutes(client, 6)
    assert client.get("/work/").status_code == 302


def test_a_link_that_a_person_follows_keeps_the_session_awake(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 10)
    client.get("/work/", headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"})
    pass_minutes(client, 6)
    assert client.get("/work/").status_code == 200


def test_typing_keeps_the_session_awake(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 10)
    assert client.post("/pause/active/", headers={"HX-Request": "true"}).status_code == 204
    pass_minutes(client, 10)
    assert client.get("/work/").status_code == 200


def test_the_page_locks_and_unlocks_without_being_left(cast: Cast) -> None:
    client, own = nora_at_work(), {"HX-Request": "true"}
    assert client.post("/pause/lock/", headers=own).status_code == 204
    assert client.post("/pause/active/", headers=own).status_code == 401
    answer = client.post("/pause/", {"password": "wrong"}, headers=own)
    assert (answer.status_code, answer.content) == (422, b"The password is wrong.")
    assert client.post("/pause/", {"password": PASSWORD}, headers=own).status_code == 204
    assert client.post("/pause/active/", headers=own).status_code == 204
    assert list(SignIn.objects.order_by("id").values_list("result", flat=True)) == [
        "signed_in", "wrong_password", "unlocked"]  # fmt: skip


@pytest.mark.requirement("R08")
def test_five_wrong_passwords_at_the_pause_close_signing_in(cast: Cast) -> None:
    client = nora_at_work()
    client.post("/pause/lock/")
    answers = [client.post("/pause/", {"password": "wrong"}).status_code for _ in range(5)]
    assert answers[-1] == 429
    assert client.get("/work/").headers["Location"].startswith("/sign-in/")
    assert client.post("/sign-in/", {"username": "nora", "password": PASSWORD}).status_code == 429


def comes_back(cast: Cast, client: Client, kept_at: str) -> str:
    """Opens the kept form, sends it back to its page, and returns that page."""
    page = client.get(kept_at).content.decode()
    assert "Two doses forgotten" in page and "nothing was saved" in page and "<dt>Happened on</dt>" in page
    kept = Draft.objects.get()
    answer = client.post(kept.path, {**dict(kept.fields), "kept_form": kept.pk})
    assert answer.status_code == 422
    assert not Deviation.objects.exists()
    return answer.content.decode()


@pytest.mark.requirement("R09")
def test_a_form_sent_during_the_pause_comes_back_with_what_was_typed(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 16)
    answer = client.post(form_of(cast), TYPED)
    assert answer.headers["Location"].startswith("/pause/?next=%2Faccount%2Fkept%2F")
    assert not Deviation.objects.exists()
    onwards = client.post("/pause/", {"password": PASSWORD, "next": f"/account/kept/{Draft.objects.get().pk}/"})
    page = comes_back(cast, client, onwards.headers["Location"])
    assert "Two doses forgotten" in page and "12-JAN-2026" in page and "Check the form and save it" in page
    assert not Draft.objects.exists()
    assert client.post(form_of(cast), TYPED).status_code == 302
    assert Deviation.objects.get().description == "Two doses forgotten"


@pytest.mark.requirement("R09")
def test_a_form_sent_after_the_session_ended_waits_until_its_person_signs_in(cast: Cast) -> None:
    client = nora_at_work()
    client.session.flush()
    answer = client.post(form_of(cast), TYPED)
    place = f"/account/kept/{Draft.objects.get().pk}/"
    assert answer.headers["Location"] == f"/sign-in/?next={place}"
    onwards = client.post("/sign-in/", {"username": "nora", "password": PASSWORD, "next": place})
    assert "Two doses forgotten" in comes_back(cast, client, onwards.headers["Location"])


def test_a_decision_of_the_chair_comes_back_undecided_too(cast: Cast) -> None:
    place = f"/participants/{cast.participant.reference}/waivers/{cast.waiver.pk}/decision/"
    chris = Client()
    chris.force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    assert chris.get(place).status_code == 200
    pass_minutes(chris, 16)
    chris.post(place, {"decision": "approve", "because": "Cured long ago"})
    kept = Draft.objects.get()
    back = chris.session
    del back[idle.LOCKED]
    back[idle.ACTIVE_AT] += 16 * 60
    back.save()
    answer = chris.post(place, {**dict(kept.fields), "kept_form": kept.pk})
    assert answer.status_code == 422 and "Check the form and save it" in answer.content.decode()
    assert "Cured long ago" in answer.content.decode()
    cast.waiver.refresh_from_db()
    assert cast.waiver.decision == "open"


@pytest.mark.requirement("R09")
def test_nobody_else_reads_or_throws_away_a_kept_form(cast: Cast) -> None:
    client = nora_at_work()
    client.session.flush()
    client.post(form_of(cast), TYPED)
    place = f"/account/kept/{Draft.objects.get().pk}/"
    other = Client()
    other.force_login(cast.people[Role.INVESTIGATOR], backend="django.contrib.auth.backends.ModelBackend")
    assert [other.get(place).status_code, other.post(place).status_code] == [404, 404]
    assert Draft.objects.exists()


def test_passwords_and_codes_are_never_kept(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 16)
    client.post(form_of(cast), {**TYPED, "password": "secret", "new_password": "secret", "code": "123456"})
    assert "secret" not in str(Draft.objects.get().fields) and "123456" not in str(Draft.objects.get().fields)


def test_a_stranger_cannot_fill_the_table_of_kept_forms(cast: Cast) -> None:
    stranger = Client()
    assert stranger.post(form_of(cast), TYPED).headers["Location"].startswith("/sign-in/")
    stranger.cookies["endpoint_person"] = "1:forged"
    stranger.post(form_of(cast), TYPED)
    assert not Draft.objects.exists()


def test_only_the_newest_five_are_kept(cast: Cast) -> None:
    client = nora_at_work()
    pass_minutes(client, 16)
    for number in range(7):
        client.post(form_of(cast), {**TYPED, "description": f"number {number}"})
    assert Draft.objects.count() == 5
    assert ["description", "number 0"] not in Draft.objects.order_by("id")[0].fields


def test_signing_out_lets_this_browser_keep_nothing_more(cast: Cast) -> None:
    client = nora_at_work()
    client.post("/sign-out/")
    client.post(form_of(cast), TYPED)
    assert not Draft.objects.exists()


def test_a_page_of_a_signed_in_person_carries_the_lock_and_a_signed_out_one_does_not(cast: Cast) -> None:
    client = nora_at_work()
    assert 'id="idle-lock"' in client.get("/work/").content.decode()
    assert 'id="idle-lock"' not in Client().get("/sign-in/").content.decode()
