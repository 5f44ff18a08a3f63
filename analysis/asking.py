"""Hands what the computation found contradictory to the record, where it becomes queries to the sites.

Runs in the worker after the results are stored, so that no figure waits for it; the sweep repairs what a crash left.
"""

import logging
from typing import Any

from analysis.models import ParticipantOutcome
from analysis.recompute import groups_behind
from trial.models import Participant
from trial.record import system_queries
from trial.refused import Refused

log = logging.getLogger(__name__)
# So many are settled before the worker looks whether a number waits; after an import there are thousands.
AT_ONCE = 50


def ask(group: str, change: int | None = None) -> int:
    """Settles the queries of the group's participants (those derived at `change`, or all); returns how many moved.

    Stops when a group is behind its record: numbers go first, and the next sweep asks the rest.
    """
    outcomes = ParticipantOutcome.objects.filter(group=group)
    if change is not None:
        outcomes = outcomes.filter(change=change)
    found = {key: [_finding(each) for each in queries or []]
             for key, queries in outcomes.values_list("participant_id", "outcome__queries")}  # fmt: skip
    standing = system_queries.standing_keys(found)
    unsettled = [key for key, each in found.items() if {one.key for one in each} != standing.get(key, set())]
    moved = 0
    for place, each in enumerate(Participant.objects.filter(pk__in=unsettled)):
        if place and place % AT_ONCE == 0 and groups_behind():
            log.info("queries of group %s wait for the next sweep: a result is due", group)
            break
        moved += _settle(each, found[each.pk])
    return moved


def _settle(participant: Participant, findings: list[system_queries.Finding]) -> bool:
    try:
        return system_queries.settle(participant, findings)
    except Refused as reason:
        log.warning("the queries of %s wait for the next sweep: %s", participant.reference, reason)
        return False


def _finding(each: dict[str, Any]) -> system_queries.Finding:
    assessment_id = each.get("assessment_id")
    form = each.get("form") or ("follow_up_scan" if assessment_id else "registration")
    row_id = each.get("row_id") or assessment_id
    return system_queries.Finding(each["code"], form, row_id, each.get("field", ""), each["words"])
