"""Turns the inconsistencies that a computation found into queries to the sites.

Runs in the worker after the results are stored, so that no figure waits for it; the sweep repairs what a crash left.
"""

import logging
from collections.abc import Mapping
from typing import Any

from analysis.models import ParticipantOutcome
from analysis.results.recompute import groups_behind
from trial.models import Participant
from trial.record import system_queries
from trial.refused import Refused

log = logging.getLogger(__name__)
# How many are settled before the worker checks whether a result is due; after an import there are thousands.
AT_ONCE = 50


def ask(group: str) -> int:
    """Settles the queries that follow from outcomes derived since it was last done; returns how many moved.

    Stops when a group has a newer change than its result: results first, the next sweep settles the rest.
    """
    waiting = ParticipantOutcome.objects.filter(group=group, is_asked=False)
    rows = waiting.values_list("participant_id", "change", "outcome__queries")
    derived = {key: (change, [_finding(query) for query in queries or []]) for key, change, queries in rows}
    standing = system_queries.standing_keys(derived)
    unsettled = {key for key, (_, listed) in derived.items()
                 if {finding.key for finding in listed} != standing.get(key, set())}  # fmt: skip
    _note_asked({key: change for key, (change, _) in derived.items() if key not in unsettled})
    moved = 0
    for place, participant in enumerate(Participant.objects.filter(pk__in=unsettled)):
        if place and place % AT_ONCE == 0 and groups_behind():
            log.info("queries of group %s wait for the next sweep: a result is due", group)
            break
        change, findings = derived[participant.pk]
        moved += _settle(participant, change, findings)
    return moved


def _note_asked(done: Mapping[int, int]) -> None:
    """participant id → change; an outcome that was derived anew meanwhile is asked about again."""
    for change in set(done.values()):
        keys = [key for key, of in done.items() if of == change]
        ParticipantOutcome.objects.filter(participant_id__in=keys, change=change).update(is_asked=True)


def _settle(participant: Participant, change: int, findings: list[system_queries.Finding]) -> bool:
    try:
        has_moved = system_queries.settle(participant, findings)
    except Refused as reason:
        log.warning("the queries of %s wait for the next sweep: %s", participant.reference, reason)
        return False
    _note_asked({participant.pk: change})
    return has_moved


def _finding(query: dict[str, Any]) -> system_queries.Finding:
    assessment_id = query.get("assessment_id")
    form = query.get("form") or ("follow_up_scan" if assessment_id else "registration")
    row_id = query.get("row_id") or assessment_id
    return system_queries.Finding(query["code"], form, row_id, query.get("field", ""), query["words"])
