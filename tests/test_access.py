"""Every URL × role × other site, generated from the resolver: a new URL without a stated rule fails."""

from collections import defaultdict

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import cast_of
from tests.security.addresses import address_of, every_url
from trial.models import Role


@pytest.mark.requirement("R01")
def test_every_url_states_its_rule() -> None:
    routes = every_url()
    assert len(routes) > 8
    assert [route for route, each in routes if not hasattr(each.callback, "rule")] == []


@pytest.mark.requirement("R01")
def test_signed_out_people_are_sent_to_sign_in_everywhere(database: object) -> None:
    cast = cast_of()
    for route, each in every_url():
        if each.callback.rule == "public":
            continue
        answer = Client().get(address_of(route, cast))
        assert answer.status_code in {302, 405} and "sign-in" in answer.headers.get("Location", "sign-in"), route


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_where_the_rule_does_not_name_it(database: object, role: Role) -> None:
    cast = cast_of()
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    asked = 0
    for route, each in every_url():
        rule = each.callback.rule
        if rule == "public" or role in rule:
            continue
        for method in (client.get, client.post):
            assert method(address_of(route, cast)).status_code in {403, 404, 405}, (role, route)
        asked += 1
    assert asked or role in {Role.CHAIR}


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR])
def test_every_page_of_another_sites_participant_is_404(database: object, role: Role) -> None:
    cast = cast_of()
    client = Client()
    client.force_login(cast.elsewhere[role], backend="django.contrib.auth.backends.ModelBackend")
    ours = ("<str:reference>", "<int:query_id>", "<int:change_number>", "<int:redaction_id>")
    pages = [route for route, each in every_url() if any(one in route for one in ours) and role in each.callback.rule]
    assert pages
    for route in pages:
        for method in (client.get, client.post):
            assert method(address_of(route, cast)).status_code in {404, 405}, route


def test_no_two_addresses_share_a_name() -> None:
    """Else a menu leads to the other: “Sites” led to the list of the API."""
    routes = defaultdict[str, set[str]](set)
    for route, each in every_url():
        if each.name:
            routes[f"{each.callback.__module__.partition('.')[0]}:{each.name}"].add(route)
    assert {name: found for name, found in routes.items() if len(found) > 1} == {}
    assert reverse("sites") == "/sites/"
