"""Every call of the API × role × scope × site × state of its token, from the resolver: nothing opens by itself."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, register
from tests.program import Program, allowed, program_for
from tests.security.addresses import every_call
from trial.accounts import api_tokens
from trial.api import tokens
from trial.api.assembly import description, scopes
from trial.api.scopes import SCOPES
from trial.models import ApiSecret, ApiToken, Change, FileJob, JournalEntry, Person, Query, Role
from trial.record import changes
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R72")
VALUES = {"form": "registration", "reference": "NET-001", "entry": "1", "query": "1", "group": "A",
          "endpoint": "response_rate", "job": "0123456789abcdef"}  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete")


def calls() -> Iterator[tuple[str, str, str]]:
    """(method, address, scope) of every operation."""
    for (method, address), scope in scopes().items():
        yield method, address.format(**VALUES), scope


def call(program: Client, method: str, address: str) -> Any:
    """The answer to an empty call."""
    return getattr(program, method)(address, **({"content_type": "application/json"} if method == "post" else {}))


CALLS = sorted(set(calls()))


def test_every_operation_of_the_description_states_its_scope() -> None:
    described = {(method, path): operation["security"] for path, each in json.loads(description())["paths"].items()
                 for method, operation in each.items()}  # fmt: skip
    assert described == {call: [{"Bearer": [scope]}] for call, scope in scopes().items()}
    routes = {"/" + re.sub(r"<(\w+)>", r"{\1}", route) for route, _ in every_call()}
    assert routes == {path for _, path in described} | {"/api/v1/", "/api/v1/<path:rest>"}
    assert set(scopes().values()) == set(SCOPES)


def test_nothing_is_answered_without_a_token_or_to_a_cookie(cast: Cast) -> None:
    signed_in = Client()
    signed_in.force_login(cast.people[Role.STATISTICIAN], backend="django.contrib.auth.backends.ModelBackend")
    unknown = Program("ep_" + "x" * 43)
    for client in (signed_in, Program(""), unknown):
        for method, address, _ in CALLS:
            answer = call(client, method, address)
            assert answer.status_code == 401, (method, address)
            assert answer.headers["Content-Type"] == "application/problem+json" and answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_a_token_opens_what_its_scopes_and_its_role_name_and_nothing_else(cast: Cast, role: Role) -> None:
    """Each scope by itself, also of a token that was given more than its role has (as an older version might have).

    The calls of the other scopes are all asked by one role, and by the others one in four.
    """
    person = cast.people[role]
    before = Change.objects.count()
    for scope in SCOPES:
        token = ApiToken(person=person, role=role, name="one", scopes=scope, expires_on="2999-01-01", starts_with="ep_")
        program = Program(written(token))
        others = [each for each in CALLS if each[2] != scope]
        others = others if role == Role.STATISTICIAN else others[:: len(SCOPES) // 2]
        for method, address, needed in [each for each in CALLS if each[2] == scope] + others:
            status = call(program, method, address).status_code
            is_open = needed == scope and role in SCOPES[scope].roles
            assert (status not in (401, 403)) == is_open, (scope, method, address, status)
    assert Change.objects.count() == before + len(SCOPES)
    assert not Query.objects.exists() and not FileJob.objects.exists()


def written(token: ApiToken) -> str:
    """Puts the token on record as it is; its secret."""
    secret = tokens.new_secret()
    with changes.record(None, "system", "a token for the test"):
        token.save()
        ApiSecret.objects.create(token=token, digest=tokens.digest_of(secret))
    return secret


def _revoked(cast: Cast, token: ApiToken) -> None:
    api_tokens.revoke(Save(cast.people[Role.ADMINISTRATOR]), token, "no longer used")


def _other_role(_: Cast, token: ApiToken) -> None:
    Person.objects.filter(pk=token.person_id).update(role=Role.CHAIR)


STATES: dict[str, Any] = {
    "revoked": _revoked,
    "has another role": _other_role,
    "deactivated": lambda cast, token: Person.objects.filter(pk=token.person_id).update(is_active=False),
    "one-time password": lambda cast, token: Person.objects.filter(pk=token.person_id).update(
        must_change_password=True),
}  # fmt: skip


def test_a_token_that_is_not_valid_any_more_opens_nothing(cast: Cast) -> None:
    person = cast.people[Role.STATISTICIAN]
    for words, ends in STATES.items():
        token = allowed(cast, person)
        program = Program(api_tokens.create_secret(Save(person), token))
        assert program.read("participants").status_code == 200
        ends(cast, token)
        noted = JournalEntry.objects.count()
        for method, address, _ in CALLS:
            answer = call(program, method, address)
            assert answer.status_code == 401 and words.split()[-1] in answer.json()["detail"], (method, address)
        assert JournalEntry.objects.count() == noted
        Person.objects.filter(pk=person.pk).update(role=person.role, is_active=True, must_change_password=False)


def test_a_token_ends_with_its_last_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_for(cast, cast.people[Role.MONITOR], days=0)
    assert program.read("study").status_code == 200

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=1)

    monkeypatch.setattr("trial.api.tokens.datetime", Tomorrow)
    answer = program.read("study")
    assert answer.status_code == 401 and "expired on" in answer.json()["detail"]


def test_nothing_of_another_site_is_found_by_any_call(cast: Cast) -> None:
    theirs = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    program = program_for(cast, cast.people[Role.MONITOR], site=cast.north)
    own = program_for(cast, cast.people[Role.INVESTIGATOR])
    for client in (program, own):
        for method, address, _ in CALLS:
            if "NET-001" in address or "/registration/1" in address:
                other = address.replace("NET-001", theirs.number or "").replace("/1", f"/{theirs.pk}")
                assert call(client, method, address).status_code == 200
                assert call(client, method, other).status_code == 404, other
            answer = call(client, method, address)
            assert (theirs.number or "none") not in answer.content.decode(), address


def test_other_methods_are_refused_in_words(cast: Cast) -> None:
    program = program_for(cast, cast.people[Role.STATISTICIAN])
    there: dict[str, set[str]] = {}
    for method, address, _ in CALLS:
        there.setdefault(address, set()).add(method)
    for address, methods in there.items():
        for method in set(METHODS) - methods:
            answer = getattr(program, method)(address)
            assert answer.status_code == 405 and answer.headers["Content-Type"] == "application/problem+json"
