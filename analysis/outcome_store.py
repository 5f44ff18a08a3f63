"""The outcome of each participant, kept from one recompute to the next: in the database, and decoded in the worker.

A row says up to which change, with which settings and by which engine it was derived; one that says anything else than
what is asked for is not used. What the worker holds in memory is a copy of such rows, checked against them each time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from analysis.models import ParticipantOutcome
from trial.evaluation.settings import ENGINE
from trial.protocol import by_registration

Outcome = dict[str, Any]


@dataclass
class _Held:
    """What one worker process holds of one group: participant → change and outcome."""

    key: tuple[str, ...] = ()
    changes: dict[int, int] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)


_HELD: dict[str, _Held] = {}


def changes_of(group: str, settings_version: str) -> dict[int, int]:
    """Participant → the change that its stored outcome stands for, under these settings and this engine."""
    rows = ParticipantOutcome.objects.filter(group=group, settings_version=settings_version, engine=ENGINE)
    return dict(rows.values_list("participant_id", "change"))


def outcomes(group: str, settings_version: str) -> list[Outcome]:
    """Every stored outcome of the group in order of study number."""
    held = _held(group, settings_version)
    stored = changes_of(group, settings_version)
    missing = [one for one, change in stored.items() if held.changes.get(one) != change]
    for one in held.changes.keys() - stored.keys():
        del held.changes[one], held.outcomes[one]
    rows = ParticipantOutcome.objects.filter(participant_id__in=missing) if missing else ()
    for row in rows:
        held.changes[row.participant_id], held.outcomes[row.participant_id] = row.change, row.outcome
    return sorted(held.outcomes.values(), key=lambda each: by_registration(each["number"]))


def _held(group: str, settings_version: str) -> _Held:
    key = (str(connection.settings_dict["NAME"]), settings_version, ENGINE)
    held = _HELD.get(group)
    if held is None or held.key != key:
        held = _HELD[group] = _Held(key)
    return held


def keep(group: str, change: int, settings_version: str, derived: Mapping[int, Outcome]) -> None:
    """Stores these outcomes in place of what is there of the same participants; one COPY, however many."""
    columns = "participant_id, \"group\", change, settings_version, engine, outcome"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS derived_now (LIKE analysis_participantoutcome) "
                       "ON COMMIT DELETE ROWS")  # fmt: skip
        with cursor.copy(f"COPY derived_now ({columns}) FROM STDIN") as copy:
            for one, outcome in derived.items():
                text = json.dumps(outcome, allow_nan=False, ensure_ascii=False)
                copy.write_row((one, group, change, settings_version, ENGINE, text))
        cursor.execute(
            f"INSERT INTO analysis_participantoutcome ({columns}) SELECT {columns} FROM derived_now "
            'ON CONFLICT (participant_id) DO UPDATE SET "group" = excluded."group", change = excluded.change, '
            "settings_version = excluded.settings_version, engine = excluded.engine, outcome = excluded.outcome"
        )


def forget_others(group: str, members: Sequence[int]) -> None:
    """Removes the outcomes of those who left the group."""
    known = set(ParticipantOutcome.objects.filter(group=group).values_list("participant_id", flat=True))
    gone = known - set(members)
    if gone:
        ParticipantOutcome.objects.filter(group=group, participant_id__in=gone).delete()
