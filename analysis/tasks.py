"""Tasks of the worker. The broker only starts them; which groups are behind is read from PostgreSQL."""

import logging
from datetime import date

from celery import chord, shared_task

from trial.protocol import GROUPS, group_named
from trial.refused import Refused

log = logging.getLogger(__name__)


@shared_task(name="analysis.recompute")
def recompute_group(group: str) -> int:
    """Recomputes one group; returns the change of the result, 0 when another recompute is under way.

    Imports inside: the web process never loads lifelines.
    """
    from analysis.results.automatic_queries import ask

    code = group_named(group).code
    change = _bring_up(code, patience=0)
    if change:
        ask(code)
    return change


def _bring_up(group: str, patience: float) -> int:
    """Recomputes the group, by ranges where many are to be derived; 0 when that is under way elsewhere."""
    from analysis.results import ranges
    from analysis.results.recompute import ManyToDerive, recompute
    from trial.celery import celery_app

    most = ranges.MOST_AT_ONCE if celery_app.conf.result_backend else None
    try:
        return recompute(group, patience=patience, most=most).holds_to
    except ManyToDerive as many:
        return _spread(group, many.stale)
    except Refused as reason:
        log.info("%s It goes on to the newest change.", reason)
        return 0


def _spread(group: str, stale: list[int]) -> int:
    """Hands out ranges, and then the rest of the work; without a broker all is done here."""
    from analysis.results import ranges
    from analysis.results.recompute import recompute
    from trial.celery import celery_app

    if ranges.are_under_way(group):
        return 0
    ranges.note(group, f"{len(stale)} participants are to be derived")
    parts = [celery_app.signature("analysis.range", (group, *each), immutable=True) for each in ranges.of(stale)]
    try:
        chord(parts, app=celery_app)(celery_app.signature("analysis.gather", (group,), immutable=True))
    except Exception:  # whatever a broker raises
        log.exception("ranges of group %s were not handed out; all is derived here", group)
        ranges.note(group, ranges.GATHERED)
        return recompute(group).holds_to
    return 0


@shared_task(name="analysis.range", ignore_result=False)
def derive_range(group: str, first: int, last: int) -> int:
    """Derives the participants of a range of ids that are behind; returns how many."""
    from analysis.results import ranges

    return ranges.derive_one(group_named(group).code, (first, last))


@shared_task(name="analysis.gather")
def gather(group: str) -> int:
    """Computes the group of outcomes that ranges derived, and what they left; returns the change of the result."""
    from analysis.results import ranges

    code = group_named(group).code
    ranges.note(code, ranges.GATHERED)
    return recompute_group(code)


@shared_task(name="analysis.prepare")
def prepare() -> None:
    """Loads what the next save is compared with into this worker, so that the first is as fast as the others."""
    from analysis.results import recompute

    for group in GROUPS:
        recompute.prepare(group.code)


@shared_task(name="analysis.sweep")
def sweep() -> list[str]:
    """Recomputes every group with a newer change than its result, and data cuts without results.

    A group that is being recomputed elsewhere is left for the next sweep, and keeps no other group waiting.
    """
    from analysis.results.automatic_queries import ask
    from analysis.results.data_cuts import compute_missing
    from analysis.results.recompute import PATIENCE_SECONDS, groups_behind
    from trial.models import operations
    from trial.record import drafts

    behind = groups_behind()
    left = [group for group in behind if not _bring_up(group, PATIENCE_SECONDS)]
    for known in GROUPS:
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
