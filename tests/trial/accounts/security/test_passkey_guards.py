"""What a passkey is refused for, whatever the signature says: place, owner, time, counter; a browser tries the rest."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import webauthn
from axes.handlers.proxy import AxesProxyHandler
from django.test import RequestFactory
from django.utils import timezone

from tests.cast import Cast
from trial.accounts.security import passkeys, proof, sign_ins
from trial.models import Passkey, PasskeyUse, Person, Role
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R12")


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Every signature is right; what the authenticator says of its counter."""
    said = SimpleNamespace(new_sign_count=7, credential_id=b"one", credential_public_key=b"key", sign_count=0)
    for name in ("verify_authentication_response", "verify_registration_response"):
        monkeypatch.setattr(webauthn, name, lambda **_: said)
    return said


def at(host: str, person: Person, asked: float = 0) -> Any:
    """A page of this host that asked for the passkey, so many seconds after now."""
    challenge = [passkeys._text(b"challenge"), (timezone.now() + timedelta(seconds=asked)).timestamp()]
    return SimpleNamespace(user=person, session={passkeys.CHALLENGE: challenge}, scheme="https",
                           get_host=lambda: host, is_secure=lambda: True)  # fmt: skip


def passkey_of(person: Person, host: str = "trial.example", name: str = "one") -> Passkey:
    """One that its owner added."""
    with changes.record(Save(person), "account", "for the test"):
        made = Passkey.objects.create(user=person, name=name, host=host, credential_id=name, public_key="AAAA")
        PasskeyUse.objects.create(passkey=made)
    return made


def test_a_passkey_counts_at_its_place_for_its_owner_and_after_its_last_use(
    cast: Cast, counter: SimpleNamespace
) -> None:
    nora, chris = cast.people[Role.COORDINATOR], cast.people[Role.CHAIR]
    mine = passkey_of(nora)
    assert passkeys.verify(at("trial.example", nora, 1), mine, "{}") == mine
    Person.objects.filter(pk=chris.pk).update(is_active=False)
    closed = passkey_of(chris, name="two")
    closed.user.refresh_from_db()
    counter.new_sign_count = 8
    PasskeyUse.objects.filter(passkey=mine).update(used_at=timezone.now() - timedelta(hours=1))
    for page, passkey in (
        (at("trial.example", nora, -600), mine), (at("trial.example", nora, -60), mine),
        (at("elsewhere.example", nora, 1), mine), (at("trial.example", chris, 1), closed),
        (at("192.0.2.7", nora, 1), mine), (at("trial.example", nora, 1), None),
    ):  # fmt: skip
        with pytest.raises(Refused):
            passkeys.verify(page, passkey, "{}")
        PasskeyUse.objects.filter(passkey=mine).update(used_at=timezone.now() - timedelta(seconds=30))
    page = at("trial.example", nora, 2)
    passkeys.verify(page, mine, "{}")
    with pytest.raises(Refused):
        passkeys.verify(page, mine, "{}")  # the challenge is used up
    with pytest.raises(passkeys.Copied):
        passkeys.verify(at("trial.example", nora, 3), mine, "{}")


def test_a_passkey_is_offered_where_it_counts(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    assert not passkeys.counts_here(at("trial.example", nora))
    with pytest.raises(Refused, match="No passkey of yours"):
        passkeys.questions(at("trial.example", nora))
    passkey_of(nora)
    assert passkeys.counts_here(at("trial.example", nora)) and not passkeys.counts_here(at("elsewhere.example", nora))
    assert not passkeys.counts_here(at("[2001:db8::1]", nora)) and not passkeys.counts_here(at("192.0.2.7", nora))


def test_a_new_passkey_has_a_name_and_is_added_once(cast: Cast, counter: SimpleNamespace) -> None:
    nora = cast.people[Role.COORDINATOR]
    for name in ("", "   ", "x" * 65):
        with pytest.raises(Refused, match="Enter a name"):
            passkeys.add(Save(nora), at("trial.example", nora), name, "{}")
    passkeys.add(Save(nora), at("trial.example", nora), "hospital laptop", "{}")
    with pytest.raises(Refused, match="added before"):
        passkeys.add(Save(nora), at("trial.example", nora), "again", "{}")


@pytest.mark.parametrize("answer", ["", "null", "[]", "{", '{"id": 5}', '{"id": "a b"}', '{"id": "nobody"}',
                                    "[" * 5000, " " * 20_001])  # fmt: skip
def test_an_answer_that_names_no_passkey_names_none(cast: Cast, answer: str) -> None:
    passkey_of(cast.people[Role.COORDINATOR])
    assert passkeys.named_in(answer) is None


@pytest.mark.requirement("R08")
@pytest.mark.parametrize("is_blocked", ["is_blocked_address", "is_locked"])
def test_nothing_is_checked_for_a_blocked_account_or_address(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, is_blocked: str
) -> None:
    place = sign_ins if is_blocked == "is_blocked_address" else AxesProxyHandler
    monkeypatch.setattr(place, is_blocked, lambda *_, **__: True)
    request = RequestFactory().post("/")
    request.user, request.session = cast.people[Role.COORDINATOR], {}
    checks: list[Callable[[], object]] = [lambda: proof.passkey_of(request, "{}"),
                                          lambda: proof.single_sign_on_of(request)]  # fmt: skip
    if is_blocked == "is_locked":
        checks.append(lambda: proof.device_of(request, request.user, "123456"))
    for check in checks:
        with pytest.raises(proof.Blocked):
            check()
