"""Redactions in words: what was blacked out of the record, when, by whom and why."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from trial.audit.redaction import MARK
from trial.models import Change, Redaction, Version
from trial.rules.dates import site_time


def in_words(done: Redaction) -> str:
    """When, by which Change, who asked and who approved, each with the reason."""
    return (f"Redacted on {site_time.in_utc(done.decided_at)}, change {done.decided_in}: requested by {done.asked_by} "
            f"({done.asked_because}), approved by {done.decided_by} ({done.decided_because}).")  # fmt: skip


def told(one: Redaction) -> str:
    """What became of a request, or that it waits."""
    asked = f"requested by {one.asked_by} ({one.asked_because})"
    if one.waits:
        return f"Awaiting study chair; {asked}."
    return in_words(one) if one.state == Redaction.State.DONE else (
        f"Refused by {one.decided_by} ({one.decided_because}); {asked}.")  # fmt: skip


def of_rows(rows: Sequence[Model], after: int = 0) -> list[Redaction]:
    """The black-outs after Change `after` that touched one of these rows: they leave no version of their own there."""
    return among(rows, done_after(after))


def among(rows: Sequence[Model], done: Iterable[Redaction]) -> list[Redaction]:
    """Those of them that touched one of these rows."""
    wanted = {(row._meta.db_table, row.pk) for row in rows}
    return [each for each in done if wanted & {(one["table"], one["row"]) for one in each.versions}]


def done_after(after: Any = 0) -> QuerySet[Redaction]:
    """The redactions done after a Change, by number or subquery, in order."""
    done = Redaction.objects.filter(state=Redaction.State.DONE, decided_in__gt=after)
    return done.select_related("asked_by", "decided_by").order_by("id")


def by_version() -> dict[int, str]:
    """Version → in words what was blacked out of it; several black-outs of one version after each other."""
    found: dict[int, list[str]] = {}
    for done in done_after():
        for each in done.versions:
            found.setdefault(each["version"], []).append(in_words(done))
    return {version: " ".join(said) for version, said in found.items()}


def notes_of(versions: Iterable[Version], *more: Change) -> dict[int, tuple[str, ...]]:
    """Change number → what was blacked out of these versions of it and of its reason.

    versions come with their Changes; more: Changes that may have none. Nothing is asked where no mark stands.
    """
    rows = list(versions)
    changes = {each.pk: each for each in (*(row.change for row in rows), *more)}
    if not any(MARK in str(row.row) for row in rows) and not any(MARK in one.reason for one in changes.values()):
        return {}
    owner = {row.pk: row.change_id for row in rows}
    found: dict[int, dict[str, None]] = {}
    for done in done_after():
        touched = {owner.get(each["version"]) for each in done.versions} | {each["change"] for each in done.changes}
        for number in touched & set(changes):
            found.setdefault(number, {})[in_words(done)] = None
    return {number: tuple(said) for number, said in found.items()}
