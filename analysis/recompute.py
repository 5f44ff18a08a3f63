"""Bring a group's stored results up to its newest change; safe to run twice, at once, or after a crash anywhere."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from analysis.endpoints import group_result, outcome
from analysis.models import GroupResult, ParticipantOutcome
from trial import snapshot
from trial.evaluation.settings import ENGINE, AnalysisSettings
from trial.gate_in_force import reopenings
from trial.models import Change
from trial.protocol import Group, by_registration
from trial.settings_in_force import settings_in_force

# A number of our own, apart from the lock that writers of the record take; the group's letter is added.
LOCK_BASE = 93_000


def newest_change(group: str) -> int:
    """The number of the newest change that touches the group; 0 when there is none."""
    return Change.objects.filter(groups__contains=[group]).aggregate(newest=Max("id"))["newest"] or 0


def newest_result(group: str, settings: AnalysisSettings | None = None) -> GroupResult | None:
    """The stored result of the group with the highest change under these settings and this engine."""
    settings = settings or settings_in_force(group)
    found = GroupResult.objects.filter(group=group, settings_version=settings.version(), engine=ENGINE)
    return found.order_by("-change").first()


def is_behind(group: str) -> bool:
    """Whether the record of the group has moved past its newest result."""
    result = newest_result(group)
    return result is None or result.change < newest_change(group)


def groups_behind() -> list[str]:
    """The groups that the sweep must wake."""
    return [group.value for group in Group if is_behind(group.value)]


def recompute(group: str) -> GroupResult:
    """Derives what changed, aggregates, stores; returns the result now in force for the group."""
    settings = settings_in_force(group)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_BASE + ord(group)])
        # Noted before reading: whatever commits later is a change of its own and wakes the group again.
        change = newest_change(group)
        stored = newest_result(group, settings)
        if stored is not None and stored.change >= change:
            return stored
        _derive_changed(group, change, settings)
        return _store(group, change, settings)


def _derive_changed(group: str, change: int, settings: AnalysisSettings) -> None:
    members = snapshot.group_members(group)
    ParticipantOutcome.objects.filter(group=group).exclude(participant_id__in=members).delete()
    current = _current_outcomes(group, settings)
    changed = [member for member in members if member not in current or _changed_since(member, current[member])]
    facts = snapshot.participants(changed)
    ParticipantOutcome.objects.bulk_create(
        [
            ParticipantOutcome(
                participant_id=fact.id, group=group, change=change, settings_version=settings.version(),
                engine=ENGINE, outcome=outcome.derive(fact, settings),
            )
            for fact in facts
        ],
        update_conflicts=True,
        unique_fields=["participant_id"],
        update_fields=["group", "change", "settings_version", "engine", "outcome"],
    )  # fmt: skip


def _current_outcomes(group: str, settings: AnalysisSettings) -> dict[int, int]:
    stored = ParticipantOutcome.objects.filter(group=group, settings_version=settings.version(), engine=ENGINE)
    return dict(stored.values_list("participant_id", "change"))


def _changed_since(participant_id: int, change: int) -> bool:
    return Change.objects.filter(Q(participant_id=participant_id), id__gt=change).exists()


def _store(group: str, change: int, settings: AnalysisSettings) -> GroupResult:
    outcomes = list(ParticipantOutcome.objects.filter(group=group).values_list("outcome", flat=True))
    outcomes.sort(key=lambda each: by_registration(each["number"]))
    result: dict[str, Any] = group_result.compute(group, outcomes, settings, reopenings(group))
    saved_at = Change.objects.filter(id=change).values_list("at", flat=True).first()
    now = datetime.now(UTC)
    found, _ = GroupResult.objects.get_or_create(
        group=group, change=change, settings_version=settings.version(), engine=ENGINE,
        defaults={
            "computed_at": now,
            "seconds_behind": max(0.0, (now - saved_at).total_seconds()) if saved_at else 0.0,
            "result": result,
        },
    )  # fmt: skip
    return found
