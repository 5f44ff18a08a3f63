"""Tasks of the worker. The broker only starts them; which groups are behind is read from PostgreSQL."""

import logging
from datetime import date

from celery import shared_task

from trial.protocol import GROUPS, group_named
from trial.refused import Refused

log = logging.getLogger(__name__)


@shared_task(name="analysis.recompute")
def recompute_group(group: str) -> int:
    """Recomputes one group; returns the change of the result, 0 when another recompute is under way.

    Imports inside: the web process never loads lifelines.
    """
    from analysis.results.automatic_queries import ask
    from analysis.results.recompute import recompute

    try:
        change = recompute(group_named(group).code).holds_to
    except Refused as reason:
        log.warning("%s The sweep comes back to it.", reason)
        return 0
    ask(group, change)
    return change


@shared_task(name="analysis.sweep")
def sweep() -> list[str]:
    """Recomputes every group with a newer change than its result, and data cuts without results.

    A group that is being recomputed elsewhere is left for the next sweep, and keeps no other group waiting.
    """
    from analysis.results.automatic_queries import ask
    from analysis.results.data_cuts import compute_missing
    from analysis.results.recompute import groups_behind, prepare, recompute
    from trial.models import operations
    from trial.record import drafts

    behind, left = groups_behind(), []
    for group in behind:
        try:
            recompute(group)
        except Refused:
            left.append(group)
    for known in GROUPS:
        prepare(known.code)
        ask(known.code)
    compute_missing()
    drafts.forget_old()
    waits = f"; group {', '.join(left)} is being recomputed by another session" if left else ""
    operations.note("sweep", True, f"running; the last sweep recomputed {len(behind) - len(left)} groups{waits}")
    return behind


@shared_task(name="analysis.moment")
def compute_moment(group: str, change: int, cutoff: str | None) -> int:
    """Computes a past moment that a page requests; returns the key of its result."""
    from analysis.results import moments

    moment = moments.Moment(change, date.fromisoformat(cutoff) if cutoff else None)
    return int(moments.compute(group_named(group).code, moment).pk)


@shared_task(name="analysis.prune")
def prune() -> int:
    """Deletes, each night, old results that can be computed again; returns how many."""
    from analysis.results import pruning

    return pruning.prune()
