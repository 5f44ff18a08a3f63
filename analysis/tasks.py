"""Tasks of the worker. The broker only starts them; which groups are behind is read from PostgreSQL."""

from datetime import date

from celery import shared_task

from trial.protocol import GROUPS, group_named


@shared_task(name="analysis.recompute")
def recompute_group(group: str) -> int:
    """Recomputes one group; returns the change of the result. Imports inside: the web process never loads lifelines."""
    from analysis.results.automatic_queries import ask
    from analysis.results.recompute import recompute

    change = recompute(group_named(group).code).holds_to
    ask(group, change)
    return change


@shared_task(name="analysis.sweep")
def sweep() -> list[str]:
    """Recomputes every group with a newer change than its result, and data cuts without results."""
    from analysis.results.automatic_queries import ask
    from analysis.results.data_cuts import compute_missing
    from analysis.results.recompute import groups_behind, prepare, recompute
    from trial.models import operations
    from trial.record import drafts

    behind = groups_behind()
    for group in behind:
        recompute(group)
    for known in GROUPS:
        prepare(known.code)
        ask(known.code)
    compute_missing()
    drafts.forget_old()
    operations.note("sweep", True, f"running; the last sweep recomputed {len(behind)} groups")
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
