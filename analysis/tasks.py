"""What the worker runs. The broker only wakes it; what is behind is read from PostgreSQL."""

from datetime import date

from celery import shared_task

from trial.protocol import Group


@shared_task(name="analysis.recompute")
def recompute_group(group: str) -> int:
    """Recomputes one group; returns the change the result stands for. Imports inside: the web never loads lifelines."""
    from analysis.asking import ask
    from analysis.recompute import recompute

    change = recompute(Group(group).value).holds_to
    ask(group, change)
    return change


@shared_task(name="analysis.sweep")
def sweep() -> list[str]:
    """Recomputes every group that is behind its record, and data cuts without results: repairs what a crash left."""
    from analysis.asking import ask
    from analysis.data_cuts import compute_missing
    from analysis.recompute import groups_behind, prepare, recompute
    from trial.models import operations
    from trial.record import drafts

    behind = groups_behind()
    for group in behind:
        recompute(group)
    for each in Group:
        prepare(each.value)
        ask(each.value)
    compute_missing()
    drafts.forget_old()
    operations.note("sweep", True, f"alive; the last sweep recomputed {len(behind)} groups")
    return behind


@shared_task(name="analysis.moment")
def compute_moment(group: str, change: int, cutoff: str | None) -> int:
    """Computes a past moment that a page waits for; returns the key of its result."""
    from analysis import moments

    moment = moments.Moment(change, date.fromisoformat(cutoff) if cutoff else None)
    return int(moments.compute(Group(group).value, moment).pk)


@shared_task(name="analysis.prune")
def prune() -> int:
    """Each night by the clock: lets go of old results that can be computed again; returns how many."""
    from analysis import pruning

    return pruning.prune()
