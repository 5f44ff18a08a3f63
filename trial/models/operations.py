"""What the parts of the program say about themselves for the Status page."""

import secrets
from datetime import UTC, datetime

from django.db import models
from django.utils import timezone

from trial.models.base import RecordRow
from trial.models.people import Person


class StatusNote(models.Model):
    """The newest word of one part, by name: the sweep that ran, the audit verified, the backup made."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    is_good = models.BooleanField()
    words = models.TextField()


def note(name: str, is_good: bool, words: str) -> None:
    """The newest word of a part replaces the one before."""
    fresh = {"at": datetime.now(UTC), "is_good": is_good, "words": words[:500]}
    StatusNote.objects.update_or_create(name=name, defaults=fresh)


def notes() -> dict[str, StatusNote]:
    """The newest word of each part that has spoken."""
    return {each.name: each for each in StatusNote.objects.all()}


class ProblemReport(RecordRow):
    """What is wrong, how bad it is, on which page of which program; reviewed once by the administrator."""

    own_hand = ("reported_by", "reviewed_by")
    codes = ("page", "program")

    class Severity(models.TextChoices):
        DATA = "data", "Data or a result are wrong, or were lost"
        BLOCKS = "blocks", "I cannot continue my work"
        HINDERS = "hinders", "It hinders my work, and there is a workaround"
        SMALL = "small", "Minor"

    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.CharField(max_length=1000)
    page = models.CharField(max_length=200, blank=True, default="")
    program = models.CharField(max_length=60)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    found = models.CharField(max_length=600, blank=True, default="")

    class Meta:
        ordering = ("-id",)


class Draft(models.Model):
    """What one person typed on a page and has not saved: (name, text) of each field.

    is_sent: the form was sent after its session had ended; `path` is then the whole address, else without its query.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=300)
    fields = models.JSONField()
    kept_at = models.DateTimeField(auto_now=True)
    is_sent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("person", "path"), condition=models.Q(is_sent=False), name="one_draft_per_person_and_page"
            )
        ]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was typed, with the names of the fields as words; what the page itself had put in is left out."""
        own = {"opened_at", "as_opened", "answers_query", "and_next", "seen_version", "confirmed", "sent_as", "edition"}
        return [(name.replace("-", " ").replace("_", " ").capitalize(), text)
                for name, text in self.fields if text and name not in own]  # fmt: skip


def new_key() -> str:
    """A key that nobody guesses."""
    return secrets.token_hex(8)


class FileJob(models.Model):
    """Work on files that outlives a request: an archive, an import and its preview, a report. No part of the record.

    of: the code of a site (empty: the study), the source of an import, or the name of a data cut.
    total: of how many; 0: not known yet.
    """

    class State(models.TextChoices):
        UNDER_WAY = "under way"
        MADE = "made"
        FAILED = "failed"

    id = models.CharField(max_length=16, primary_key=True, default=new_key)
    kind = models.CharField(max_length=10)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    of = models.CharField(max_length=600, blank=True)  # a moment of a data cut's name as in an address, any letters
    asked_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNDER_WAY)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    words = models.TextField(blank=True)
    manifest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("kind",), condition=models.Q(state="under way"), name="one_file_job_of_a_kind_under_way"
            )
        ]

    @property
    def name(self) -> str:
        """What an archive is of, in words."""
        return f"site {self.of}" if self.of else "the study"
