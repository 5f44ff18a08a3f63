"""The product does not serve without the triggers of its record; `check --database` and the Status page say so too."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError

from analysis.views import status as status_page
from trial.audit import install, tables, triggers_check

ROOT = Path(__file__).resolve().parent.parent.parent.parent
Owner = psycopg.Connection[tuple[object, ...]]


def test_every_table_of_the_record_and_the_record_itself_are_looked_at(database: str) -> None:
    looked_at = {trigger.table for trigger in install.triggers()}
    assert {*tables.audited(), *tables.append_only()} <= looked_at
    assert {"trial_change", "trial_version", "trial_person", "trial_person_sites", "trial_signin"} <= looked_at
    assert triggers_check.missing() == []


@pytest.mark.requirement("R19")
@pytest.mark.parametrize(("statement", "words"), [
    ("DROP TRIGGER endpoint_record ON trial_visit", "endpoint_record on trial_visit"),
    ("ALTER TABLE trial_cycle DISABLE TRIGGER endpoint_keep", "endpoint_keep on trial_cycle"),
    ("ALTER TABLE trial_death ENABLE REPLICA TRIGGER endpoint_keep_all", "endpoint_keep_all on trial_death"),
    ("DROP TRIGGER endpoint_seal ON trial_change", "endpoint_seal on trial_change"),
    ("ALTER TABLE trial_version DISABLE TRIGGER USER", "endpoint_keep on trial_version"),
    ("DROP TRIGGER endpoint_record ON trial_person_sites", "endpoint_record on trial_person_sites"),
    ("""CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE OR REPLACE TRIGGER endpoint_record AFTER INSERT OR UPDATE ON trial_visit
        FOR EACH ROW EXECUTE FUNCTION nothing()""", "endpoint_record on trial_visit"),
    ("""CREATE OR REPLACE TRIGGER endpoint_record AFTER INSERT ON trial_visit
        FOR EACH ROW EXECUTE FUNCTION endpoint_record_version()""", "endpoint_record on trial_visit"),
    ("DROP TRIGGER endpoint_own_hand ON trial_hold", "endpoint_own_hand on trial_hold"),
    ("DROP TRIGGER endpoint_never_altered ON trial_datacut", "endpoint_never_altered on trial_datacut"),
], ids=["dropped", "off", "only for a replica", "the seal", "the versions", "the sites of people", "another function",
        "another event", "the own hand", "the data cuts"])
def test_a_trigger_that_is_missing_or_off_refuses_the_start_and_is_named(
    database_owner: Owner, statement: str, words: str
) -> None:
    database_owner.execute(statement)
    with pytest.raises(ImproperlyConfigured, match=f"Audit triggers are missing or disabled.*{words}"):
        triggers_check.refuse_to_start()


@pytest.mark.requirement("R19")
def test_the_check_of_the_database_and_the_status_page_say_it(database_owner: Owner) -> None:
    call_command("check", databases=["default"])
    assert {line.part: line.is_good for line in status_page.lines()}["Guards of the record"] is True
    database_owner.execute("DROP TRIGGER endpoint_record ON trial_visit")
    with pytest.raises(SystemCheckError, match="endpoint_record on trial_visit"):
        call_command("check", databases=["default"])
    line = {line.part: line for line in status_page.lines()}["Guards of the record"]
    assert line.is_good is False and "endpoint_record on trial_visit" in line.words


def test_a_database_before_its_migrations_may_be_migrated(database_owner: Owner) -> None:
    database_owner.execute("DROP TRIGGER endpoint_record ON trial_visit")
    newest = "SELECT max(name) FROM django_migrations WHERE app = 'trial'"
    database_owner.execute(f"DELETE FROM django_migrations WHERE app = 'trial' AND name = ({newest})")
    call_command("check", databases=["default"])


def test_a_database_that_does_not_answer_is_no_reason_to_refuse(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable() -> list[str]:
        raise OperationalError("connection refused")

    monkeypatch.setattr(triggers_check, "missing", unreachable)
    triggers_check.refuse_to_start()
    assert "not checked" in caplog.text


@pytest.mark.requirement("R19")
def test_the_web_server_itself_refuses_in_words(database: str, database_owner: Owner) -> None:
    database_owner.execute("DROP TRIGGER endpoint_keep ON trial_lesion")
    done = subprocess.run([sys.executable, "-c", "import trial.wsgi"], cwd=ROOT, text=True, capture_output=True,
                          env=os.environ | {"ENDPOINT_DATABASE_NAME": database}, check=False)  # fmt: skip
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("endpoint_keep on trial_lesion. The application does not start until they are installed.")
