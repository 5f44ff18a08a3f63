"""Somebody responsible for security is told when wrong passwords close signing in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings

from analysis.views import status as status_page
from tests.cast import Cast, cast_of
from trial.accounts.security import lockouts
from trial.audit import verify
from trial.celery import celery_app
from trial.models import Change, Person, Role
from trial.runtime.worker import messages
from trial.tasks import tell_of_lockout

LOCAL = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def outbox(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What would be sent; the worker does its task at once."""
    monkeypatch.setattr(messages, "send", lambda task, *args: tell_of_lockout(*args))
    with override_settings(EMAIL_BACKEND=LOCAL, PUBLIC_ADDRESS="https://trial.example"):
        mail.outbox = []
        yield mail.outbox


@pytest.fixture
def cast(outbox: list[Any]) -> Cast:
    """The fixed cast; the administrator and the chair have addresses."""
    made = cast_of()
    for role, address in ((Role.ADMINISTRATOR, "adam@hospital.example"), (Role.CHAIR, "chris@hospital.example")):
        Person.objects.filter(pk=made.people[role].pk).update(mail_address=address)
    return made


def _knock(username: str, times: int = 5) -> int:
    """The answer to the last of some wrong passwords."""
    client = Client()
    for _ in range(times):
        answer = client.post("/sign-in/", {"username": username, "password": "wrong"})
    return int(answer.status_code)


def _said() -> tuple[bool | None, str]:
    line = next(each for each in status_page.lines() if each.part == "Signing in")
    return line.is_good, line.words


@pytest.mark.requirement("R08")
def test_the_administrators_are_told_by_mail_and_on_the_status_page(cast: Cast, outbox: list[Any]) -> None:
    assert _said()[0] is True
    assert _knock("nora", 4) == 200 and outbox == []
    assert _knock("nora", 1) == 429
    (message,) = outbox
    assert message.to == ["adam@hospital.example"], "nobody else is responsible for security"
    assert "wrong passwords for the account nora, from 127.0.0.1" in message.body
    assert "https://trial.example/people/sign-ins/" in message.body
    is_good, words = _said()
    assert is_good is False and "the account nora" in words


@pytest.mark.requirement("R08")
def test_a_name_that_is_no_account_is_not_sent_and_one_mail_is_enough(cast: Cast, outbox: list[Any]) -> None:
    assert _knock("My-Secret-Password-2026") == 429
    for name in ("My-Secret-Password-2026", "nora", "a_monitor"):
        _knock(name, 7)
    (message,) = outbox
    assert "an unknown username" in message.body and "Secret" not in f"{message.subject}{message.body}"
    assert "Secret" not in _said()[1]


@pytest.mark.requirement("R04")
def test_a_lockout_of_an_account_is_on_the_trail_once_and_one_of_no_account_is_not(cast: Cast) -> None:
    before = Change.objects.count()
    _knock("My-Secret-Password-2026", 7)
    assert Change.objects.count() == before
    _knock("nora", 9)
    (change,) = Change.objects.filter(id__gt=before)
    assert (change.person, change.role, change.act) == (None, "system", "account")
    assert change.reason == "sign-in blocked after wrong passwords: nora"
    _knock("a_monitor", 5)
    assert Change.objects.count() == before + 2
    assert verify.verify(connection).first_break is None


@pytest.mark.requirement("R08")
def test_without_a_broker_or_a_mail_server_signing_in_is_closed_all_the_same(
    cast: Cast, outbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.undo()  # the message goes out as it does in the product
    monkeypatch.setattr(celery_app, "send_task", gone)
    assert _knock("nora") == 429 and _said()[0] is False
    assert messages.wait_until_sent(5)
    with override_settings(EMAIL_BACKEND="no.such.Backend"):
        assert lockouts.write("closed") == 0
