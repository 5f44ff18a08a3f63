"""An entry that names somebody, and its black-out: for the tests of black-outs."""

from typing import Any

from django.db import connection

from capture.conduct import redactions
from tests.cast import Cast
from trial.audit import verify
from trial.models import Deviation, Participant, Person, Redaction, Role, Version
from trial.record import changes
from trial.record.save import Save

NAME = "Margarete Sommer"


def typed(participant: Participant, person: Person, words: str = f"Called {NAME} at home.") -> tuple[int, int, int]:
    """A deviation with these words; returns its Change, its version and its row."""
    with changes.record(Save(person), "enter", participant=participant) as change:
        row = Deviation.objects.create(participant=participant, happened_on="2026-02-01", kind="other",
                                       description=words, action="none")  # fmt: skip
    return change.number, Version.objects.get(change=change.number, table_name="trial_deviation").pk, row.pk


def asked_for(cast: Cast, words: str = NAME, by: str = Role.MONITOR, field: str = "description") -> Redaction:
    """A black-out of words of the deviation's first version."""
    version = Version.objects.filter(table_name="trial_deviation").order_by("id")[0]
    source = redactions.Source(version.change_id, version.pk, field)
    return redactions.ask(Save(cast.people[by]), cast.participant, source, words, "somebody was named")


def blacked_out(cast: Cast, words: str = NAME) -> Redaction:
    """The same, approved by the chair."""
    return redactions.approve(Save(cast.people[Role.CHAIR]), asked_for(cast, words), "identifying")


def sound() -> verify.AuditReport:
    """The record verifies."""
    report = verify.verify(connection)
    assert report.first_break is None, report.first_break
    return report


def sql(text: str, *values: object) -> list[tuple[Any, ...]]:
    """Runs a statement as the application."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []
