"""Whatever is entered in whatever order, and whenever workers look: the results are those of a recompute from nothing.

Each example is a study of its own on a clone of the database, with two workers that hold what they have read, as
processes do. `ENDPOINT_EXAMPLES=2000` tries more of them by hand.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from analysis.endpoints import registry
from analysis.models import GroupResult, ParticipantOutcome
from analysis.outcomes import outcome
from analysis.results import moments, outcome_store, recompute
from analysis.results.moments import Moment
from tests.analysis.results.acts import Study, acts, do
from tests.analysis.results.typed import Act
from tests.cast import cast_of
from tests.plugin_postgres import another_database
from trial.record import changes, snapshot
from trial.record.in_force import reopenings, settings_in_force

EXAMPLES = int(os.environ.get("ENDPOINT_EXAMPLES", "12"))
pytestmark = pytest.mark.timeout(600 + 60 * EXAMPLES)
DONE: Counter[str] = Counter()


class Killed(Exception):
    """A worker that dies in the middle of a recompute."""


@dataclass(frozen=True)
class Look:
    """A worker recomputes a group: which of the two, whether it was just restarted, whether it dies on the way."""

    group: str
    worker: int
    restarted: bool
    dies: bool


LOOKS = some.builds(Look, some.sampled_from("AAB"), some.integers(0, 1), some.sampled_from((False, False, False, True)),
                    some.sampled_from((False, False, False, True)))  # fmt: skip
STORY = some.lists(some.one_of(acts(), acts(), LOOKS), min_size=10, max_size=60)


@dataclass
class Workers:
    """What each of the two holds, and every result that was stored with the outcomes it was made of."""

    holds: list[dict[str, Any]] = field(default_factory=lambda: [{}, {}])
    seen: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)

    def look(self, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
        """Recomputes, and holds the result against one from nothing."""
        if look.restarted:
            self.holds[look.worker].clear()
        monkeypatch.setattr(outcome_store, "_HELD", self.holds[look.worker])
        if look.dies:
            with monkeypatch.context() as small, pytest.raises(Killed):
                small.setattr(recompute, "AT_ONCE", 1)
                recompute.recompute(look.group, _die)
                raise Killed
            return
        stored = recompute.recompute(look.group)
        stored.refresh_from_db()
        found = bytes_of(stored.result), bytes_of(_outcomes(look.group))
        assert parting(found, from_nothing(look.group)) == "", f"group {look.group} at change {stored.holds_to}"
        self.seen[look.group, stored.holds_to] = found


def parting(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Where the two part, with some of what stands before it; empty when they are the same to the byte."""
    for this, that in zip(one, other, strict=True):
        if this != that:
            place = next((n for n, (a, b) in enumerate(zip(this, that, strict=False)) if a != b), 0)
            return f"{this[max(0, place - 200):place + 80]}\n  instead of\n{that[max(0, place - 200):place + 80]}"
    return ""


def _die(done: int, of: int) -> None:
    """In the second transaction: what the first one derived is stored, and the rest is not."""
    if done > 1:
        raise Killed


def bytes_of(value: Any) -> str:
    """As it would be stored."""
    return json.dumps(value, sort_keys=True)


def _outcomes(group: str) -> list[Any]:
    found = ParticipantOutcome.objects.filter(group=group).values_list("outcome", flat=True)
    return sorted(found, key=lambda each: str(each["number"]))


def from_nothing(group: str, as_of: int | None = None) -> tuple[str, str]:
    """Result and outcomes of the group out of the record (as_of: of its versions), with nothing held or stored."""
    chosen = settings_in_force(group, as_of)
    facts = snapshot.participants(snapshot.group_members(group, as_of), as_of)
    outcomes = [outcome.derive(each, chosen) for each in facts]
    result = registry.compute(group, outcomes, chosen, reopenings(group, as_of))
    return bytes_of(result), bytes_of(sorted(outcomes, key=lambda each: str(each["number"])))


@pytest.fixture
def begun(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A study under way, as a template: four participants of A and two of B, most of them on treatment."""
    monkeypatch.setattr(changes, "wake", lambda groups: None)
    cast_of()
    study = Study()
    for choice in (0, 0, 2, 1, 2):
        do(study, Act("register", 0, choice, 0))
    for who in range(5):
        for each in (Act("baseline", who, who, 5), Act("dose", who, 0, 0), Act("scan", who, 4 * (who % 2), 56)):
            do(study, each)
    return database


def test_incremental_and_full_recompute_and_live_and_as_of_reading_agree(
    begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(STORY)
    def play(story: list[Act | Look]) -> None:
        with another_database(begun, begun):
            _play(story, monkeypatch)

    try:
        play()
    finally:
        print(f"{sum(DONE.values())} acts and looks: {dict(DONE)}")
    assert DONE["look"] > EXAMPLES


def _play(story: list[Act | Look], monkeypatch: pytest.MonkeyPatch) -> None:
    study, workers = Study(), Workers()
    for each in story:
        if isinstance(each, Look):
            workers.look(each, monkeypatch)
            DONE["look"] += 1
        else:
            DONE[each.what if do(study, each) else "refused"] += 1
    for group in "AB":
        workers.look(Look(group, 0, False, False), monkeypatch)
    _every_moment_again(workers)


def _every_moment_again(workers: Workers) -> None:
    """Each result as it was stored then against the versions read now, by the function and as a page gets it."""
    for (group, change), found in workers.seen.items():
        assert parting(found, from_nothing(group, change)) == "", f"group {group} as of change {change}"
    for each in GroupResult.objects.filter(cutoff__isnull=True):
        text = bytes_of(each.result)
        try:
            GroupResult.objects.filter(pk=each.pk).delete()
        except ProgrammingError as refusal:  # evidence, which nobody takes away
            assert "a data cut names this result" in str(refusal)
            continue
        again = moments.compute(each.group, Moment(each.change))
        again.refresh_from_db()
        assert bytes_of(again.result) == text, f"group {each.group} stored at change {each.change}"
