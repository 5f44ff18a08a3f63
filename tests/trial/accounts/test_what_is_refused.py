"""What administrators and pages of accounts refuse in words: each refusal leaves the record as it was."""

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.capture.typed import signed_in
from tests.cast import Cast
from trial.accounts import administration, navigation
from trial.accounts.middleware import StatedRule
from trial.models import Change, Person, Role
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R04")


def test_what_cannot_be_is_refused_in_words(cast: Cast) -> None:
    save, ines = Save(cast.people[Role.ADMINISTRATOR]), cast.people[Role.INVESTIGATOR]
    late, early = date(2026, 3, 2), date(2026, 3, 1)
    refusals: list[tuple[str, Callable[[], object]]] = [
        ("not a time zone", lambda: administration.save_site(save, None, "EAST", "East", "new", "Europe/Atlantis")),
        ("not the code of a country", lambda: administration.save_site(
            save, None, "EAST", "East", "new", "UTC", "XXX")),
        ("before the first day", lambda: administration.delegate(save, ines, cast.north, late, early, "visit")),
        ("cannot change between roles", lambda: administration.change(
            save, cast.people[Role.MONITOR], "Mona", Role.COORDINATOR, [cast.north], "now enters")),
        ("cannot change between roles", lambda: administration.change(
            save, cast.people[Role.COORDINATOR], "Nora", Role.MONITOR, [cast.north], "now monitors")),
        ("Enter the result", lambda: administration.review_access_rights(save, early, "  ")),
    ]  # fmt: skip
    before = Change.objects.count()
    for words, act in refusals:
        with pytest.raises(Refused, match=words):
            act()
    assert Change.objects.count() == before


def test_a_view_that_does_not_state_who_may_call_it_answers_nobody() -> None:
    def view() -> None:
        """Without a rule."""

    with pytest.raises(ImproperlyConfigured, match="does not state who may call it"):
        StatedRule(lambda _: HttpResponse()).process_view(RequestFactory().get("/"), view, (), {})


def test_without_the_password_now_the_new_one_is_not_even_judged(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    nora.set_password("the one that is used today")
    nora.save()
    client = Client()
    client.force_login(nora, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post("/account/password/", {"new_password": "short", "new_password_again": "short"})
    assert page.status_code == 422 and "too short" not in page.content.decode()
    assert Person.objects.get(pk=nora.pk).check_password("the one that is used today")


def test_nobody_and_who_reads_no_record_gets_no_menu_of_it(cast: Cast) -> None:
    request, signed_out = RequestFactory().get("/"), RequestFactory().get("/")
    signed_out.user = AnonymousUser()
    assert navigation.sites_in_words(signed_out.user) == ""
    assert navigation.entries(request) == [] == navigation.entries(signed_out)
    words = {role: navigation.sites_in_words(cast.people[role]) for role in Role}
    assert words == {Role.COORDINATOR: "NORTH", Role.INVESTIGATOR: "NORTH", Role.MONITOR: "all sites",
                     Role.CHAIR: "all sites", Role.STATISTICIAN: "all sites", Role.ADMINISTRATOR: ""}  # fmt: skip
    page = signed_in(cast.people[Role.ADMINISTRATOR]).get("/people/").content.decode()
    assert 'href="/participants/"' not in page
