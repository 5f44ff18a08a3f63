"""A recompute that hangs keeps its own group behind, and nothing else: no slot of the worker, no other group."""

import time

import psycopg
import pytest

from analysis.results.recompute import LOCK_BASE, groups_behind
from analysis.tasks import recompute_group, sweep
from tests.cast import Cast, cast_of, register
from trial.models import Role, operations


@pytest.fixture
def cast(database: str) -> Cast:
    """One participant of each group, nothing computed."""
    made = cast_of()
    for tumor in ("metastatic_gi_carcinoid", "insulinoma"):
        register(made.people[Role.COORDINATOR], made.north, tumour_type=tumor)
    return made


@pytest.mark.requirement("R64")
def test_a_group_that_another_session_holds_is_left_and_the_others_are_computed(
    cast: Cast, database_owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.results.recompute.PATIENCE_SECONDS", 0.2)
    assert groups_behind() == ["A", "B"]
    database_owner.execute("SELECT pg_advisory_lock(%s)", [LOCK_BASE + ord("A")])
    began = time.monotonic()
    assert recompute_group("A") == 0
    sweep()
    assert time.monotonic() - began < 20
    assert groups_behind() == ["A"]
    said = operations.notes()["sweep"]
    assert said.is_good and "group A is being recomputed by another session" in said.words
    database_owner.execute("SELECT pg_advisory_unlock_all()")
    assert sweep() == ["A"] and groups_behind() == []
