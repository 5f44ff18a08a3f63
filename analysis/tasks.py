"""What the worker runs. The broker only wakes it; what is behind is read from PostgreSQL."""

from celery import shared_task

from trial.protocol import Group


@shared_task(name="analysis.recompute")
def recompute_group(group: str) -> int:
    """Recomputes one group; returns the change the result stands for. Imports inside: the web never loads lifelines."""
    from analysis.asking import ask
    from analysis.recompute import recompute

    change = recompute(Group(group).value).change
    ask(group, change)
    return change


@shared_task(name="analysis.sweep")
def sweep() -> list[str]:
    """Recomputes every group that is behind its record: repairs whatever a crash or a lost wake-up left."""
    from analysis.asking import ask
    from analysis.recompute import groups_behind, recompute

    behind = groups_behind()
    for group in behind:
        recompute(group)
    for group in Group:
        ask(group.value)
    return behind
