"""Every URL × role × other site, generated from the resolver: a new URL without a stated rule fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from capture.conduct import redactions
from tests.blacked import NAME, typed
from tests.cast import Cast, cast_of
from trial.models import Role
from trial.record import changes, system_queries
from trial.record.save import Save

IGNORED_NAMESPACES: set[str] = set()


def _patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            found += _patterns(each, prefix + str(each.pattern))
        else:
            found.append((prefix + str(each.pattern), each))
    return found


def _all() -> list[tuple[str, URLPattern]]:
    return [(route, each) for route, each in _patterns(get_resolver()) if not route.startswith("static/")]


def _address(route: str, cast: Cast) -> str:
    assessment = cast.participant.assessments.first()
    values = {
        "<str:reference>": cast.participant.reference,
        "<int:number>": "1",
        "<int:assessment_id>": str(assessment.pk if assessment else 1),
        "<int:waiver_id>": str(cast.waiver.pk),
        "<str:kind>": "registration",
        "<int:row_id>": "1",
        "<str:form>": "deviation",
        "<str:proposal>": "visit-1-HGB",
        "<int:lesion_id>": "1",
        "<int:reopening_id>": "1",
        "<int:hold_id>": "1",
        "<int:change_number>": str(_change_of(cast)),
        "<int:query_id>": str(_query_of(cast)),
        "<str:letter>": "A",
        "<str:figure>": "responders",
        "<str:files>": "csv",
        "<int:person_id>": str(cast.people[Role.INVESTIGATOR].pk),
        "<slug:act_name>": "deactivate",
        "<int:delegation_id>": "1",
        "<int:training_id>": "1",
        "<int:problem_id>": "1",
        "<int:redaction_id>": str(_black_out_of(cast)),
        "<int:version_id>": "1",
        "<slug:field>": "description",
        "<int:site_id>": str(cast.north.pk),
        "<int:kept_id>": "1",
        "<slug:archive_id>": "0123456789abcdef",
        "<str:plot>": "spider",
        "<str:ending>": "svg",
    }
    for token, value in values.items():
        route = route.replace(token, value)
    return "/" + route


def _change_of(cast: Cast) -> int:
    """A Change about the participant of the cast."""
    return int(cast.participant.changes.values_list("id", flat=True)[0])


def _black_out_of(cast: Cast) -> int:
    """A black-out asked for in the record of the participant of the cast."""
    found = cast.participant.redactions.first()
    if found is None:
        change, version, _ = typed(cast.participant, cast.people[Role.COORDINATOR])
        source = redactions.Source(change, version, "description")
        found = redactions.ask(Save(cast.people[Role.COORDINATOR]), cast.participant, source, NAME, "a name was typed")
    return found.pk


def _query_of(cast: Cast) -> int:
    """A query about the participant of the cast."""
    found = cast.participant.queries.first()
    if found is None:
        with changes.record(None, "query", participant=cast.participant) as change:
            found = system_queries.open_one(
                cast.participant, system_queries.Finding("", "registration", None, "", ""), "Please look.", change.at
            )
    return found.pk


@pytest.mark.requirement("R01")
def test_every_url_states_its_rule() -> None:
    routes = _all()
    assert len(routes) > 8
    assert [route for route, each in routes if not hasattr(each.callback, "rule")] == []


@pytest.mark.requirement("R01")
def test_signed_out_people_are_sent_to_sign_in_everywhere(database: object) -> None:
    cast = cast_of()
    for route, each in _all():
        if each.callback.rule == "public":
            continue
        answer = Client().get(_address(route, cast))
        assert answer.status_code in {302, 405} and "sign-in" in answer.headers.get("Location", "sign-in"), route


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_where_the_rule_does_not_name_it(database: object, role: Role) -> None:
    cast = cast_of()
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    asked = 0
    for route, each in _all():
        rule = each.callback.rule
        if rule == "public" or role in rule:
            continue
        for method in (client.get, client.post):
            assert method(_address(route, cast)).status_code in {403, 404, 405}, (role, route)
        asked += 1
    assert asked or role in {Role.CHAIR}


@pytest.mark.requirement("R02")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR])
def test_every_page_of_another_sites_participant_is_404(database: object, role: Role) -> None:
    cast = cast_of()
    client = Client()
    client.force_login(cast.elsewhere[role], backend="django.contrib.auth.backends.ModelBackend")
    ours = ("<str:reference>", "<int:query_id>", "<int:change_number>", "<int:redaction_id>")
    pages = [route for route, each in _all() if any(one in route for one in ours) and role in each.callback.rule]
    assert pages
    for route in pages:
        for method in (client.get, client.post):
            assert method(_address(route, cast)).status_code in {404, 405}, route
