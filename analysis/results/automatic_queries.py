"""Turns the inconsistencies that a computation found into queries to the sites.

Runs in the worker after the results are stored, so that no figure waits for it; the sweep repairs what a crash left.
"""

import logging
from typing import Any

from analysis.models import ParticipantOutcome
from analysis.results.recompute import groups_behind
from trial.models import Participant
from trial.record import system_queries
from trial.refused import Refused

log = logging.getLogger(__name__)
# How many are settled before the worker checks whether a result is due; after an import there are thousands.
AT_ONCE = 50


def ask(group: str, change: int | None = None) -> int:
    """Settles the queries of the group's participants (those derived at `change`, or all); returns how many moved.

    Stops when a group has a newer change than its result: results first, the next sweep settles the rest.
    """
    outcomes = ParticipantOutcome.objects.filter(group=group)
    if change is not None:
        outcomes = outcomes.filter(change=change)
    findings = {key: [_finding(query) for query in queries or []]
                for key, queries in outcomes.values_list("participant_id", "outcome__queries")}  # fmt: skip
    standing = system_queries.standing_keys(findings)
    unsettled = [key for key, listed in findings.items()
                 if {finding.key for finding in listed} != standing.get(key, set())]  # fmt: skip
    moved = 0
    for place, participant in enumerate(Participant.objects.filter(pk__in=unsettled)):
        if place and place % AT_ONCE == 0 and groups_behind():
            log.info("queries of group %s wait for the next sweep: a result is due", group)
            break
        moved += _settle(participant, findings[participant.pk])
    return moved


def _settle(participant: Participant, findings: list[system_queries.Finding]) -> bool:
    try:
        return system_queries.settle(participant, findings)
    except Refused as reason:
        log.warning("the queries of %s wait for the next sweep: %s", participant.reference, reason)
        return False


def _finding(query: dict[str, Any]) -> system_queries.Finding:
    assessment_id = query.get("assessment_id")
    form = query.get("form") or ("follow_up_scan" if assessment_id else "registration")
    row_id = query.get("row_id") or assessment_id
    return system_queries.Finding(query["code"], form, row_id, query.get("field", ""), query["words"])
