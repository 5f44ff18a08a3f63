"""What the parts of the program say about themselves, kept by name for the Status page.

Names in use: `sweep` (worker and clock), `audit` (the nightly verification), `digest` (the mails of reports that are
due), `lockout` (signing in closed by wrong passwords), `validation` (the newest whole report), `backup` (the newest
backup), `drill` (the newest restore drill).
"""

from datetime import UTC, datetime

from trial.models import StatusNote


def note(name: str, is_good: bool, words: str) -> None:
    """The newest word of a part replaces the one before."""
    fresh = {"at": datetime.now(UTC), "is_good": is_good, "words": words[:500]}
    StatusNote.objects.update_or_create(name=name, defaults=fresh)


def notes() -> dict[str, StatusNote]:
    """The newest word of each part that has spoken."""
    return {each.name: each for each in StatusNote.objects.all()}
