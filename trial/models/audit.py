"""Changes and versions: who did what to which rows, when and why. Written by the database alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Now

from trial.models.base import BY_NOTHING, STANDING, AppendOnly, RecordRow
from trial.models.casebook.participant import Participant
from trial.models.people import Person

# What each Change did → what it is called wherever it is shown.
ACTS = {
    "register": "Registered", "enter": "Entered", "correct": "Corrected", "strike_out": "Struck out",
    "sign": "Signed", "approve": "Approval", "reopen": "Accrual reopened", "import": "Imported",
    "system": "By the system", "query": "Query", "verify": "Verified", "freeze": "Frozen", "lock": "Locked",
    "review": "Reviewed", "settings": "Settings", "account": "Account", "problem": "Problem reported",
    "black_out": "Redaction", "transfer": "Moved to another site",
}  # fmt: skip


class Change(models.Model):
    """One write to the record. `seal` is set at commit and chains each Change to the one before.

    at: its place in time, never before the Change before it. clock: what the database's clock said, which is earlier
    than `at` where the clock was set back; null in Changes of earlier versions.
    """

    application_may = "SELECT"

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey("trial.Person", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, default="system")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    reason = models.TextField(default="")
    participant = models.ForeignKey(
        "trial.Participant", on_delete=models.PROTECT, null=True, related_name="changes", db_constraint=False
    )
    site = models.ForeignKey("trial.Site", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    groups = ArrayField(models.CharField(max_length=1), default=list)
    version_of_program = models.CharField(max_length=40, default="")
    transaction = models.BigIntegerField()
    previous_seal = models.BinaryField(null=True)
    seal = models.BinaryField(null=True)
    clock = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)


class Version(models.Model):
    """A row of the record as one Change left it. The application may only read this table."""

    application_may = "SELECT"

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="versions")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    act = models.CharField(max_length=6)
    row = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=("table_name", "row_id", "-change"), name="newest_version_of_row")]


class SavedForm(AppendOnly):
    """The token that a page gave its form, the Change that saved it, and a digest of what was sent (SHA-256, hex)."""

    token = models.UUIDField(primary_key=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)


class Redaction(RecordRow):
    """Where the words stand that are to go: never the words themselves, which would stay in the sealed versions.

    of_version, field: the value they stand in (field empty: the reason of Change `of_change`); from_letter, letters:
    from which character on (1 is the first), and how many. versions: one object for each version that was blacked out
    (version, table, row, fields; sealed, before, after: SHA-256 in hex of its text as sealed, before and after this
    act). changes: one for each Change whose reason was (change, seal, header, versions: hashes in hex). copies: drafts.
    The database lets nothing but `endpoint_black_out` fill these (`trial.audit.redaction`).
    """

    held_by = BY_NOTHING
    is_redactable = False

    class State(models.TextChoices):
        ASKED = "asked", "Awaiting study chair"
        DONE = "done", "Redacted"
        REFUSED = "refused", "Refused"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="redactions")
    of_change = models.BigIntegerField()
    of_version = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True, default="")
    from_letter = models.PositiveIntegerField()
    letters = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_because = models.CharField(max_length=300)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField(max_length=300, blank=True, default="")
    decided_in = models.BigIntegerField(null=True)
    versions = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    copies = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=STANDING, name="black_out_is_decided_never_struck_out"),
            models.CheckConstraint(condition=~Q(asked_because=""), name="black_out_says_why"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_because="") & ~Q(decided_by=F("asked_by"))),
                name="black_out_is_decided_by_another_person",
            ),
        ]

    @property
    def waits(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == self.State.ASKED


class JournalEntry(AppendOnly):
    """One act of reading that is on record; the database sets time, number and seal, and refuses to alter or delete it.

    Each entry is chained to the one before; entries of earlier versions have no seal. It is no Change: reading moves no
    result. person None: somebody at the machine's command line.
    """

    class Kind(models.TextChoices):
        RESULTS = "results", "Viewed results"
        PLOT = "plot", "Exported plot"
        RECORD = "record", "Exported data"
        TRAIL = "trail", "Exported audit trail"
        API = "api", "Read by a program"

    at = models.DateTimeField(db_default=Now())
    person = models.ForeignKey("trial.Person", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.CharField(max_length=200)
    newest_change = models.BigIntegerField()
    previous_seal = models.BinaryField(null=True, editable=False)
    seal = models.BinaryField(null=True, editable=False)

    class Meta:
        ordering = ("-id",)


Kind = JournalEntry.Kind


def last_change() -> int:
    """The number of the newest change on record; 0 where there is none."""
    return Change.objects.aggregate(newest=Max("id"))["newest"] or 0


def note(person: Person | None, kind: JournalEntry.Kind, words: str) -> JournalEntry:
    """One line with the newest Change at this moment; person None is the command line of the machine."""
    return JournalEntry.objects.create(
        person_id=person.pk if person else None, role=person.role if person else "", kind=kind, words=words[:200],
        newest_change=last_change(),
    )  # fmt: skip
