"""The installer of the audit schema: after every migrate, from SQL files and models, the same on every database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from tests.cast import Cast
from tests.trial.audit import database as databases
from tests.trial.audit.database import BASELINE, ROOT, WITH_THE_LATER_FORM, owner_of, restore, schema, upgrade
from trial.audit import install, redaction, tables, triggers_check
from trial.models import Hold, Participant, Person, Role, SingleSignOn, Version
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

QTC = """INSERT INTO later_electrocardiogram (participant_id, recorded_on, qtc_ms, remark, struck_out_reason)
    VALUES (%s, '2026-02-03', %s, '', '')"""


OF_ANOTHER_VERSION = """
CREATE OR REPLACE FUNCTION endpoint_refuse_held(of_table text, r jsonb) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN RETURN; END $$;
CREATE OR REPLACE FUNCTION endpoint_free_text() RETURNS TABLE (of_table text, field text, most int) LANGUAGE sql
    IMMUTABLE AS $$ VALUES ('trial_deviation', 'action', 0) $$;
CREATE FUNCTION endpoint_of_an_earlier_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER endpoint_of_an_earlier_version BEFORE UPDATE ON trial_visit
    FOR EACH ROW EXECUTE FUNCTION endpoint_of_an_earlier_version();
CREATE OR REPLACE TRIGGER endpoint_record AFTER INSERT ON trial_death
    FOR EACH ROW EXECUTE FUNCTION endpoint_record_version();
DROP TRIGGER endpoint_own_hand ON trial_signature;
DROP FUNCTION endpoint_pattern(text);
ALTER TABLE trial_cycle DISABLE TRIGGER endpoint_keep;
GRANT ALL ON trial_version, trial_savedform TO endpoint_app;
REVOKE INSERT ON trial_visit FROM endpoint_app;
REVOKE EXECUTE ON FUNCTION endpoint_open_change(bigint, text, text, bigint, bigint, text[], text) FROM endpoint_app;
GRANT EXECUTE ON FUNCTION endpoint_places_of(bigint, text) TO PUBLIC, endpoint_app;
"""


@pytest.mark.requirement("R67")
def test_an_upgraded_database_has_every_function_trigger_constraint_and_right_of_a_fresh_one(
    database: str, empty: str
) -> None:
    restore(empty, BASELINE)
    with owner_of(empty) as owner:
        owner.execute(OF_ANOTHER_VERSION.encode())
    fresh, before = schema(database), schema(empty)
    assert before != fresh
    upgrade(empty)
    after = schema(empty)
    assert {key: (fresh.get(key), after.get(key)) for key in fresh.keys() | after.keys()
            if fresh.get(key) != after.get(key)} == {}  # fmt: skip
    kinds = {kind for kind, _ in fresh}
    assert kinds == set(databases._SCHEMA) and ("function", "endpoint_open_change(bigint,text,text,bigint,bigint,"
                                                "text[],text)") in fresh  # fmt: skip


def _left_out(name: str) -> set[tuple[str, str]]:
    """(table, column) of what an older program cannot write: columns that must be named in every new row."""
    with owner_of(name) as owner:
        rows = owner.execute("""SELECT table_name, column_name FROM information_schema.columns WHERE is_nullable = 'NO'
            AND table_schema = 'public' AND column_default IS NULL""").fetchall()
    return {(table, column) for table, column in rows} & install.constant_defaults().keys()


@pytest.mark.requirement("R67")
def test_every_column_has_the_value_that_the_program_gives_it_also_after_an_upgrade(upgraded: str) -> None:
    assert len(install.constant_defaults()) > 100 and _left_out(upgraded) == set()


@pytest.mark.requirement("R67")
def test_a_program_of_the_version_before_writes_rows_whose_new_columns_it_does_not_know(cast: Cast) -> None:
    with changes.record(Save(cast.people[Role.ADMINISTRATOR]), "account", "for the test"):
        with connection.cursor() as cursor:
            cursor.execute("""INSERT INTO trial_singlesignon (name, confirmed, user_id, address)
                VALUES ('single sign-on', true, %s, 'nora@hospital.example')""", [cast.people[Role.CHAIR].pk])
    made = SingleSignOn.objects.get()
    assert (made.subject, made.struck_out_reason) == ("", "")


@pytest.mark.requirement("R67")
def test_a_migration_beside_somebody_who_reads_ends_neither(upgraded: str) -> None:
    """It locks one table and waits for another, whose reader then asks for the first."""
    with owner_of(upgraded) as owner:
        for table in ("trial_site", "trial_visit"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER endpoint_record".encode())
    with ThreadPoolExecutor(1) as beside, owner_of(upgraded) as reader, owner_of(upgraded) as watcher:
        with reader.transaction():
            reader.execute("SELECT count(*) FROM trial_visit")
            done = beside.submit(upgrade, upgraded)
            while not watcher.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                assert not done.done(), done.result()
            assert reader.execute("SELECT count(*) FROM trial_site").fetchone() is not None
        done.result()
    assert triggers_check.missing() == []


def _identities(name: str) -> list[tuple[Any, ...]]:
    with owner_of(name) as owner:
        return owner.execute("""SELECT 'trigger', t.oid, t.xmin::text FROM pg_trigger t WHERE NOT t.tgisinternal
            UNION ALL SELECT 'function', p.oid, '' FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            ORDER BY 1, 2""").fetchall()


@pytest.mark.requirement("R67")
def test_installing_again_changes_nothing(database: str) -> None:
    before = schema(database), _identities(database)
    upgrade(database)
    assert (schema(database), _identities(database)) == before


@pytest.mark.requirement("R19")
def test_the_application_migrates_nothing_and_finds_the_triggers_in_place(database: str) -> None:
    assert databases.migrate(database, role="app").returncode == 0
    with owner_of(database) as owner:
        owner.execute("DROP TRIGGER endpoint_record ON trial_visit")
    refused = databases.migrate(database, role="app")
    assert refused.returncode != 0 and "endpoint_record on trial_visit" in refused.stderr
    upgrade(database)
    assert triggers_check.missing() == []


def _later(value: int, participant: Participant, person: Person) -> None:
    with changes.record(Save(person), "enter", participant=participant), connection.cursor() as cursor:
        cursor.execute(QTC, [participant.pk, value])


def _lead(person: Person, participant: Participant) -> None:
    with changes.record(Save(person), "enter", participant=participant), connection.cursor() as cursor:
        cursor.execute("INSERT INTO later_lead (electrocardiogram_id, name, struck_out_reason) "
                       "SELECT max(id), 'V1', '' FROM later_electrocardiogram")  # fmt: skip


def _hold(kind: str, monitor: Person, chair: Person, **where: Any) -> Hold:
    with changes.record(Save(monitor), kind) as change:
        made = Hold.objects.create(kind=kind, state="in_force" if kind == "freeze" else "asked", asked_by=monitor,
                                   asked_at=change.at, asked_because="cleaned", **where)  # fmt: skip
    if kind == "lock":
        with changes.record(Save(chair), "approve", "complete"):
            made.state, made.decided_by, made.decided_because = "in_force", chair, "complete"
            made.save()
    return made


@pytest.mark.parametrize("kind", ["freeze", "lock"])
@pytest.mark.parametrize("scope", ["form", "participant", "site", "study"])
@pytest.mark.requirement("R19")
def test_a_form_that_came_later_is_recorded_and_held_on_an_upgraded_database(
    with_the_later_form: str, kind: str, scope: str
) -> None:
    nora, chris, monitor = (Person.objects.get(username=name) for name in ("nora", "chris", "a_monitor"))
    participant = Participant.objects.filter(number__isnull=False, holds__isnull=True).earliest("id")
    with pytest.raises(DatabaseError, match="inside a Change"), connection.cursor() as cursor:
        cursor.execute(QTC, [participant.pk, 430])
    _later(430, participant, nora)
    _lead(nora, participant)
    versions = Version.objects.filter(table_name__startswith="later_").order_by("id")
    assert [version.table_name for version in versions] == ["later_electrocardiogram", "later_lead"]
    assert versions[0].row["qtc_ms"] == 430
    where: dict[str, Any] = {"scope": scope}
    if scope in ("form", "participant"):
        where["participant"] = participant
    if scope == "form":
        where |= {"form": "electrocardiogram"}
    if scope == "site":
        where["site"] = participant.site
    _hold(kind, monitor, chris, **where)
    words = "locked" if kind == "lock" else "frozen"
    for write in (lambda: _later(500, participant, nora), lambda: _lead(nora, participant)):
        with pytest.raises(Refused, match=f"The {scope} is {words}"):
            write()
    with pytest.raises(Refused, match=words), changes.record(Save(nora), "correct", "typed", participant=participant):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE later_electrocardiogram SET qtc_ms = 400")
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(qtc_ms) FROM later_electrocardiogram")
        assert cursor.fetchone()[0] == [430]


@pytest.mark.requirement("R19")
def test_a_form_that_came_later_is_never_emptied_and_its_free_text_can_be_redacted(
    with_the_later_form: str,
) -> None:
    with owner_of(with_the_later_form) as owner:
        for statement in ("TRUNCATE later_electrocardiogram CASCADE", "TRUNCATE later_lead"):
            with pytest.raises(psycopg.Error, match="never emptied"):
                owner.execute(statement.encode())
        free = owner.execute("SELECT * FROM endpoint_free_text() WHERE of_table LIKE 'later%'").fetchall()
        rights = owner.execute(
            "SELECT has_table_privilege('endpoint_app', 'later_lead', r) FROM "
            "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) r"
        ).fetchall()
    assert ("later_electrocardiogram", "remark", 200) in free
    assert [row[0] for row in rights] == [True, True, True, False, False]
    # A program that does not know the form leaves its table guarded.
    upgrade(with_the_later_form)
    with owner_of(with_the_later_form) as owner, pytest.raises(psycopg.Error, match="never emptied"):
        owner.execute("TRUNCATE later_electrocardiogram CASCADE")


def test_the_same_form_is_held_on_a_fresh_database(empty: str) -> None:
    with owner_of(empty) as owner:
        for words in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            owner.execute(f"ALTER DEFAULT PRIVILEGES GRANT {words} TO endpoint_app".encode())
    upgrade(empty, WITH_THE_LATER_FORM)
    with owner_of(empty) as owner:
        names = owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'later_lead'::regclass AND NOT tgisinternal"
        )
        assert {row[0] for row in names} == {"endpoint_record", "endpoint_keep", "endpoint_keep_all"}


def test_what_a_model_declares_is_there() -> None:
    for model in tables.record_models():
        columns = {field.column for field in model._meta.concrete_fields}
        assert {*model.codes, *model.in_results} <= columns, model
        assert set(model.held_by) <= {"freeze", "lock"}, model
        assert not model.place.by or model.place.by in columns, model
        for name in model.own_hand:
            assert model._meta.get_field(name).related_model is Person, (model, name)
    free = {(text.table, text.column) for text in redaction.fields()}
    assert ("trial_deviation", "description") in free and ("trial_lesion", "label") not in free


def test_each_row_below_an_entry_is_placed_by_the_row_above() -> None:
    above = {model._meta.db_table: key.column for model in tables.record_models() if (key := tables.above(model))}
    assert above == {
        "trial_dosingperiod": "cycle_id", "trial_laboratoryresult": "visit_id", "trial_lesionreading": "assessment_id",
        "trial_querymessage": "query_id", "trial_eligibilityanswer": "participant_id", "trial_waiver": "participant_id",
        "trial_registrationfinding": "participant_id", "trial_screenfailure": "participant_id",
        "trial_sitetransfer": "participant_id",
    }  # fmt: skip


def test_every_function_has_a_comment_above_and_every_name_a_value() -> None:
    for path in sorted(install.SQL.glob("*.sql")):
        lines = path.read_text(encoding="utf-8").splitlines()
        bare = [line for before, line in zip(lines, lines[1:], strict=False)
                if line.startswith("CREATE OR REPLACE FUNCTION") and not before.startswith("--")]  # fmt: skip
        assert bare == [], path.name
        assert not any(line.startswith("CREATE FUNCTION") for line in lines), path.name
        install.filled(path, install._values())


def test_no_python_file_of_the_product_holds_a_function_of_the_database() -> None:
    files = [path for folder in ("trial", "capture", "analysis") for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    offenders = [str(path.relative_to(ROOT)) for path in files if _has_database_code(path)]
    assert offenders == []


def _has_database_code(path: Path) -> bool:
    text = path.read_text(encoding="utf-8").lower()
    return any(words in text for words in ("language plpgsql", "create function", "create or replace function", "do $"))
