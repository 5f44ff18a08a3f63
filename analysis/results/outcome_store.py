"""The outcome of each participant, kept from one recompute to the next: in the database, and decoded in the worker.

A row says up to which change, with which settings and by which engine it was derived; one that says anything else than
what is asked for is not used. What the worker holds in memory is a copy of such rows, checked against them each time.
"""

import gc
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from analysis.endpoints.registry import COMPUTED_FROM, ENGINE
from analysis.models import ParticipantOutcome
from analysis.outcomes.event_tally import EventTally
from trial.protocol import by_registration
from trial.record.snapshot import Range

Outcome = dict[str, Any]
MANY = 500
# Made once: outcomes hold no circles, so that the check for them is off.
AS_TEXT = json.JSONEncoder(allow_nan=False, ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass
class Held:
    """What one worker process holds of one group: participant → change and outcome; answers, and what moved since."""

    key: tuple[str, ...] = ()
    changes: dict[int, int] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    in_order: list[Outcome] = field(default_factory=list)
    tally: EventTally | None = None

    def take(self, participant_id: int, change: int, outcome: Outcome) -> None:
        """Puts what results are computed from in place of what is held, and notes what of it is new."""
        outcome = {name: part for name, part in outcome.items() if name in COMPUTED_FROM}
        before = self.outcomes.get(participant_id, {})
        self.moved |= {name for name in outcome.keys() | before.keys() if before.get(name) != outcome.get(name)}
        if not before or before["in_error"] != outcome["in_error"]:
            # Somebody more, or less, is counted.
            self.answers.clear()
        self.changes[participant_id], self.outcomes[participant_id] = change, outcome
        if self.tally is not None:
            if before:
                self.tally.remove(before)
            self.tally.add(outcome)

    def drop(self, participant_id: int) -> None:
        """Forgets one who left the group."""
        del self.changes[participant_id]
        outcome = self.outcomes.pop(participant_id)
        if self.tally is not None:
            self.tally.remove(outcome)
        self.answers.clear()

    @property
    def events(self) -> EventTally:
        """The adverse events of what is held: counted once, then moved with each outcome."""
        if self.tally is None:
            self.tally = EventTally.of(self.outcomes.values())
        return self.tally

    def known(self, reads: Mapping[str, frozenset[str]]) -> dict[str, Any]:
        """The answers that nothing has moved of what they read."""
        return {code: answer for code, answer in self.answers.items() if not reads[code] & self.moved}

    def answered(self, answers: dict[str, Any]) -> None:
        """Keeps the answers to what is held now."""
        self.answers, self.moved = answers, set()


_HELD: dict[str, Held] = {}


def changes_of(group: str, settings_version: str, within: Range | None = None) -> dict[int, int]:
    """Participant → the change of its stored outcome, under these settings and this engine."""
    rows = ParticipantOutcome.objects.filter(group=group, settings_version=settings_version, engine=ENGINE)
    if within is not None:
        rows = rows.filter(participant_id__range=within)
    return dict(rows.values_list("participant_id", "change"))


def held(group: str, settings_version: str) -> Held:
    """What this process holds of the group, brought up to what is stored; `in_order` by study number."""
    kept = _found(group, settings_version)
    stored = changes_of(group, settings_version)
    missing = [one for one, change in stored.items() if kept.changes.get(one) != change]
    gone = kept.changes.keys() - stored.keys()
    for one in gone:
        kept.drop(one)
    if missing:
        for one, change, outcome in _loaded(missing):
            kept.take(one, change, outcome)
        _leave_in_peace(len(missing))
    if missing or gone or not kept.in_order:
        kept.in_order = sorted(kept.outcomes.values(), key=lambda outcome: by_registration(outcome["number"]))
    return kept


def _loaded(ids: Sequence[int]) -> Iterator[tuple[int, int, Outcome]]:
    """(participant, change, outcome) as stored. Many are decoded at once: their names are then one and the same text in
    memory, which makes the half of it."""
    stored = ParticipantOutcome.objects.filter(participant_id__in=ids)
    rows = stored.values_list("participant_id", "change", Cast("outcome", TextField())).iterator(MANY)
    while part := list(islice(rows, MANY)):
        outcomes = json.loads(f"[{','.join(text for _, _, text in part)}]")
        for (one, change, _), outcome in zip(part, outcomes, strict=True):
            yield one, change, outcome


def forget() -> None:
    """Empties the memory; stored outcomes are loaded again."""
    _HELD.clear()


@contextmanager
def uncollected() -> Iterator[None]:
    """Pauses garbage collection: outcomes hold no cycles, and collecting would take a third to half of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _leave_in_peace(taken: int) -> None:
    """Takes outcomes out of garbage collection, which would delay a save by 0.3 s."""
    if taken >= MANY:
        gc.freeze()


def _found(group: str, settings_version: str) -> Held:
    key = (str(connection.settings_dict["NAME"]), settings_version, ENGINE)
    kept = _HELD.get(group)
    if kept is None or kept.key != key:
        kept = _HELD[group] = Held(key)
    return kept


def keep(group: str, change: int, settings_version: str, derived: Mapping[int, Outcome]) -> None:
    """Stores these outcomes, and holds them in this process at once.

    If the transaction fails, the stored change differs and they are dropped.
    """
    there = _found(group, settings_version)
    for one, outcome in derived.items():
        there.take(one, change, outcome)
    there.in_order = []
    _leave_in_peace(len(derived))
    write(group, change, settings_version, derived)


def write(group: str, change: int, settings_version: str, derived: Mapping[int, Outcome]) -> None:
    """Stores these outcomes in place of what is there of the same participants; one COPY, however many."""
    columns = "participant_id, \"group\", change, settings_version, engine, outcome"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS derived_now "
                       "(LIKE analysis_participantoutcome INCLUDING DEFAULTS) ON COMMIT DELETE ROWS")  # fmt: skip
        with cursor.copy(f"COPY derived_now ({columns}) FROM STDIN") as copy:
            for one, outcome in derived.items():
                copy.write_row((one, group, change, settings_version, ENGINE, AS_TEXT(outcome)))
        cursor.execute(
            f"INSERT INTO analysis_participantoutcome ({columns}) SELECT {columns} FROM derived_now "
            'ON CONFLICT (participant_id) DO UPDATE SET "group" = excluded."group", change = excluded.change, '
            "settings_version = excluded.settings_version, engine = excluded.engine, outcome = excluded.outcome, "
            "is_asked = false"
        )


def forget_others(group: str, members: Sequence[int]) -> None:
    """Removes the outcomes of those who left the group."""
    known = set(ParticipantOutcome.objects.filter(group=group).values_list("participant_id", flat=True))
    gone = known - set(members)
    if gone:
        ParticipantOutcome.objects.filter(group=group, participant_id__in=gone).delete()
