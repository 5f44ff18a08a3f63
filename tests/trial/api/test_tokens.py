"""Tokens: allowed by an administrator, created by their owner, shown once, counted, revoked, and written nowhere."""

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from capture.exchange.exporting.export import export
from tests.cast import Cast
from tests.program import Program, allowed, program_of
from trial.accounts import api_tokens
from trial.api import tokens
from trial.models import ApiSecret, ApiToken, Change, Person, Role, Version
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

pytestmark = pytest.mark.requirement("R72")
BACKEND = "django.contrib.auth.backends.ModelBackend"
FORM = {"name": "warehouse", "scopes": ["record:read", "metadata:read"], "site": "", "expires_on": "",
        "reason": "for the data warehouse"}  # fmt: skip


def signed_in(person: Person, password: str = "") -> Client:
    """The browser of a person."""
    if password:
        person.set_password(password)
        person.save()
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def in_a_month() -> str:
    """A day as it is typed."""
    return shown(datetime.now(UTC).date() + timedelta(days=30))


def test_an_administrator_allows_the_owner_creates_and_the_program_reads(cast: Cast) -> None:
    nora, adam = cast.people[Role.COORDINATOR], signed_in(cast.people[Role.ADMINISTRATOR])
    answer = adam.post(f"/people/{nora.pk}/tokens/add/", {**FORM, "expires_on": in_a_month()}, follow=True)
    assert "Nora can now create the secret" in answer.content.decode()
    token = ApiToken.objects.get()
    owner = signed_in(nora, "a long password of Nora")
    assert f"/account/tokens/{token.pk}/secret/" in owner.get("/account/").content.decode()
    page = owner.post(f"/account/tokens/{token.pk}/secret/", {"password": "a long password of Nora"})
    (secret,) = re.findall(r'<p class="secret-words">(ep_[\w-]{43})</p>', page.content.decode())
    assert page.headers["Cache-Control"] == "private, no-store"
    assert Program(secret).read("participants").status_code == 200
    assert Program(secret).read("queries").status_code == 403
    for where in (owner.get("/account/"), adam.get("/tokens/"), adam.get(f"/people/{nora.pk}/")):
        assert secret not in where.content.decode()
    again = owner.post(f"/account/tokens/{token.pk}/secret/", {"password": "a long password of Nora"}, follow=True)
    assert "was shown before" in again.content.decode() and secret not in again.content.decode()


def test_the_secret_is_shown_only_to_the_owner_who_proves_to_be_there(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    token = allowed(cast, nora)
    address = f"/account/tokens/{token.pk}/secret/"
    owner = signed_in(nora, "a long password of Nora")
    assert owner.post(address, {"password": "another one"}).status_code == 422
    for other in (cast.people[Role.ADMINISTRATOR], cast.people[Role.MONITOR]):
        assert signed_in(other).get(address).status_code == 404
        with pytest.raises(Refused, match="Only the owner"):
            api_tokens.create_secret(Save(other), token)
    assert not ApiSecret.objects.exists()


REFUSED: list[tuple[Role, dict[str, Any], str]] = [
    (Role.COORDINATOR, {"scopes": []}, "This field is required"),
    (Role.COORDINATOR, {"scopes": ["results:read"]}, "Select a valid choice"),
    (Role.COORDINATOR, {"reason": ""}, "Enter a reason"),
    (Role.COORDINATOR, {"expires_on": "12-FEB-2020"}, "must be today or later"),
    (Role.COORDINATOR, {"expires_on": "12-FEB-2035"}, "at most a year"),
    (Role.COORDINATOR, {"site": "south"}, "Select a valid choice"),
    (Role.CHAIR, {"scopes": ["results:read"], "site": "south"}, "is of all sites"),
    (Role.ADMINISTRATOR, {"scopes": ["record:read"]}, "Select a valid choice"),
]


def test_a_token_that_cannot_be_is_refused_in_words(cast: Cast) -> None:
    adam = signed_in(cast.people[Role.ADMINISTRATOR])
    for role, typed, words in REFUSED:
        given = {**FORM, "expires_on": in_a_month(), **typed}
        given["site"] = str(cast.south.pk) if given["site"] else ""
        answer = adam.post(f"/people/{cast.people[role].pk}/tokens/add/", given)
        assert answer.status_code == 422 and words in answer.content.decode(), (role, typed)
    assert not ApiToken.objects.exists()


def test_what_no_page_offers_is_refused_where_it_is_written(cast: Cast) -> None:
    nora, adam = cast.people[Role.COORDINATOR], Save(cast.people[Role.ADMINISTRATOR])
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("Select at least one scope", {"scopes": []}),
        ("cannot have the scope everything", {"scopes": ["everything"]}),
        ("cannot have the scope results:read", {"scopes": ["results:read"]}),
        (f"{cast.south.code} is not a site of", {"site": cast.south}),
    ]
    last = datetime.now(UTC).date() + timedelta(days=30)
    usual: dict[str, Any] = {"name": "warehouse", "scopes": ["record:read"], "site": None, "expires_on": last}
    for words, typed in refusals:
        with pytest.raises(Refused, match=words):
            api_tokens.make(adam, nora, **{**usual, **typed}, reason="why")
    token = allowed(cast, nora)
    for role in (Role.MONITOR, Role.CHAIR):
        with pytest.raises(PermissionError, match="Only an administrator or its owner"):
            api_tokens.revoke(Save(cast.people[role]), token, "why")
        assert signed_in(cast.people[role]).get(f"/tokens/{token.pk}/revoke/").status_code == 404
    api_tokens.revoke(adam, token, "no longer used")
    with pytest.raises(Refused, match="revoked before"):
        api_tokens.revoke(adam, token, "once more")
    with pytest.raises(Refused, match="revoked"):
        api_tokens.create_secret(Save(nora), token)
    Person.objects.filter(pk=nora.pk).update(is_active=False)
    with pytest.raises(Refused, match="is deactivated"):
        api_tokens.make(adam, nora, **usual, reason="why")
    assert ApiToken.objects.count() == 1 and not ApiSecret.objects.exists()


def test_making_and_revoking_are_changes_and_either_side_revokes(cast: Cast) -> None:
    nora, before = cast.people[Role.COORDINATOR], Change.objects.count()
    first, second = allowed(cast, nora), allowed(cast, nora)
    adam, owner = signed_in(cast.people[Role.ADMINISTRATOR]), signed_in(nora)
    assert adam.post(f"/tokens/{first.pk}/revoke/", {"reason": "no longer used"}).status_code == 302
    assert owner.post(f"/tokens/{second.pk}/revoke/", {"reason": "seen by others"}).status_code == 302
    assert signed_in(cast.people[Role.MONITOR]).get(f"/tokens/{second.pk}/revoke/").status_code == 404
    made = Change.objects.order_by("id")[before:]
    assert [(each.act, each.person.username) for each in made] == [
        ("account", "a_administrator"), ("account", "a_administrator"), ("account", "a_administrator"),
        ("account", "nora")]  # fmt: skip
    assert set(ApiToken.objects.values_list("struck_out_reason", flat=True)) == {"no longer used", "seen by others"}


def test_too_many_calls_are_counted_by_all_processes_and_told_when_to_come_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 8)
    program = program_of(cast, Role.COORDINATOR)
    answers: list[int] = []

    def ask() -> None:
        answers.extend(Program(program.secret).read("study").status_code for _ in range(4))
        connection.close()

    # Threads with connections of their own, as other processes have.
    others = [threading.Thread(target=ask) for _ in range(3)]
    for each in others:
        each.start()
    for each in others:
        each.join()
    is_new_minute = ApiSecret.objects.get().calls < 12
    assert is_new_minute or sorted(answers) == [200] * 8 + [429] * 4
    refused = program.read("study")
    assert is_new_minute or (refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 60)
    ApiSecret.objects.update(minute=0)
    assert program.read("study").status_code == 200


def test_a_secret_stands_nowhere(cast: Cast, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    program = program_of(cast, Role.STATISTICIAN)
    rest = program.secret[tokens.LETTERS_SHOWN :]
    for path in ("participants", "nothing", "entries/hormone/x", "results/A", "changes?after=x"):
        program.read(path)
    export("csv", tmp_path / "record")
    digest = tokens.digest_of(program.secret)
    for text in (caplog.text, *(each.read_text() for each in (tmp_path / "record").iterdir()),
                 *(str(row) for row in Version.objects.values_list("row", flat=True))):  # fmt: skip
        assert rest not in text and digest not in text
    exported = (tmp_path / "record" / "api_tokens.csv").read_text()
    assert "warehouse" in exported and "results:read" in exported


def test_the_page_of_the_api_loads_nothing_from_elsewhere_and_names_every_call(cast: Cast) -> None:
    page = signed_in(cast.people[Role.COORDINATOR]).get("/account/api/").content.decode()
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)
    assert "GET /api/v1/entries/{form}/{entry}/history" in page and "POST /api/v1/queries" in page
    described = Client().get("/api/v1/openapi.json")
    assert described.json()["openapi"] == "3.1.0"
