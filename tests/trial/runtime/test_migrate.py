"""Migrating while people work: tried again for a quarter of an hour, then given up in words."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as of_django
from django.db import OperationalError

from trial.management.commands import migrate


class _Busy(Exception):
    sqlstate = migrate.LOCK_NOT_AVAILABLE


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were waited for; each pause moves the clock by as much, and each turn takes five more."""
    pauses: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: sum(pauses), sleep=lambda seconds: pauses.append(seconds + 5))
    monkeypatch.setattr(migrate, "time", clock)
    return pauses


def _busy_for(turns: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    tried: list[int] = []

    def handle(*_: Any, **__: Any) -> None:
        tried.append(1)
        if len(tried) <= turns:
            raise OperationalError("canceling statement due to lock timeout") from _Busy()

    monkeypatch.setattr(of_django.Command, "handle", handle)
    return tried


@pytest.mark.usefixtures("database")
def test_tables_that_stay_in_use_end_the_migration_after_a_quarter_of_an_hour(
    waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = _busy_for(10_000, monkeypatch)
    with pytest.raises(CommandError, match="in use by other sessions"):
        call_command("migrate")
    assert 900 <= sum(waited) < 910 and len(tried) == len(waited)


@pytest.mark.usefixtures("database")
def test_tables_in_use_for_minutes_are_waited_for(waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = _busy_for(100, monkeypatch)
    call_command("migrate")
    assert len(tried) == 101 and sum(waited) > 500
