"""The record: what may be written, how it is recorded, and what is refused to everyone."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from trial.audit import install, tables
from trial.models import Change, RecordRow, Site, Version
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.runtime.worker import messages


def _site(code: str = "HD", reason: str = "") -> Site:
    with changes.record(None, "system", reason):
        return Site.objects.create(code=code, name="Harbour District")


def _sql(text: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.requirement("R16")
def test_every_record_row_is_watched() -> None:
    assert {model._meta.db_table for model in RecordRow.__subclasses__()} == set(tables.audited())


@pytest.mark.requirement("R16")
def test_a_change_numbers_and_seals_itself(database: str) -> None:
    _site("A"), _site("B")
    first, second = Change.objects.all()
    assert (first.id, second.id) == (1, 2)
    assert len(first.seal) == 32 and second.previous_seal == first.seal and second.at >= first.at


@pytest.mark.requirement("R20")
def test_a_failed_change_leaves_no_gap(database: str) -> None:
    _site("A")
    with pytest.raises(ZeroDivisionError), changes.record(None, "system"):
        Site.objects.create(code="B", name="B")
        raise ZeroDivisionError
    _site("C")
    assert list(Change.objects.values_list("id", flat=True)) == [1, 2]


@pytest.mark.requirement("R19")
def test_raw_sql_outside_a_change_is_refused(database: str) -> None:
    site = _site()
    for text in ("UPDATE trial_site SET name = 'x' WHERE id = %s", "INSERT INTO trial_site (code) VALUES (%s)"):
        with pytest.raises(DatabaseError):
            _sql(text, site.pk)
    site.refresh_from_db()
    assert site.name == "Harbour District" and Version.objects.count() == 1


@pytest.mark.requirement("R19")
def test_writing_in_the_name_of_another_change_is_refused(database: str) -> None:
    site = _site()
    with pytest.raises(DatabaseError, match="Change"), transaction.atomic():
        _sql("SELECT set_config('endpoint.change', '1', true)")
        Site.objects.filter(pk=site.pk).update(name="x")


@pytest.mark.requirement("R19")
def test_writing_after_the_seal_is_refused(database: str) -> None:
    site = _site()
    with pytest.raises(DatabaseError, match="Change"), changes.record(None, "system"):
        _sql("SET CONSTRAINTS ALL IMMEDIATE")
        Site.objects.filter(pk=site.pk).update(name="x")


@pytest.mark.requirement("R18")
@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO trial_version SELECT 99, 1, 'trial_site', 1, 'update', '{}'",
        "UPDATE trial_version SET row = '{}'",
        "DELETE FROM trial_version",
        "UPDATE trial_change SET reason = 'x'",
        "DELETE FROM trial_change",
        "INSERT INTO trial_change SELECT * FROM trial_change",
        "TRUNCATE trial_site CASCADE",
        "ALTER TABLE trial_site DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_forge_the_history(database: str, text: str) -> None:
    _site()
    with pytest.raises(DatabaseError), changes.record(None, "system"):
        _sql(text)


@pytest.mark.requirement("R18")
@pytest.mark.parametrize("table", ["trial_change", "trial_version", *tables.audited()])
def test_truncate_is_refused_to_the_owner_too(
    database: str, database_owner: psycopg.Connection[tuple[object, ...]], table: str
) -> None:
    with pytest.raises(psycopg.Error, match="never emptied"):
        database_owner.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.requirement("R29")
def test_a_row_is_struck_out_and_never_deleted(database: str) -> None:
    site = _site()
    with pytest.raises(DatabaseError), changes.record(None, "system"):
        _sql("DELETE FROM trial_site")
    with changes.record(None, "strike_out", "entered twice"):
        Site.objects.filter(pk=site.pk).update(struck_out_reason="entered twice")
    newest = Version.objects.order_by("-id")[0]
    assert (newest.act, newest.row["struck_out_reason"]) == ("update", "entered twice")


@pytest.mark.requirement("R16")
def test_bulk_created_rows_are_all_recorded(database: str) -> None:
    with changes.record(None, "import"):
        Site.objects.bulk_create(Site(code=f"S{number}", name="x") for number in range(300))
    assert Version.objects.filter(act="insert", change_id=1).count() == 300


@pytest.mark.requirement("R16")
def test_each_change_keeps_its_own_reason(database: str) -> None:
    site = _site()
    for reason in ("first", "second"):
        with changes.record(None, "correct", reason):
            Site.objects.filter(pk=site.pk).update(name=reason)
    recorded = Version.objects.order_by("id").values_list("change__reason", "row__name")
    assert list(recorded)[1:] == [("first", "first"), ("second", "second")]


@pytest.mark.requirement("R22")
def test_a_correction_needs_a_reason_and_a_known_act(database: str) -> None:
    with pytest.raises(Refused, match="Say why|Say where|reason"), changes.record(None, "correct", " "):
        pass
    with pytest.raises(ValueError, match="act"), changes.record(None, "improve"):
        pass


def test_a_change_is_not_opened_inside_another(database: str) -> None:
    with pytest.raises(RuntimeError, match="inside"), changes.record(None, "system"), changes.record(None, "system"):
        pass
    assert not Change.objects.exists()


def test_a_busy_record_says_so_and_saves_nothing(
    database: str, database_owner: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOCK_TIMEOUT_SECONDS", 1)
    with database_owner.transaction():
        database_owner.execute("SELECT pg_advisory_xact_lock(%s)", [install.WRITERS_LOCK])
        with pytest.raises(Refused, match="because another user was saving"):
            _site()
    assert not Site.objects.exists()


@pytest.mark.requirement("R64")
def test_a_dead_broker_does_not_fail_a_save(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from trial.celery import celery_app

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(celery_app, "send_task", refuse)
    with changes.record(None, "system", groups=("A",)):
        Site.objects.create(code="A", name="A")
    assert Change.objects.get().groups == ["A"]
    assert messages.wait_until_sent(5), "it was tried and given up"


def test_a_quiet_load_wakes_nobody_and_later_saves_do(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[object] = []
    monkeypatch.setattr(messages, "send", lambda task, *args: woken.append(args))
    with changes.record(Save(wakes=False), "system", groups=("A",)):
        Site.objects.create(code="A", name="A")
    assert woken == []
    with changes.record(None, "system", groups=("A",)):
        Site.objects.create(code="B", name="B")
    assert woken == [("A",)]
