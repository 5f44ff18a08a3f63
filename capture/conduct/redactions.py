"""Blacking identifying words out: who sees the record asks, the study chair approves, and the database does it.

Only where the words stand is kept with the request, never the words: they would stay in its own sealed version.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from capture.casebook import history
from capture.casebook.labels import title
from trial.audit import redaction
from trial.audit.redaction import LEAST_LETTERS
from trial.models import Change, Participant, Person, Redaction, Version
from trial.models.fields import in_a_sentence
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

MAY_ASK = (*access.ENTERS, "monitor")
LONGEST_REASON = 300
REPEATS = "The reason contains the text to redact. Enter a reason without it: the reason is kept permanently."


@dataclass(frozen=True)
class Source:
    """Where the words were met: a field of a version, or (no version, field empty) the reason of a Change."""

    change: int
    version: int | None = None
    field: str = ""


@dataclass(frozen=True)
class Place:
    """Words met elsewhere: in what, which field, in which Changes, and whether the black-out takes them out."""

    title: str
    field: str
    changes: tuple[int, ...]
    goes: bool


def of(person: Person) -> QuerySet[Redaction]:
    """The black-outs of the participants that the person sees, the newest first."""
    rows = Redaction.objects.filter(participant__in=access.participants_for(person))
    return rows.select_related("participant__site", "asked_by", "decided_by").order_by("-id")


def where(asked: Redaction) -> str:
    """What the words stand in, such as "Protocol deviation, description (change 12)"."""
    if asked.of_version is None:
        return f"Reason of change {asked.of_change}"
    table = Version.objects.values_list("table_name", flat=True).get(pk=asked.of_version)
    return f"{title(table)}, {in_a_sentence(history.called(table, asked.field))} (change {asked.of_change})"


def text_of(participant: Participant, source: Source) -> str:
    """The whole text that the source names. Raises Refused for what is no free text of this participant."""
    change = Change.objects.filter(pk=source.change, participant=participant).first()
    if change is None:
        raise Refused("This participant has no such entry.")
    if source.version is None:
        return change.reason
    version = Version.objects.filter(pk=source.version, change=change).first()
    if version is None or not redaction.is_free(version.table_name, source.field):
        raise Refused("Only free text can be redacted, not numbers, dates, codes, grades or choices.")
    return str(version.row.get(source.field) or "")


def ask(save: Save, participant: Participant, source: Source, words: str, because: str) -> Redaction:
    """Asks the study chair to black out these words of the source (all of them when `words` is empty).

    Raises Refused.
    """
    if save.person.role not in MAY_ASK:
        raise Refused("Your role cannot request a redaction.")
    whole, because = text_of(participant, source), because.strip()[:LONGEST_REASON]
    words = words.strip() or whole.strip()
    if len(words) < LEAST_LETTERS:
        raise Refused(f"Enter at least {LEAST_LETTERS} characters. A shorter text would redact too much elsewhere.")
    met = re.search(rf"(?<![^\W_]){re.escape(words)}(?![^\W_])", whole, re.IGNORECASE)
    if met is None:
        raise Refused("The text does not contain these words as whole words.")
    if not because:
        raise Refused("Enter a reason.")
    if words.lower() in because.lower():
        raise Refused(REPEATS)
    with _refusals(), changes.record(save, "black_out", because, participant=participant) as change:
        return Redaction.objects.create(
            participant=participant, of_change=source.change, of_version=source.version, field=source.field,
            from_letter=met.start() + 1, letters=len(met[0]), asked_by=save.person, asked_at=change.at,
            asked_because=because,
        )  # fmt: skip


def words_of(asked: Redaction) -> str:
    """The words that are to go, read where they stand; empty once it is decided."""
    if not asked.waits:
        return ""
    with _refusals(), connection.cursor() as cursor:
        cursor.execute("SELECT endpoint_words_asked(r) FROM trial_redaction r WHERE r.id = %s", [asked.pk])
        return str(cursor.fetchone()[0])


def places(asked: Redaction) -> list[Place]:
    """Everywhere the words stand now, those that go first."""
    with _refusals(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT of_table, field, is_free, array_agg(in_change ORDER BY in_change)
            FROM endpoint_black_out_preview(%s) GROUP BY 1, 2, 3 ORDER BY is_free DESC, min(in_change)""",
            [asked.pk],
        )
        return [Place("Reason of a change" if table == "trial_change" else title(table), history.called(table, field),
                      tuple(numbers), goes) for table, field, goes, numbers in cursor.fetchall()]  # fmt: skip


def approve(save: Save, asked: Redaction, because: str) -> Redaction:
    """The chair approves: the words are gone when this returns. Raises Refused."""
    with _deciding(save, asked, because), connection.cursor() as cursor:
        cursor.execute("SELECT endpoint_black_out(%s)", [asked.pk])
    return Redaction.objects.get(pk=asked.pk)


def refuse(save: Save, asked: Redaction, because: str) -> Redaction:
    """The chair refuses: nothing is touched. Raises Refused."""
    with _deciding(save, asked, because, refuses=True) as change:
        current = Redaction.objects.get(pk=asked.pk)
        current.state, current.decided_by, current.decided_at = Redaction.State.REFUSED, save.person, change.at
        current.decided_because, current.decided_in = because.strip()[:LONGEST_REASON], change.number
        current.save()
    return current


@contextmanager
def _deciding(save: Save, asked: Redaction, because: str, refuses: bool = False) -> Iterator[changes.OpenChange]:
    if save.person.role not in access.DECIDES or save.person.pk == asked.asked_by_id:
        raise Refused("The study chair decides, and cannot decide on the own request.")
    because = because.strip()[:LONGEST_REASON]
    if not because:
        raise Refused("Enter a reason.")
    if not Redaction.objects.get(pk=asked.pk).waits:
        raise Refused("This request is already decided.")
    try:
        repeats = words_of(asked).lower() in because.lower()
    except Refused:
        repeats = False
        if not refuses:
            raise
    if repeats:
        raise Refused(REPEATS)
    with _refusals(), changes.record(save, "approve", because, participant=asked.participant) as change:
        yield change


@contextmanager
def _refusals() -> Iterator[None]:
    """What the database refuses, in its words."""
    try:
        yield
    except DatabaseError as error:
        said = getattr(getattr(error.__cause__, "diag", None), "message_primary", None)
        if getattr(error.__cause__, "sqlstate", "") != "P0001" or not said:
            raise
        raise Refused(f"{said[:1].upper()}{said[1:]}.") from error
