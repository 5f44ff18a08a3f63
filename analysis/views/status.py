"""What the Status page shows, each line with whether it is as it should be. Nothing of any participant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from analysis.endpoints.registry import ENGINE
from analysis.results import recompute
from trial.audit import triggers_check
from trial.celery import celery_app
from trial.models import Change, Role, StatusNote
from trial.models import operations as status_notes
from trial.operations import machine_clock, machine_room
from trial.operations.validation.report import validation_state
from trial.protocol import GROUPS
from trial.record import access
from trial.rules.dates import site_time
from trial.runtime.program import PROGRAM

# The scheduler runs a sweep each minute; after two and a half without one something has stopped.
SILENT_AFTER = timedelta(seconds=150)
DIGEST_DUE_AFTER = timedelta(hours=8)  # none at night
AUDIT_DUE_AFTER = BACKUP_DUE_AFTER = timedelta(hours=26)
LOCKOUT_SHOWN_FOR = timedelta(hours=24)
DRILL_DUE_AFTER = timedelta(days=8)


@dataclass(frozen=True)
class Line:
    """Latest status of one part of the system; `is_good` None where there is nothing to judge yet."""

    part: str
    is_good: bool | None
    words: str
    at: datetime | None = None


def lines() -> list[Line]:
    """Every part, asked now."""
    said, now = status_notes.notes(), datetime.now(UTC)
    return [
        Line("Version", None, f"{PROGRAM}, engine {ENGINE}"),
        Line("Validation", *validation_state()),
        _clock(),
        Line("Disks", *machine_room.disks()),
        Line("Database connections", *machine_room.connections()),
        _migrations(),
        _guards(),
        _worker(said.get("sweep"), now),
        _broker(),
        *_groups(),
        _audit(said.get("audit")),
        _seals(said.get("sent_seals")),
        _digest(said.get("digest")),
        _mail(said.get("mail")),
        _lockout(said.get("lockout"), now),
        _backup("Backup", said.get("backup"), now, BACKUP_DUE_AFTER),
        _backup("Restore drill", said.get("drill"), now, DRILL_DUE_AFTER),
    ]


def _clock() -> Line:
    apart, behind = machine_clock.apart_seconds(), machine_clock.behind_the_record_seconds()
    return Line("Server clock", *machine_clock.judged(machine_clock.kernel(), apart, behind))


def _migrations() -> Line:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = len(executor.loader.applied_migrations)
    if waiting:
        return Line("Database schema", False, f"{len(waiting)} migrations are not applied yet")
    return Line("Database schema", True, f"up to date, {applied} migrations applied")


def _guards() -> Line:
    missing = triggers_check.missing()
    words = triggers_check.in_words(missing) if missing else "every audit trigger is installed"
    return Line("Guards of the record", not missing, words)


def _worker(said: StatusNote | None, now: datetime) -> Line:
    if said is None:
        return Line("Worker and clock", False, "no report yet")
    alive = now - said.at < SILENT_AFTER
    words = said.words if alive else "no report: the worker or the scheduler (beat) has stopped"
    return Line("Worker and clock", alive and said.is_good, words, said.at)


def _broker() -> Line:
    try:
        with celery_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            link.channel().close()
    except Exception:  # whatever a broker raises, it is not reachable
        return Line("Broker", False, "cannot be reached: results are up to a minute late, nothing is lost")
    return Line("Broker", True, "reachable")


def _groups() -> Iterator[Line]:
    for group in GROUPS:
        newest = Change.objects.filter(groups__contains=[group.code]).aggregate(newest=Max("id"))["newest"] or 0
        stored = recompute.results(group.code).order_by("-holds_to").values_list("holds_to", "computed_at")
        change, at = stored.first() or (None, None)
        yield _group(group.code, newest, change, at)


def _group(group: str, newest: int, change: int | None, at: datetime | None) -> Line:
    name = f"Results of group {group}"
    if change is None:
        return Line(name, newest == 0, "no results yet")
    if change < newest:
        return Line(name, False, f"behind: calculated up to change {change}, the newest is {newest}", at)
    return Line(name, True, f"up to date with change {newest}", at)


def _noted(none: Line, said: StatusNote | None, due_after: timedelta, late: str) -> Line:
    """What was noted last; `none` before the first note. late: what is added when the next one is overdue."""
    if said is None:
        return none
    is_late = datetime.now(UTC) - said.at > due_after
    return Line(none.part, said.is_good and not is_late, said.words + (f"; {late}" if is_late else ""), said.at)


def _audit(said: StatusNote | None) -> Line:
    none = Line("Audit chain", None, "not verified yet; verified each night, or by manage.py verify_audit")
    return _noted(none, said, AUDIT_DUE_AFTER, "the next verification is overdue")


def _seals(said: StatusNote | None) -> Line:
    if not (settings.SEALS_MAIL or settings.TSA["url"]):
        return Line("Seals kept elsewhere", None, "not set (ENDPOINT_SEALS_MAIL, ENDPOINT_TSA_URL)")
    none = Line("Seals kept elsewhere", None, "none yet; sent each night after the verification")
    return _noted(none, said, AUDIT_DUE_AFTER, "the next is overdue")


def _digest(said: StatusNote | None) -> Line:
    last = status_notes.notes().get("mail")
    delivered = f"last email sent {site_time.in_utc(last.at)}" if last else "no email sent yet"
    if not settings.MAIL_IS_SENT:
        words = "no mail server is set (ENDPOINT_MAIL_URL): no email is sent"
        return Line("Digest of reports", False, f"{words}; {delivered}", said.at if said else None)
    none = Line("Digest of reports", None, "none yet; due each hour from 05:05 to 22:05 UTC")
    found = _noted(none, said, DIGEST_DUE_AFTER, "overdue since")
    return replace(found, words=f"{found.words}; {delivered}")


def _mail(said: StatusNote | None) -> Line:
    if said is None:
        return Line("Email", None, "none was sent yet" if settings.MAIL_IS_SENT else "no mail server is named")
    return Line("Email", said.is_good, said.words, said.at)


def _lockout(said: StatusNote | None, now: datetime) -> Line:
    if said is None or now - said.at > LOCKOUT_SHOWN_FOR:
        return Line("Signing in", True, "not blocked by wrong passwords in the last 24 hours")
    return Line("Signing in", False, said.words, said.at)


def _backup(part: str, said: StatusNote | None, now: datetime, due_after: timedelta) -> Line:
    begun_at = Change.objects.order_by("id").values_list("at", flat=True).first()
    is_due = begun_at is not None and now - begun_at > due_after
    none = Line(part, False if is_due else None, "none yet; made each night at 01:30 UTC")
    return _noted(none, said, due_after, "the next is overdue")


@access.allows(Role.ADMINISTRATOR, *access.READS_RESULTS)
def status(request: HttpRequest) -> HttpResponse:
    """Every part, asked now."""
    return render(request, "analysis/status.html", {"lines": lines(), "now": timezone.now()})
