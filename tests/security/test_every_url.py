"""Every URL × every session that is not complete, and × hostile values: nothing opens, nothing breaks.

ENDPOINT_SECURITY=long asks every page everything: by every role and method, every value in every parameter by itself.
The short form, which runs always, deals the same values and methods out over the pages: each page is asked in every
kind of session and with every kind of value, and what it is asked with moves on whenever a file of the product changes.
"""

import os
import re
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django import forms
from django.test import Client

from tests.cast import Cast, cast_of
from tests.security.addresses import address_of, every_url
from trial.accounts.forms import WithReason
from trial.accounts.security import proof, second_factor
from trial.accounts.security import session as idle
from trial.models import Change, Draft, Person, Role

LONG = os.environ.get("ENDPOINT_SECURITY") == "long"
ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path.read_bytes() for folder in ("trial", "capture", "analysis")
           for path in sorted((ROOT / folder).rglob("*.py"))]  # fmt: skip
# The same as long as the product is the same: what was red is red again.
DEAL = zlib.crc32(b"".join(SOURCES))
pytestmark = [pytest.mark.timeout(7200)] if LONG else []
BACKEND = "django.contrib.auth.backends.ModelBackend"
READ = re.compile(
    r"(?:GET|POST|given|asked|posted|words)\.get(?:list)?\(\s*\"(\w+)\"|name in \(((?:\"\w+\",? ?)+)\)"
    r"|\bfields\[\"(\w+)\"\]"
)
# What pages read by a name that is put together or a constant.
MORE = {"from", "to", "from_cutoff", "to_cutoff", "page", "site", "group", "state", "typed", "q", "cycle", "kept_form",
        proof.ANSWER}  # fmt: skip


class Asking(Client):
    """A client that counts what is asked, and answers 500 for a fault of the program as a server does."""

    asked: ClassVar[Counter[str]] = Counter()
    person: Person | None = None

    def __init__(self, **headers: Any) -> None:
        super().__init__(raise_request_exception=False, **headers)

    def request(self, **request: Any) -> Any:
        """One more."""
        self.asked[request["REQUEST_METHOD"]] += 1
        return super().request(**request)


@pytest.fixture(scope="module", autouse=True)
def count(request: pytest.FixtureRequest) -> Iterator[None]:
    """The long form says how much was asked."""
    yield
    if LONG:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\nasked: {dict(Asking.asked)}")


def signed_in(person: Person) -> Client:
    """The person with a complete session, or as complete as it gets without a code."""
    client = Asking()
    client.person = person
    client.force_login(person, backend=BACKEND)
    return client


def locked(person: Person, _: Any) -> Client:
    """The page saw nobody for a while."""
    client = signed_in(person)
    client.post("/pause/lock/")
    return client


def expired(person: Person, _: Any) -> Client:
    """Nothing was asked of the server for longer than is allowed."""
    client = signed_in(person)
    session = client.session
    session[idle.ACTIVE_AT] = int(time.time()) - 86_400
    session.save()
    return client


def before_the_code(person: Person, settings: Any) -> Client:
    """The password was right; the code is still asked for."""
    settings.setattr("django.conf.settings.SECOND_FACTOR", True)
    device = second_factor.device_to_set_up(person)
    device.confirmed = True
    device.save()
    return signed_in(person)


def before_the_set_up(person: Person, settings: Any) -> Client:
    """The password was right; there is no authenticator yet."""
    settings.setattr("django.conf.settings.SECOND_FACTOR", True)
    return signed_in(person)


def before_the_own_password(person: Person, _: Any) -> Client:
    """The one-time password was right; an own one is not chosen yet."""
    Person.objects.filter(pk=person.pk).update(must_change_password=True)
    return signed_in(person)


def nobody(_: Person, __: Any) -> Client:
    """No session."""
    return Asking()


SESSIONS: dict[str, tuple[Callable[[Person, Any], Client], str]] = {
    "none": (nobody, "/sign-in/"),
    "locked": (locked, "/pause/"),
    "expired": (expired, "/pause/"),
    "before the code": (before_the_code, "/sign-in/code/"),
    "before the set-up": (before_the_set_up, "/account/second-factor/"),
    "before the own password": (before_the_own_password, "/account/password/"),
}


STEPS = tuple({step for _, step in SESSIONS.values()})
METHODS = ("get", "post", "head", "put", "patch", "delete")


def dealt(choices: Sequence[Any], turn: int) -> Sequence[Any]:
    """All of them in the long form; else the one whose turn it is on a page."""
    return choices if LONG else [choices[(DEAL + turn) % len(choices)]]


@pytest.mark.requirement("R01")
@pytest.mark.parametrize("role", list(Role) if LONG else [Role.INVESTIGATOR])
@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_that_is_not_complete_opens_one_page_only(
    database: object, monkeypatch: pytest.MonkeyPatch, name: str, role: Role
) -> None:
    cast = cast_of()
    person = cast.people[role]
    person.set_password("only so that there is one")
    person.save()
    pages = [address_of(route, cast) for route, each in every_url() if each.callback.rule != "public"]
    begin, step = SESSIONS[name]
    client, before = begin(person, monkeypatch), Change.objects.count()
    for turn, page in enumerate(pages, list(SESSIONS).index(name)):
        for method in dealt(METHODS, turn) if LONG else {"get", *dealt(METHODS[1:], turn)}:
            answer = getattr(client, method)(page)
            if page != step:
                leads = answer.headers.get("Location", "")
                assert (answer.status_code, leads.partition("?")[0]) == (302, step), (page, answer.status_code, leads)
    assert Change.objects.count() == before and not Draft.objects.exists()


def parameters() -> list[str]:
    """Every name that a page reads from the address or a form by hand, and every field of a form beside the record."""
    found = set(MORE)
    for form in forms.Form.__subclasses__() + WithReason.__subclasses__():
        found |= set(form.base_fields)  # type: ignore[attr-defined]
    for source in SOURCES:
        for names in READ.findall(source.decode()):
            found |= set(re.findall(r"\w+", " ".join(names)))
    return sorted(found)


UNREADABLE = ("%00", "a%00b", "%ED%A0%80", "%FF", "%C3%28")
STRANGE = ("%C2%B2", "%D9%A3", "9" * 25, "-1", "1.5", "NaN", "%E2%80%AE%E2%80%8B", "%F0%9F%A6%A0", "'%22%3E%3Cb%3E",
           "..%2F..%2Fetc%2Fpasswd", "%25", "t")  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def test_the_names_of_parameters_are_found() -> None:
    names = parameters()
    known = {"as_of", "who", "continues", "cut", "opened_at", "kept_form", "passkey", "code", "old_password"}
    assert len(names) > 60 and known <= set(names)


def asked_with(client: Client, page: str, texts: str, turn: int) -> Iterator[Any]:
    """The page with the texts in the address, in the form, and in both."""
    for address, form in dealt(((texts, None), ("", texts), (texts, texts)), turn):
        place = f"{page}?{address}"
        yield client.get(place) if form is None else client.post(place, form, content_type=FORM)


def pages_for(cast: Cast) -> Iterator[tuple[Client, str]]:
    """Every page, asked by somebody who may open it and is signed in to the end, since nobody else gets far."""
    clients = {role: signed_in(person) for role, person in cast.people.items()}
    for route, each in every_url():
        page, rule = address_of(route, cast), each.callback.rule
        if page in ("/sign-out/", "/account/sign-out-everywhere/", "/pause/lock/"):
            continue
        client = clients[next(role for role in Role if rule == "public" or role in rule)]
        yield client, page
        if "_auth_user_id" not in client.session:  # some pages sign out whom they ask in vain for a password
            client.force_login(client.person, backend=BACKEND)
    assert {role: client.get("/account/").status_code for role, client in clients.items()} == dict.fromkeys(Role, 200)


# So many tests share the pages of a kind of value: each begins its dealing elsewhere. In the long form they share the
# values, so that each can be run by itself.
ROUNDS = range(4) if LONG else range(2)


def values_of(round: int, values: Sequence[str], turn: int) -> Sequence[str]:
    """What a page is asked with in this round."""
    return values[round :: len(ROUNDS)] if LONG else dealt(values, turn + round * (len(values) // len(ROUNDS)))


@pytest.mark.parametrize("round", ROUNDS)
def test_what_cannot_be_read_is_refused_in_words_by_every_page(database: object, round: int) -> None:
    for turn, (client, page) in enumerate(pages_for(cast_of())):
        for value in values_of(round, UNREADABLE, turn):
            for answer in asked_with(client, page, f"anything={value}", turn + round):
                assert answer.status_code == 400 and "cannot be read" in answer.content.decode(), page


@pytest.mark.parametrize("round", ROUNDS)
def test_a_strange_value_in_any_parameter_breaks_no_page(database: object, round: int) -> None:
    names, broken = parameters(), []
    for turn, (client, page) in enumerate(pages_for(cast_of())):
        for value in values_of(round, STRANGE, turn):
            texts = [f"{name}={value}" for name in names]
            for text in texts if LONG else ["&".join(texts)]:
                for answer in asked_with(client, page, text, turn + round):
                    answer.close()
                    broken += [(page, text)] if answer.status_code >= 500 else []
    assert not broken


@pytest.mark.parametrize("page", ["/participants/%00/", "/participants/%ED%A0%80/", "/groups/%00/", "/terms/%00"])
def test_an_address_that_cannot_be_read_is_refused(database: object, page: str) -> None:
    assert signed_in(cast_of().people[Role.COORDINATOR]).get(page).status_code in (400, 404)


def test_a_cookie_that_cannot_be_read_is_refused(database: object) -> None:
    client = Asking()
    for name in ("sessionid", "csrftoken", "endpoint_person", "messages"):
        answer = client.get("/work/", headers={"cookie": f'{name}="aaaaaaaaaaaa\\000"'})
        assert answer.status_code == 400


def test_a_megabyte_in_any_parameter_breaks_no_page(database: object) -> None:
    million = "x" * 1_000_000
    for turn, (client, page) in enumerate(pages_for(cast_of())):
        for name in dealt(parameters(), turn) if LONG or (DEAL + turn) % 8 == 0 else ():
            answer = client.post(page, {name: million})
            answer.close()
            assert answer.status_code < 500, (page, name)


@pytest.mark.parametrize(
    "body",
    ['{"path": "\\ud800", "fields": {}}', '{"path": "/work/", "fields": {"a": "\\ud800"}}',
     '{"path": "/work/", "fields": {"\\u0000": "b"}}', "[" * 5000, "null", "²"],
)  # fmt: skip
def test_a_draft_that_cannot_be_read_is_refused(database: object, body: str) -> None:
    client = signed_in(cast_of().people[Role.COORDINATOR])
    assert client.post("/drafts/keep/", {"path": "x" * 1_000_000}).status_code == 422, "a form with parts"
    assert client.post("/drafts/keep/", body, content_type="application/json").status_code == 422
