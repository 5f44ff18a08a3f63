"""Where the second factor is demanded, a signature takes the password and a code, both at the moment of signing."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.capture.conduct.test_signing import delegate
from tests.cast import cast_of
from tests.trial.accounts.security.people import PASSWORD, ada, code_of
from tests.trial.accounts.security.test_second_factor import set_up
from trial.accounts.security import second_factor
from trial.models import Person, Role, Signature

ADDRESS = "/participants/NET-001/signature/"


@pytest.fixture
def investigator(database: Any, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Ada, delegated investigator of Site North, where a second factor is demanded."""
    from django.conf import settings

    monkeypatch.setattr(settings, "SECOND_FACTOR", True)
    cast, person = cast_of(), ada(Role.INVESTIGATOR)
    person.sites.set([cast.north])
    delegate(person, cast.north, date(2026, 1, 1))
    return person


def _sign(client: Client, code: str, password: str = PASSWORD) -> Any:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(ADDRESS).content.decode())
    assert seen is not None
    return client.post(ADDRESS, {"seen": seen[1], "password": password, "code": code})


def _forget_wrong_codes() -> None:
    """The time to wait after them is over."""
    for model in (TOTPDevice, StaticDevice):
        model.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


@pytest.mark.requirement("R34")
def test_the_page_asks_for_the_code_and_the_password_alone_does_not_sign(investigator: Person) -> None:
    client = Client()
    set_up(client, investigator)
    assert 'name="code"' in client.get(ADDRESS).content.decode()
    for code in ("", "   ", "no code"):
        _forget_wrong_codes()
        answer = _sign(client, code)
        assert answer.status_code == 422 and b"The code is wrong or was already used" in answer.content, code
    StaticDevice.objects.update(throttling_failure_count=10, throttling_failure_timestamp=timezone.now())
    answer = _sign(client, "no code either")
    assert answer.status_code == 422 and b"A code before this one was wrong. Wait" in answer.content
    assert not Signature.objects.exists()


@pytest.mark.requirement("R34")
def test_a_wrong_code_does_not_sign_and_a_right_one_does(investigator: Person) -> None:
    client = Client()
    set_up(client, investigator)
    right = code_of(investigator, later=1)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert _sign(client, wrong).status_code == 422
    assert not Signature.objects.exists()
    _forget_wrong_codes()
    assert _sign(client, right).status_code == 302
    assert Signature.objects.get().signed_by == investigator


def test_the_right_code_with_a_wrong_password_does_not_sign_and_is_not_used_up(investigator: Person) -> None:
    client = Client()
    set_up(client, investigator)
    code = code_of(investigator, later=1)
    answer = _sign(client, code, password="a wrong long password")
    assert answer.status_code == 422 and b"The password is wrong" in answer.content
    assert _sign(client, code).status_code == 302


@pytest.mark.requirement("R34")
def test_a_code_that_opened_the_session_does_not_sign_again(investigator: Person) -> None:
    client = Client()
    set_up(client, investigator)  # with the code of this very moment
    answer = _sign(client, code_of(investigator))
    assert answer.status_code == 422 and b"was already used" in answer.content
    assert not Signature.objects.exists()


def test_a_recovery_code_signs_once(investigator: Person) -> None:
    client = Client()
    recovery = set_up(client, investigator)
    assert _sign(client, recovery[0]).status_code == 302
    assert Signature.objects.count() == 1
    assert second_factor.codes_left(investigator) == 9
    assert second_factor.verify(investigator, recovery[0]) is None
