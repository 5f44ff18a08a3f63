"""Bringing a filled database of an earlier version to this one keeps every value, audit record and signature."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import holds, signing
from capture.entry.services import entries
from tests.cast import register
from tests.examples import values
from tests.trial.audit.database import BASELINE, EARLIER, owner_of, restore, upgrade
from trial.audit import tables, verify
from trial.models import Change, Deviation, Participant, Person, Signature, Site
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

Rows = dict[Any, Any]
OTHER_TABLES = ("trial_change", "trial_version", "trial_person", "trial_signin", "trial_journalentry",
                "analysis_groupresult", "analysis_participantoutcome")  # fmt: skip
FILES = sorted(path.name for path in EARLIER.glob("*.sql.gz"))


def _everything(name: str) -> dict[str, Rows]:
    """Table → id → row as JSON, of every table of the record, its changes, versions, accounts and results."""
    found: dict[str, Rows] = {}
    with owner_of(name) as owner:
        there = {row[0] for row in owner.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")}
        for table in (*OTHER_TABLES, *tables.audited()):
            if table in there:
                rows = owner.execute(f"SELECT to_jsonb(t) FROM public.{table} t".encode()).fetchall()
                found[table] = {row.get("id", row.get("participant_id")): row for (row,) in rows}
    return found


def test_the_baseline_is_among_the_earlier_versions() -> None:
    assert BASELINE in FILES


@pytest.mark.requirement("R54", "R67")
@pytest.mark.parametrize("file", FILES)
def test_a_filled_database_of_an_earlier_version_keeps_everything(empty: str, file: str) -> None:
    restore(empty, file)
    before = _everything(empty)
    assert len(before) >= 40 and [table for table, rows in before.items() if not rows] == []
    upgrade(empty)
    after = _everything(empty)
    for table, rows in before.items():
        for key, row in rows.items():
            assert {name: after[table][key].get(name) for name in row} == row, (table, key)
    new = [row for key, row in after["trial_change"].items() if key not in before["trial_change"]]
    assert {row["role"] for row in new} <= {"system"}, "only the system writes during an upgrade"
    newest = max(before["trial_change"])
    head = verify.Head(newest, before["trial_change"][newest]["seal"].removeprefix("\\x"))
    report = verify.verify(connection, [head])
    assert report.first_break is None and len(report.blacked_out) == 1
    states = {signing.standing(signature.participant).state for signature in Signature.objects.all()}
    assert states == {signing.SIGNED} and all(signing.is_bound(signature) for signature in Signature.objects.all())
    assert Deviation.objects.filter(description="Called [redacted] at home.").count() == 1
    _written_on_in_the_same_chain()


def _written_on_in_the_same_chain() -> None:
    changed = Change.objects.count()
    with changes.record(None, "system"):
        Site.objects.create(code="NEW", name="A site of today")
    free = Participant.objects.filter(number__isnull=False, holds__isnull=True).earliest("id")
    entries.save(Save(Person.objects.get(username="nora")), free, ENTRY_FORMS["deviation"], {
        "happened_on": date(2026, 3, 9), "kind": "other", "description": "Diary late", "action": ""})  # fmt: skip
    assert Change.objects.count() == changed + 2
    assert verify.verify(connection).first_break is None


@pytest.mark.requirement("R54", "R56")
def test_every_form_is_entered_and_frozen_on_an_upgraded_database(upgraded: str) -> None:
    nora, monitor = (Person.objects.get(username=name) for name in ("nora", "a_monitor"))
    one = register(nora, nora.sites.get())
    saved = {kind: entries.save(Save(nora), one, form, values(kind)) for kind, form in ENTRY_FORMS.items()}
    holds.freeze(Save(monitor), holds.Target("participant", participant=one), "cleaned")
    for kind, row in saved.items():
        with pytest.raises(Refused, match="froz"):
            entries.strike_out(Save(nora, reason="entered twice"), one, ENTRY_FORMS[kind], row)
    assert verify.verify(connection).first_break is None
