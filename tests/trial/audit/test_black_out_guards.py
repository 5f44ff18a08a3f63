"""Nobody blacks out but two people by the one function, and what is forged about it is found."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection

from capture.conduct import redactions
from tests.blacked import NAME, asked_for, blacked_out, sound, sql, typed
from tests.cast import Cast, cast_of
from trial.audit import seal, verify
from trial.models import (
    Change,
    Deviation,
    Person,
    Redaction,
    Role,
    Version,
)
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R31")

Owner = psycopg.Connection[tuple[object, ...]]
GONE = "Called [redacted] at home."


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast, with a deviation that names somebody."""
    made = cast_of()
    typed(made.participant, made.people[Role.COORDINATOR])
    return made


@pytest.mark.parametrize("role", [Role.MONITOR, Role.COORDINATOR, Role.STATISTICIAN, Role.ADMINISTRATOR])
def test_nobody_but_the_chair_approves(cast: Cast, role: str) -> None:
    asked = asked_for(cast)
    with pytest.raises(Refused, match="study chair decides"):
        redactions.approve(Save(cast.people[role]), asked, "identifying")
    with (pytest.raises(DatabaseError, match="approved by the study chair"),
          changes.record(Save(cast.people[role]), "approve", "x", participant=cast.participant)):  # fmt: skip
        sql("SELECT endpoint_black_out(%s)", asked.pk)


def test_the_chair_who_asked_does_not_approve(cast: Cast) -> None:
    chair = cast.people[Role.CHAIR]
    Person.objects.filter(pk=chair.pk).update(role="monitor")
    chair.refresh_from_db()
    version = Version.objects.get(table_name="trial_deviation")
    source = redactions.Source(version.change_id, version.pk, "description")
    asked = redactions.ask(Save(chair), cast.participant, source, NAME, "somebody was named")
    Person.objects.filter(pk=chair.pk).update(role="chair")
    chair.refresh_from_db()
    with pytest.raises(Refused, match="cannot decide on the own request"):
        redactions.approve(Save(chair), asked, "identifying")
    with (pytest.raises(DatabaseError, match="not the person who asked"),
          changes.record(Save(chair), "approve", "x", participant=cast.participant)):  # fmt: skip
        sql("SELECT endpoint_black_out(%s)", asked.pk)


@pytest.mark.parametrize("text", [
    "UPDATE trial_version SET row = row || '{\"description\": \"[redacted]\"}'",
    "UPDATE trial_change SET reason = '[redacted]'",
    "UPDATE trial_redaction SET state = 'done', decided_by_id = {chair}, decided_because = 'x'",
    "UPDATE trial_redaction SET versions = '[{\"version\": 1}]'",
    "UPDATE trial_redaction SET letters = 99",
    "UPDATE trial_redaction SET state = 'refused', decided_by_id = {monitor}, decided_because = 'x'",
    "SELECT * FROM endpoint_places_of(1, 'x')",
    """INSERT INTO trial_redaction SELECT 99, '', of_change, of_version, field, from_letter, letters, 'done', asked_at,
        asked_because, now(), 'x', 1, '[]', '[]', 0, asked_by_id, {chair}, participant_id FROM trial_redaction""",
])  # fmt: skip
@pytest.mark.parametrize("act", ["black_out", "approve"])
def test_the_application_blacks_out_in_no_other_way(cast: Cast, text: str, act: str) -> None:
    asked_for(cast)
    chair, monitor = cast.people[Role.CHAIR], cast.people[Role.MONITOR]
    with pytest.raises(DatabaseError), changes.record(Save(chair), act, "x", participant=cast.participant):
        sql(text.replace("{chair}", str(chair.pk)).replace("{monitor}", str(monitor.pk)))
    assert Redaction.objects.get().waits


@contextmanager
def as_the_owner(owner: Owner, person: Person, participant_id: int) -> Iterator[None]:
    """A Change of this person that the owner of the tables opens by hand."""
    with owner.transaction():
        owner.execute("SELECT endpoint_open_change(%s, 'approve', 'x', %s, NULL, '{}', '')",
                      [person.pk, participant_id])  # fmt: skip
        yield


@pytest.mark.parametrize("text", [
    "UPDATE trial_version SET row = row || '{\"description\": \"[redacted]\"}' WHERE table_name = 'trial_deviation'",
    "UPDATE trial_change SET reason = '[redacted]' WHERE id = 1",
    """UPDATE trial_redaction SET state = 'done', decided_by_id = {chair}, decided_because = 'x',
        versions = '[{"version": 1}]'""",
    "DELETE FROM trial_redaction",
])  # fmt: skip
def test_nor_does_the_owner_without_the_function(cast: Cast, database_owner: Owner, text: str) -> None:
    asked_for(cast)
    chair = cast.people[Role.CHAIR]
    with pytest.raises(psycopg.Error, match="refused|sealed|inside a Change"):
        database_owner.execute(text.replace("{chair}", str(chair.pk)))  # type: ignore[arg-type]
    with (pytest.raises(psycopg.Error, match="refused|sealed|only endpoint_black_out"),
          as_the_owner(database_owner, chair, cast.participant.pk)):  # fmt: skip
        database_owner.execute(text.replace("{chair}", str(chair.pk)))  # type: ignore[arg-type]
    sound()


@pytest.mark.parametrize(("text", "words"), [
    # A version is altered after its black-out, in the words and elsewhere.
    ("UPDATE trial_version SET row = row || '{\"description\": \"[redacted] x\"}' WHERE id = {version}",
     "does not stand as Change"),
    ("UPDATE trial_version SET row = row || '{\"happened_on\": \"2026-02-02\"}' WHERE id = {version}",
     "does not stand as Change"),
    # The kept hash is put for another version: in the live row, and in the sealed one.
    ("UPDATE trial_redaction SET versions = '[]'", "row 1 of trial_redaction is not what its newest version says"),
    ("""UPDATE trial_version SET row = jsonb_set(row, '{{versions,0,sealed}}', to_jsonb(repeat('ab', 32)))
        WHERE table_name = 'trial_redaction' AND row->>'state' = 'done'""", "is not what was sealed"),
    # Somebody takes the black-out away: what was sealed cannot be computed any more.
    ("UPDATE trial_version SET row = row || '{\"state\": \"refused\"}' WHERE table_name = 'trial_redaction'",
     "is not what was sealed"),
])  # fmt: skip
def test_what_is_forged_about_a_black_out_is_found(
    cast: Cast, database_owner: Owner, text: str, words: str
) -> None:
    done = blacked_out(cast)
    text = text.replace("{{", "{").replace("}}", "}").replace("{version}", str(done.versions[0]["version"]))
    _behind_the_triggers(database_owner, text)
    assert words in str(verify.verify(connection).first_break)


def test_a_version_altered_under_a_black_out_of_ones_own_is_found(cast: Cast, database_owner: Owner) -> None:
    """One person writes a black-out by hand, with the hash of what was sealed, and alters the version below it."""
    chair, version = cast.people[Role.CHAIR], Version.objects.get(table_name="trial_deviation")
    hashes = f"encode(sha256(convert_to({seal.TEXT_OF_V}, 'UTF8')), 'hex')"
    after = hashes.replace("v.row)", "v.row || '{\"description\": \"another story\"}')")
    for table in ("trial_redaction", "trial_version", "trial_deviation"):
        database_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[arg-type]
    with as_the_owner(database_owner, chair, cast.participant.pk):
        database_owner.execute(f"""INSERT INTO trial_version (change_id, table_name, row_id, act, row)
            SELECT (SELECT max(id) FROM trial_change), 'trial_redaction', 1, 'insert', jsonb_build_object('id', 1,
                'state', 'done', 'asked_by_id', {chair.pk}, 'decided_by_id', {chair.pk}, 'changes', '[]'::jsonb,
                'versions', jsonb_build_array(jsonb_build_object('version', v.id, 'sealed', {hashes},
                    'after', {after})))
            FROM trial_version v WHERE v.id = {version.pk}""")  # type: ignore[arg-type]
        database_owner.execute(
            f"UPDATE trial_version SET row = row || '{{\"description\": \"another story\"}}' WHERE id = {version.pk}"  # type: ignore[arg-type]
        )
        database_owner.execute("UPDATE trial_deviation SET description = 'another story'")
    for table in ("trial_redaction", "trial_version", "trial_deviation"):
        database_owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")  # type: ignore[arg-type]
    assert "blacks out what nobody else had asked for" in str(verify.verify(connection).first_break)


def _behind_the_triggers(owner: Owner, text: str) -> None:
    for table in ("trial_redaction", "trial_version", "trial_change"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[arg-type]
    owner.execute(text)  # type: ignore[arg-type]
    for table in ("trial_redaction", "trial_version", "trial_change"):
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")  # type: ignore[arg-type]


def test_an_altered_reason_that_was_blacked_out_is_found(cast: Cast, database_owner: Owner) -> None:
    with changes.record(
        Save(cast.people[Role.COORDINATOR]), "correct", f"not {NAME}", participant=cast.participant
    ) as made:
        Deviation.objects.update(action="phoned")
    blacked_out(cast)
    assert Change.objects.get(pk=made.number).reason == "not [redacted]"
    sound()
    _behind_the_triggers(database_owner, f"UPDATE trial_change SET reason = 'yes' WHERE id = {made.number}")
    assert f"Change {made.number} or one of its versions" in str(verify.verify(connection).first_break)
