"""Bring a group's stored results up to its newest change; safe to run twice, at once, or after a crash anywhere."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import JSONField, Max, Q, TextField, Value
from django.db.models.functions import Cast

from analysis.endpoints import registry
from analysis.endpoints.registry import ENGINE
from analysis.models import GroupResult
from analysis.outcomes import outcome
from analysis.results import outcome_store
from trial.models import Change, GroupSettings, Version
from trial.protocol import GROUPS, AnalysisSettings, analysis_settings, settings_of
from trial.record import snapshot
from trial.record.in_force import reopenings, settings_in_force
from trial.refused import Refused
from trial.runtime.database.at_once import at_once
from trial.runtime.worker import messages

# A number of our own, apart from the lock that writers of the record take; the group's letter is added.
LOCK_BASE = 93_000
# So many are derived in one transaction: an interrupted recompute keeps what it has but for the last few seconds.
AT_ONCE = 5000
# How long a recompute waits for another one of its group: a worker's slot is not spent on waiting.
PATIENCE_SECONDS = 5.0
TRIES = 5
SERIALIZATION_FAILURE = "40001"
# Rows of these tables change no outcome by themselves: results are keyed by the fingerprint of the settings.
WITHOUT_PARTICIPANTS = ("trial_groupsettings", "trial_settingsproposal", "trial_reopening")
# Nor does a site that is added; its code, once corrected, is in every outcome.
A_NEW_SITE = Q(table_name="trial_site", act="insert")
Progress = Callable[[int, int], None]
Done = TypeVar("Done")


def newest_change(group: str, as_of: int | None = None) -> int:
    """The number of the newest change that touches the group, up to `as_of`; 0 when there is none."""
    return changes_of(group, as_of).first() or 0


def changes_of(group: str, as_of: int | None = None) -> Any:
    """The numbers of the changes that touch the group, up to `as_of`, the newest first."""
    touching = Change.objects.filter(groups__contains=[group])
    if as_of is not None:
        touching = touching.filter(id__lte=as_of)
    return touching.order_by("-id").values_list("id", flat=True)


def results(group: str, settings: AnalysisSettings | None = None) -> Any:
    """The stored results of the group without a clinical cut-off under these settings and this engine."""
    settings = settings or settings_in_force(group)
    return GroupResult.objects.filter(
        group=group, cutoff__isnull=True, settings_version=settings.version(), engine=ENGINE
    )


def newest_result(group: str, settings: AnalysisSettings | None = None) -> GroupResult | None:
    """The stored result of the newest change; its numbers are loaded on access."""
    return newest_results(group, settings).first()


def newest_results(group: str, settings: AnalysisSettings | None = None) -> Any:
    """The same results, the newest first; their numbers are loaded on access."""
    return results(group, settings).order_by("-holds_to").defer("result")


def newest_of_each() -> dict[str, tuple[int, int]]:
    """Group → (change that its newest result holds to, newest change that touches it), 0 where there is none.

    One SQL statement: every open page of results asks it again and again.
    """
    chosen = GroupSettings.objects.standing()
    computed = GroupResult.objects.filter(cutoff__isnull=True, engine=ENGINE).order_by()
    stored = computed.values_list("group", "settings_version").annotate(Max("holds_to"))
    changes = {group.code: Change.objects.filter(groups__contains=[group.code]).order_by("-id") for group in GROUPS}
    newest = {group: found.values_list("id", flat=True)[:1] for group, found in changes.items()}
    at_once(chosen, stored, *newest.values())
    settings = {group: settings_of(group) for group in newest}
    settings |= {row.group: analysis_settings.from_dict(row.chosen, row.group) for row in chosen}
    held = {(group, version): holds_to for group, version, holds_to in stored}
    return {group: (held.get((group, settings[group].version()), 0), next(iter(found), 0))
            for group, found in newest.items()}  # fmt: skip


def is_behind(group: str) -> bool:
    """Whether the group has a newer change than its newest result."""
    computed = results(group).aggregate(newest=Max("holds_to"))["newest"]
    return computed is None or computed < newest_change(group)


def groups_behind() -> list[str]:
    """The groups that the sweep recomputes."""
    return [group.code for group in GROUPS if is_behind(group.code)]


class ManyToDerive(Exception):
    """More participants than one worker is to derive by itself; `stale` are their ids."""

    def __init__(self, stale: list[int]) -> None:
        super().__init__(f"{len(stale)} participants are to be derived")
        self.stale = stale


def recompute(
    group: str, progress: Progress | None = None, patience: float = PATIENCE_SECONDS, most: int | None = None
) -> GroupResult:
    """Derives what changed, aggregates, stores; returns the result now in force for the group.

    progress: called as progress(derived, total) after each part. patience: seconds to wait for another recompute of
    the group. most: how many are derived here; None: all. Raises Refused when another recompute does not end in that
    time, ManyToDerive when there are more, before anything is derived.
    """
    with _alone(group, patience), outcome_store.uncollected():
        derived = 0
        while True:
            told = _after(derived, progress)
            result, now = at_one_moment(lambda told=told: _step(group, told, most))  # type: ignore[misc]
            derived += now
            if result is not None:
                break
    # Who saved meanwhile found this recompute under way and left the group to it.
    if is_behind(group):
        messages.send("analysis.recompute", group)
    return result


def _after(derived: int, progress: Progress | None) -> Progress:
    """The progress of one transaction as that of the whole run."""
    return lambda now, of: progress(derived + now, derived + of) if progress else None


@contextmanager
def _alone(group: str, patience: float) -> Iterator[None]:
    """One recompute of a group at a time. The lock belongs to the session: it is taken before the snapshot is.

    Raises Refused when another one does not end within `patience` seconds: the sweep comes back to the group.
    """
    key, gives_up_at = LOCK_BASE + ord(group), time.monotonic() + patience
    with connection.cursor() as cursor:
        while not _is_taken(cursor, key):
            if time.monotonic() > gives_up_at:
                raise Refused(f"Another recompute of group {group} is under way.")
            time.sleep(0.05)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _is_taken(cursor: Any, key: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
    return bool(cursor.fetchone()[0])


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that sees one moment of the record, however long it takes and whoever writes meanwhile."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def at_one_moment(step: Callable[[], Done]) -> Done:
    """Does the step in a transaction of one moment; again when somebody else has stored the same meanwhile."""
    for remaining in reversed(range(TRIES)):
        try:
            with one_moment():
                return step()
        except OperationalError as error:
            # Someone moved to the other group while its recompute ran: the next look sees both.
            if getattr(error.__cause__, "sqlstate", "") != SERIALIZATION_FAILURE or not remaining:
                raise
    raise AssertionError("unreachable")


def _step(group: str, progress: Progress, most: int | None) -> tuple[GroupResult | None, int]:
    """(the result once nothing is left to derive, how many were derived now)."""
    settings = settings_in_force(group)
    change, stored = newest_change(group), newest_result(group, settings)
    if stored is not None and stored.holds_to >= change:
        return stored, 0
    members = snapshot.group_members(group)
    stale = stale_of(group, members, settings.version(), stored.holds_to if stored else None)
    if most is not None and len(stale) > most:
        raise ManyToDerive(stale)
    now = stale[:AT_ONCE]
    derived = derive(now, settings, lambda so_far: progress(so_far, len(stale)))
    outcome_store.keep(group, change, settings.version(), derived)
    if len(now) < len(stale):
        return None, len(now)
    outcome_store.forget_others(group, members)
    return _store(group, change, settings), len(now)


def derive(members: list[int], settings: AnalysisSettings, told: Callable[[int], None]) -> dict[int, dict[str, Any]]:
    """Participant → outcome; told: called with how many there are after each part."""
    derived: dict[int, dict[str, Any]] = {}
    # Closed here: one that is interrupted must not read on while its transaction is taken back.
    with closing(snapshot.in_parts(members)) as parts:
        for facts in parts:
            derived |= {fact.id: outcome.derive(fact, settings) for fact in facts}
            told(len(derived))
    return derived


def stale_of(
    group: str, members: list[int], settings_version: str, computed: int | None, within: snapshot.Range | None = None
) -> list[int]:
    """Members whose stored outcome is missing or older than the newest change of their record.

    computed: the change that the newest result holds for; None: there is none. within: the range of the members.
    """
    stands_for = outcome_store.changes_of(group, settings_version, within)
    if not stands_for:
        return members
    since = min(stands_for.values(), default=0) if computed is None else computed
    newest = _newest_changes(group, since)
    everyone = newest.pop(None, 0)
    return [one for one in members if one not in stands_for or stands_for[one] < max(newest.get(one, 0), everyone)]


def prepare(group: str) -> None:
    """Loads what the next save is compared with, so that the first save after a start is as fast as the others."""
    settings = settings_in_force(group)
    held = outcome_store.held(group, settings.version())
    if held.in_order and not held.answers:
        _answer(group, held, settings)


def _answer(group: str, held: outcome_store.Held, settings: AnalysisSettings) -> dict[str, Any]:
    known = held.known(registry.READS)
    result = registry.compute(group, held.in_order, settings, reopenings(group), known, held.events)
    held.answered({code: result["endpoints"].get(code, result.get(code)) for code in registry.READS})
    return result


def _newest_changes(group: str, since: int) -> dict[int | None, int]:
    """Participant → newest change of the group after `since`; under None the newest that names nobody and wrote rows.

    A change that names no group (a query, a signature) moves no outcome.
    """
    later = Change.objects.filter(id__gt=since, groups__contains=[group])
    newest_of: dict[int | None, int] = {
        one: newest for one, newest in later.values_list("participant_id").annotate(Max("id")) if one is not None
    }
    nameless = later.filter(participant__isnull=True).values_list("id", flat=True)
    wrote = Version.objects.filter(change__in=nameless).exclude(A_NEW_SITE | Q(table_name__in=WITHOUT_PARTICIPANTS))
    newest = wrote.aggregate(newest=Max("change_id"))["newest"]
    return newest_of if newest is None else newest_of | {None: newest}


def _store(group: str, change: int, settings: AnalysisSettings) -> GroupResult:
    result = _answer(group, outcome_store.held(group, settings.version()), settings)
    text, last = encoded(result), newest_result(group, settings)
    if last is None or last.fingerprint != fingerprint(text):
        return store(group, change, settings, text)
    last.holds_to, last.computed_at, last.seconds_behind = change, datetime.now(UTC), _seconds_since(change)
    last.save(update_fields=["holds_to", "computed_at", "seconds_behind"])
    return last


def encoded(result: dict[str, Any]) -> str:
    """A result as text: made once, to be hashed and to be stored."""
    return json.dumps(result, sort_keys=True, allow_nan=False)


def fingerprint(text: str) -> str:
    """Hash of an encoded result, to compare it without reading it."""
    return sha256(text.encode()).hexdigest()


def store(
    group: str, change: int, settings: AnalysisSettings, text: str, cutoff: date | None = None
) -> GroupResult:  # fmt: skip
    """Stores an encoded result under its key; an existing one is returned unchanged."""
    stored, _ = GroupResult.objects.defer("result").get_or_create(
        group=group, change=change, settings_version=settings.version(), engine=ENGINE, cutoff=cutoff,
        defaults={"holds_to": change, "computed_at": datetime.now(UTC), "seconds_behind": _seconds_since(change),
                  "result": Cast(Value(text, TextField()), JSONField()), "fingerprint": fingerprint(text)},
    )  # fmt: skip
    return GroupResult.objects.defer("result").get(pk=stored.pk)


def _seconds_since(change: int) -> float:
    saved_at = Change.objects.filter(id=change).values_list("at", flat=True).first()
    return max(0.0, (datetime.now(UTC) - saved_at).total_seconds()) if saved_at else 0.0
