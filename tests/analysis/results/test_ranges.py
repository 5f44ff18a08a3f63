"""A whole recompute by ranges of participants gives what a single pass gives, wherever it is interrupted."""

from typing import Any

import pytest

from analysis.models import GroupResult, ParticipantOutcome
from analysis.results import outcome_store, ranges
from analysis.results.recompute import ManyToDerive, groups_behind, recompute
from analysis.tasks import derive_range, gather, recompute_group, sweep
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.cast import Cast, cast_of, register
from trial.celery import celery_app
from trial.models import Participant, Role, operations
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

TUMORS = ("metastatic_gi_carcinoid", "insulinoma")
Stored = dict[int, tuple[int, str, dict[str, Any]]]


@pytest.fixture
def cast(database: str, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """Five participants of each group; ranges of two."""
    made = cast_of()
    for number in range(9):
        register(made.people[Role.COORDINATOR], made.north, tumour_type=TUMORS[number % 2])
    monkeypatch.setattr(ranges, "IN_A_RANGE", 2)
    monkeypatch.setattr(ranges, "MOST_AT_ONCE", 3)
    return made


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A broker that counts: what was handed out to the workers."""
    found: list[Any] = []

    def hand_out(parts: list[Any], app: Any) -> Any:
        return lambda last: found.append((parts, last))

    monkeypatch.setattr("analysis.tasks.chord", hand_out)
    monkeypatch.setattr(celery_app.conf, "result_backend", "redis://somewhere")
    return found


def _stored() -> Stored:
    return {row.participant_id: (row.change, row.settings_version, row.outcome)
            for row in ParticipantOutcome.objects.all()}  # fmt: skip


def _from_nothing() -> None:
    ParticipantOutcome.objects.all().delete()
    GroupResult.objects.all().delete()
    outcome_store.forget()


def _single_pass() -> tuple[Stored, str]:
    result = recompute("A")
    found = _stored(), result.fingerprint
    _from_nothing()
    return found


def _stale() -> list[int]:
    with pytest.raises(ManyToDerive) as many:
        recompute("A", most=3)
    return many.value.stale


def test_ranges_give_what_a_single_pass_gives(cast: Cast) -> None:
    outcomes, fingerprint = _single_pass()
    parts = ranges.of(_stale())
    assert len(parts) == 3
    assert [ranges.derive_one("A", part) for part in parts] == [2, 2, 2]
    assert _stored() == outcomes
    assert recompute("A", most=0).fingerprint == fingerprint


def test_what_was_interrupted_is_gone_on_with_and_may_run_twice(cast: Cast) -> None:
    outcomes, fingerprint = _single_pass()
    parts = ranges.of(_stale())
    assert ranges.derive_one("A", parts[1]) == 2
    assert ranges.derive_one("A", parts[1]) == 0  # given twice
    # Somebody saves before the rest is derived.
    event = {"term": "diarrhea", "grade": 3, "attribution": 4, "seriousness": "no", "outcome": "recovering",
             "action_taken": "none", "present_at_baseline": False, "onset_on": PartialDate(2026, 1, 20)}  # fmt: skip
    model = ENTRY_FORMS["adverse_event"].model
    blank = {each.name: each.get_default() for each in model._meta.concrete_fields if each.blank}
    blank.pop("struck_out_reason", None)
    moved = Participant.objects.get(pk=parts[1][0])
    entries.save(Save(cast.people[Role.COORDINATOR]), moved, ENTRY_FORMS["adverse_event"], blank | event)
    assert recompute("A").fingerprint != ""
    after = _stored()
    assert {key for key, row in after.items() if row[2] != outcomes[key][2]} == {moved.pk}
    assert groups_behind() == ["B"]


def test_many_participants_are_handed_out_once_and_gathered(cast: Cast, handed_out: list[Any]) -> None:
    outcomes, fingerprint = _single_pass()
    assert recompute_group("A") == 0
    assert recompute_group("A") == 0  # somebody saved meanwhile
    [(parts, last)] = handed_out
    assert last.task == "analysis.gather"
    for part in parts:
        assert part.task == "analysis.range"
        derive_range(*part.args)
    assert _stored() == outcomes
    assert gather(*last.args) > 0
    assert GroupResult.objects.get(group="A").fingerprint == fingerprint
    assert not ranges.are_under_way("A")


def test_ranges_that_nobody_goes_on_with_are_handed_out_again(cast: Cast, handed_out: list[Any]) -> None:
    sweep()
    operations.StatusNote.objects.filter(name="ranges A").update(at="2026-01-01T00:00Z")
    sweep()
    assert [last.args for _, last in handed_out] == [("A",), ("B",), ("A",)]


def test_without_a_broker_all_is_derived_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes, fingerprint = _single_pass()

    def refuse(parts: list[Any], app: Any) -> Any:
        raise OSError("no broker")

    monkeypatch.setattr("analysis.tasks.chord", refuse)
    monkeypatch.setattr(celery_app.conf, "result_backend", "redis://somewhere")
    assert recompute_group("A") > 0
    assert GroupResult.objects.get(group="A").fingerprint == fingerprint
