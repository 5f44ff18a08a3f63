"""The administrator's pages: accounts, sites, delegations, access rights; nothing of any participant on them."""

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.cast import Cast
from trial.models import Delegation, Person, Role, Site, Training
from trial.record import changes

TODAY = timezone.now().date()


@pytest.fixture
def adam(cast: Cast) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(cast.people[Role.ADMINISTRATOR], backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


@pytest.mark.requirement("R10")
def test_an_account_is_added_and_its_password_shown_once_lets_the_person_in(cast: Cast, adam: Client) -> None:
    answer = adam.post("/people/add/", {"username": "olga", "full_name": "Olga Ruiz", "role": "coordinator",
                                        "sites": [cast.north.pk], "reason": "New coordinator"})  # fmt: skip
    (password,) = re.findall(r"<p class=\"secret-words\">([a-z0-9-]+)</p>", text(answer))
    olga = Person.objects.get(username="olga")
    assert password not in text(adam.get(f"/people/{olga.pk}/"))
    client = Client()
    client.post("/sign-in/", {"username": "olga", "password": password})
    assert client.get("/work/").headers["Location"].startswith("/account/password/")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"username": "nora"}, "already exists"),
        ({"username": "Big Name"}, "lower-case letters"),
        ({"reason": ""}, "Enter a reason"),
        ({"role": "owner"}, "Select a valid choice"),
        ({"role": "coordinator"}, "needs at least one site"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(adam: Client, typed: dict[str, str], words: str) -> None:
    given = {"username": "olga", "full_name": "Olga", "role": "chair", "reason": "New", **typed}
    answer = adam.post("/people/add/", given)
    assert answer.status_code == 422 and words in text(answer)
    assert not Person.objects.filter(full_name="Olga").exists()


@pytest.mark.requirement("R04")
@pytest.mark.requirement("R02")
def test_all_sites_of_a_monitor_are_chosen_and_shown(cast: Cast, adam: Client) -> None:
    mona = cast.people[Role.MONITOR]
    assert "<td>All sites</td>" in text(adam.get("/people/"))
    place, given = f"/people/{mona.pk}/change/", {"full_name": "Mona", "role": "monitor", "reason": "Moved"}
    assert "“All sites”" in text(adam.post(place, given))
    assert "not both" in text(adam.post(place, {**given, "all_sites": "on", "sites": [cast.south.pk]}))
    assert adam.post(place, {**given, "sites": [cast.south.pk]}).status_code == 302
    assert "All sites" not in text(adam.get(f"/people/{mona.pk}/"))
    assert adam.post(place, {**given, "all_sites": "on"}).status_code == 302
    assert "All sites" in text(adam.get(f"/people/{mona.pk}/")) and "All sites" in text(adam.get("/people/rights/"))


def test_role_and_sites_are_changed_with_a_reason(cast: Cast, adam: Client) -> None:
    nora = cast.people[Role.COORDINATOR]
    assert 'checked' in text(adam.get(f"/people/{nora.pk}/change/"))
    given = {"full_name": "Nora Berg", "role": "coordinator", "sites": [cast.south.pk], "reason": "Moved"}
    assert adam.post(f"/people/{nora.pk}/change/", given).status_code == 302
    nora.refresh_from_db()
    assert (nora.full_name, list(nora.sites.all())) == ("Nora Berg", [cast.south])
    assert "Moved" in text(adam.get(f"/people/{nora.pk}/"))


@pytest.mark.requirement("R04")
def test_an_account_is_deactivated_and_reactivated_and_stays_in_the_list(cast: Cast, adam: Client) -> None:
    nora = cast.people[Role.COORDINATOR]
    assert adam.post(f"/people/{nora.pk}/deactivate/", {"reason": "Left"}).status_code == 302
    assert "deactivated" in text(adam.get("/people/"))
    assert "secret-words" in text(adam.post(f"/people/{nora.pk}/reactivate/", {"reason": "Came back"}))
    nora.refresh_from_db()
    assert nora.is_active and nora.must_change_password


def test_an_act_that_does_not_exist_is_not_found(cast: Cast, adam: Client) -> None:
    assert adam.post(f"/people/{cast.people[Role.CHAIR].pk}/delete/", {"reason": "x"}).status_code == 404


def test_signing_is_delegated_and_ended(cast: Cast, adam: Client) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    given = {"site": cast.north.pk, "from_on": "01-mar-2026", "to_on": "", "reason": "Delegation log"}
    assert adam.post(f"/people/{ines.pk}/delegate/", given).status_code == 302
    row = Delegation.objects.get()
    assert (row.person, row.site, row.from_on.isoformat(), row.to_on) == (ines, cast.north, "2026-03-01", None)
    wrong = adam.post(f"/delegations/{row.pk}/end/", {"to_on": "28-FEB-2026", "reason": "Left"})
    assert wrong.status_code == 422 and "before the first" in text(wrong)
    adam.post(f"/delegations/{row.pk}/end/", {"to_on": "31-MAR-2026", "reason": "Left"})
    row.refresh_from_db()
    assert row.to_on is not None and row.to_on.isoformat() == "2026-03-31"


def test_a_site_is_added_and_renamed(cast: Cast, adam: Client) -> None:
    adam.post("/sites/add/", {"code": "lake", "name": "Lakeside", "time_zone": "Europe/Amsterdam", "reason": "Opened"})
    lake = Site.objects.get(code="LAKE")
    adam.post(f"/sites/{lake.pk}/", {"name": "Lakeside Clinic", "time_zone": "America/New_York", "reason": "Renamed"})
    assert "Lakeside Clinic" in text(adam.get("/sites/")) and "America/New York" in text(adam.get("/sites/"))
    again = {"code": "LAKE", "name": "Again", "time_zone": "UTC", "reason": "x"}
    assert adam.post("/sites/add/", again).status_code == 422


def test_the_country_of_a_site_is_chosen_and_shown_and_no_other_letters_are_taken(cast: Cast, adam: Client) -> None:
    given = {"name": "North", "time_zone": "UTC", "reason": "For the authorities"}
    assert "Not known" in text(adam.get("/sites/"))
    assert adam.post(f"/sites/{cast.north.pk}/", {**given, "country": "XXX"}).status_code == 422
    assert adam.post(f"/sites/{cast.north.pk}/", {**given, "country": "NLD"}).status_code == 302
    assert "Netherlands" in text(adam.get("/sites/")) and "selected>Netherlands" in text(
        adam.get(f"/sites/{cast.north.pk}/")
    )


@pytest.mark.requirement("R05", "R15")
def test_access_rights_of_a_day_on_page_and_command_line(
    cast: Cast, adam: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "NORTH" in text(adam.get(f"/people/rights/?on={TODAY:%d-%b-%Y}"))
    assert "None</td>" in text(adam.get("/people/rights/?on=01-JAN-2020"))
    assert "message-error" in text(adam.get("/people/rights/?on=yesterday"))
    call_command("access_rights", on=TODAY.isoformat())
    lines = capsys.readouterr().out.splitlines()
    assert "nora\tNora\tcoordinator\tactive\tNORTH\t" in lines
    with pytest.raises(CommandError, match="is not a date"):
        call_command("access_rights", on="tomorrow")


@pytest.mark.requirement("R07")
def test_the_administrators_pages_hold_nothing_of_a_participant(cast: Cast, adam: Client) -> None:
    person = cast.people[Role.COORDINATOR]
    for page in ("/people/", f"/people/{person.pk}/", "/sites/", "/people/rights/", "/people/sign-ins/", "/status/"):
        answer = adam.get(page)
        assert answer.status_code == 200 and cast.participant.reference not in text(answer)
    clinical = ("/work/", "/participants/", f"/participants/{cast.participant.reference}/", "/dashboard/", "/groups/A/")
    for page in clinical:
        assert adam.get(page).status_code == 403


def test_the_list_of_users_counts_roles_and_names_who_has_no_second_factor_and_no_training(
    cast: Cast, adam: Client
) -> None:
    nora = cast.people[Role.COORDINATOR]

    def line() -> str:
        page = text(adam.get("/people/"))
        assert "site coordinator 2" in page.partition("Active:")[2].partition("</p>")[0]
        return next(row for row in page.split("<tr>") if f"/people/{nora.pk}/" in row)

    assert "not set up" in line() and ">missing<" in line()
    TOTPDevice.objects.create(user=nora, confirmed=True)
    with changes.record(None, "system", "for the test"):
        Training.objects.create(person=nora, role=nora.role, trained_on=TODAY, what="Endpoint")
    assert ">set up<" in line() and ">complete<" in line()


def test_the_administrator_lands_on_people(adam: Client) -> None:
    assert adam.get("/").headers["Location"] == "/people/"


def test_everybody_sees_the_own_sign_ins_and_only_the_administrator_all(cast: Cast, adam: Client) -> None:
    Client().post("/sign-in/", {"username": "nora", "password": "wrong"})
    assert "nora" in text(adam.get("/people/sign-ins/"))
    for query, is_shown in (("user=nor", True), ("user=nobody", False), ("user=nora&result=wrong_password", True),
                            ("result=signed_out", False), ("result=nonsense", False)):  # fmt: skip
        listed = text(adam.get(f"/people/sign-ins/?{query}")).partition("<tbody>")[2]
        assert ("nora" in listed) == is_shown, query
    nora = Client()
    nora.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    assert "Wrong username or password" in text(nora.get("/account/"))
    assert nora.get("/people/sign-ins/").status_code == 403


def test_the_first_administrator_is_added_from_the_command_line_and_only_the_first(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("add_administrator", "adam", full_name="Adam Novak")
    (password,) = re.findall(r"with (\S+) \(works once\)", capsys.readouterr().out)
    client = Client()
    client.post("/sign-in/", {"username": "adam", "password": password})
    assert client.get("/people/").headers["Location"].startswith("/account/password/")
    with pytest.raises(CommandError, match="already"):
        call_command("add_administrator", "eve", full_name="Eve")
