"""Troubles of the server that have a name are told in words, with the log's line; nobody reads a stack trace."""

import errno

import psycopg
import pytest
from django.test import Client

from tests.capture.typed import signed_in
from tests.cast import cast_of
from trial.accounts.views import trouble
from trial.models import Role


class _OfTheDatabase(Exception):
    def __init__(self, state: str) -> None:
        super().__init__("words that may hold what somebody typed")
        self.sqlstate = state


@pytest.mark.requirement("R64")
@pytest.mark.parametrize(("error", "words"), [
    (_OfTheDatabase("53100"), "The disk of the server is full. Nothing was saved."),
    (OSError(errno.ENOSPC, "x"), "The disk of the server is full. Nothing was saved."),
    (_OfTheDatabase("53300"), "All connections to the database are in use."),
    (trouble.PoolTimeout("x"), "All connections to the database are in use."),
    (psycopg.OperationalError("gone"), "out of reach"),
    (_OfTheDatabase("57014"), "it took too long"), (_OfTheDatabase("57P03"), "It is starting, or out of reach."),
])  # fmt: skip
def test_a_page_says_what_is_the_matter(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    nora = signed_in(cast_of().people[Role.COORDINATOR])
    nora.raise_request_exception = False

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a page") from error

    monkeypatch.setattr("trial.accounts.views.own_account.render", fails)
    answer = nora.get("/account/")
    page = answer.content.decode()
    assert answer.status_code == 503 and words in page and "somebody typed" not in page
    assert answer.headers["Retry-After"] == "60"
    assert any(record.name == trouble.__name__ for record in caplog.records)


def test_any_other_error_keeps_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("trial.accounts.middleware.site_clock.at", lambda *_: 1 / 0)
    answer = client.get("/status/live")
    assert answer.status_code == 500 and "Nothing was partly saved" in answer.content.decode()


@pytest.mark.parametrize(("error", "status", "words"), [
    (_OfTheDatabase("53300"), 503, "All connections to the database are in use."),
    (ValueError("words that may hold what somebody typed"), 500, "Tell the administrator the time."),
])  # fmt: skip
def test_a_program_is_told_in_its_own_form(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("trial.accounts.middleware.site_clock.at", fails)
    answer = Client(raise_request_exception=False).get("/api/v1/study")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"] and "somebody typed" not in answer.content.decode()
