"""What was blacked out, in words beside it: by whom, when, and why."""

from collections.abc import Iterable, Sequence

from django.db.models import Model

from trial.audit.redaction import MARK
from trial.models import Change, Redaction, Version


def words(done: Redaction) -> str:
    """When, by which Change, who asked and who approved, each with the reason."""
    at = f"{done.decided_at:%d-%b-%Y %H:%M}".upper()
    return (f"Blacked out on {at} UTC, change {done.decided_in}: asked for by {done.asked_by} "
            f"({done.asked_because}), approved by {done.decided_by} ({done.decided_because}).")  # fmt: skip


def told(one: Redaction) -> str:
    """What became of a request, or that it waits."""
    asked = f"asked for by {one.asked_by} ({one.asked_because})"
    if one.waits:
        return f"Waits for the study chair; {asked}."
    return words(one) if one.state == Redaction.State.DONE else (
        f"Refused by {one.decided_by} ({one.decided_because}); {asked}.")  # fmt: skip


def of_rows(rows: Sequence[Model], after: int = 0) -> list[Redaction]:
    """The black-outs after Change `after` that touched one of these rows: they leave no version of their own there."""
    wanted = {(row._meta.db_table, row.pk) for row in rows}
    return [each for each in _done(after) if wanted & {(one["table"], one["row"]) for one in each.versions}]


def _done(after: int = 0) -> list[Redaction]:
    done = Redaction.objects.filter(state=Redaction.State.DONE, decided_in__gt=after)
    return list(done.select_related("asked_by", "decided_by").order_by("id"))


def by_version() -> dict[int, str]:
    """Version → in words what was blacked out of it; several black-outs of one version after each other."""
    found: dict[int, list[str]] = {}
    for done in _done():
        for each in done.versions:
            found.setdefault(each["version"], []).append(words(done))
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
    for done in _done():
        touched = {owner.get(each["version"]) for each in done.versions} | {each["change"] for each in done.changes}
        for number in touched & set(changes):
            found.setdefault(number, {})[words(done)] = None
    return {number: tuple(said) for number, said in found.items()}
