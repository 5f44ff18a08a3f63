"""Words blacked out in the database: wherever they stand, with the chain whole, signatures and results untouched."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import models

from analysis.models import GroupResult
from analysis.results import moments
from analysis.results.moments import Moment
from capture.conduct import holds, redactions, signing
from tests.blacked import NAME, asked_for, blacked_out, sound, sql, typed
from tests.cast import Cast, cast_of, register
from trial.audit import redaction, tables
from trial.models import (
    Acknowledgement,
    Change,
    Delegation,
    Deviation,
    Draft,
    Hold,
    Participant,
    Query,
    QueryMessage,
    Redaction,
    Role,
    Version,
)
from trial.models.fields import PartialDateField
from trial.record import changes, snapshot
from trial.record.rows import Asked
from trial.record.save import Save
from trial.refused import Refused

Owner = psycopg.Connection[tuple[object, ...]]
GONE = "Called [redacted] at home."


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast, with a deviation that names somebody."""
    made = cast_of()
    typed(made.participant, made.people[Role.COORDINATOR])
    return made


def everywhere(owner: Owner, words: str) -> list[str]:
    """Each column of text or JSON of each table of the database that holds the words."""
    columns = owner.execute("""SELECT table_name::text, column_name::text FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
            AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')""").fetchall()
    assert len(columns) > 200
    return [f"{table}.{column}" for table, column in columns if owner.execute(
        f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1', [f"%{words}%"]).fetchone()]  # type: ignore[arg-type]


@pytest.mark.requirement("R31")
def test_the_words_go_from_the_row_and_its_version_and_the_chain_holds(cast: Cast) -> None:
    before = {number: bytes(seal) for number, seal in Change.objects.values_list("id", "seal")}
    assert sound().blacked_out == ()
    done = blacked_out(cast)
    assert Deviation.objects.get().description == GONE
    assert [each.row["description"] for each in Version.objects.filter(table_name="trial_deviation")] == [GONE]
    assert sound().blacked_out == (f"1 version redacted by Change {done.decided_in}",)
    after = {number: bytes(seal) for number, seal in Change.objects.values_list("id", "seal")}
    assert {number: after[number] for number in before} == before


def test_verification_names_each_black_out(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    done = blacked_out(cast)
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert f"Verified by stored hashes only: 1 version redacted by Change {done.decided_in}." in said
    assert "Verified: " in said


@pytest.mark.requirement("R31")
def test_the_words_are_nowhere_in_the_database_afterwards(cast: Cast, database_owner: Owner) -> None:
    nora, mona = cast.people[Role.COORDINATOR], cast.people[Role.MONITOR]
    row = Deviation.objects.get()
    with changes.record(Save(nora), "correct", f"{NAME.upper()} was named", participant=cast.participant):
        row.description, row.action = f"{NAME}, {NAME}'s sister", f"told {NAME}"
        row.save()
    with changes.record(Save(nora), "strike_out", "wrong patient", participant=cast.participant) as change:
        row.struck_out_reason = f"this was of {NAME}"
        row.save()
        Acknowledgement.objects.create(participant=cast.participant, check_id="X", form="deviation", row_id=row.pk,
                                       words=f"{NAME} is unusual", because=f"it is {NAME}")  # fmt: skip
        query = Query.objects.create(participant=cast.participant, form="deviation", row_id=row.pk, words=f"Who is "
                                     f"{NAME}?", finding=NAME, raised_at=change.at)  # fmt: skip
        QueryMessage.objects.create(query=query, state="open", words=f"{NAME} is his wife.", said_at=change.at)
    with changes.record(Save(mona), "problem"):
        sql("""INSERT INTO trial_problemreport (reported_by_id, reported_at, severity, words, page, program, found,
            struck_out_reason) VALUES (%s, now(), 'small', %s, '', '1', '', '')""", mona.pk, f"{NAME} is shown")
    path = f"/participants/{cast.participant.reference}/deviation/new/"
    Draft.objects.create(person=nora, path=path, fields=[["description", f"a\n{NAME}"], ["kind", "other"]])
    Draft.objects.create(person=nora, path=path, fields=[["description", f'"{NAME}"']], is_sent=True)
    places = set(everywhere(database_owner, NAME))
    assert places >= {"trial_change.reason", "trial_version.row", "trial_querymessage.words", "trial_draft.fields",
                      "trial_deviation.struck_out_reason", "trial_problemreport.words"}  # fmt: skip
    done = blacked_out(cast)
    assert everywhere(database_owner, NAME) == []
    assert everywhere(database_owner, "Sommer") == []
    assert (len(done.versions), len(done.changes), done.copies) == (7, 1, 2)
    assert Draft.objects.get(is_sent=False).fields == [["description", "a\n[redacted]"], ["kind", "other"]]
    assert sound().blacked_out == (
        f"7 versions and the reason of 1 Change redacted by Change {done.decided_in} (seals kept, not computed "
        "again)",)  # fmt: skip


@pytest.mark.requirement("R31")
def test_the_exported_trail_verifies_offline_and_says_what_is_kept(cast: Cast, tmp_path: Path) -> None:
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", f"not {NAME}", participant=cast.participant):
        Deviation.objects.update(action="phoned")
    done = blacked_out(cast)
    folder = tmp_path / "trail"
    call_command("export_trail", folder, verbosity=0)
    assert NAME not in (folder / "trail.jsonl").read_text(encoding="utf-8")
    code, said = _offline(folder, "--head", str(sound().head))
    assert code == 0, said
    assert f"2 versions not shown here, only the hash: redacted by Change {done.decided_in}" in said
    assert f"1 seal kept, not computed again: reason redacted by Change {done.decided_in}" in said
    assert "(2 of them known by their hash only)" in said


def _offline(folder: Path, *words: str) -> tuple[int, str]:
    ran = subprocess.run([sys.executable, "-I", "-S", str(folder / "verify_trail.py"), *words], check=False,
                         capture_output=True, text=True)  # fmt: skip
    assert not ran.stderr, ran.stderr
    return ran.returncode, ran.stdout


@pytest.mark.requirement("R31")
@pytest.mark.parametrize("forge", ["another text", "another reason", "a black-out of one's own", "no black-out"])
def test_a_black_out_forged_in_an_export_is_found_offline(cast: Cast, tmp_path: Path, forge: str) -> None:
    with changes.record(Save(cast.people[Role.COORDINATOR]), "correct", f"not {NAME}", participant=cast.participant):
        Deviation.objects.update(action="phoned")
    blacked_out(cast)
    folder = tmp_path / "trail"
    call_command("export_trail", folder, verbosity=0)
    lines = [json.loads(line) for line in (folder / "trail.jsonl").read_text(encoding="utf-8").splitlines()]
    kept = next(line for line in lines if "seal_kept" in line)
    if forge == "another text":
        kept["versions"][0]["text"] = kept["versions"][0]["text"].replace("phoned", "wrote")
    elif forge == "another reason":
        kept["header"] = kept["header"].replace("not [redacted]", "yes [redacted]")
    elif forge == "a black-out of one's own":
        lines[2]["header"], lines[2]["seal_kept"] = lines[2]["header"].replace("20", "19"), "redacted by Change 9"
    else:
        kept["seal_kept"] = ""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "trail.jsonl").write_text(text, encoding="utf-8")
    code, said = _offline(folder)
    assert code == 1 and ("no sealed redaction names it" in said or "is not what was sealed" in said)


@pytest.mark.requirement("R31")
def test_a_signature_of_the_casebook_stays_valid(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    with changes.record(None, "system"):
        Delegation.objects.create(person=ines, site=cast.north, from_on=date(2026, 1, 1))
    signature = signing.sign(Save(ines), cast.participant, signing.standing(cast.participant).content_hash)
    blacked_out(cast)
    assert signing.is_bound(signature)
    assert signing.standing(cast.participant).state == signing.SIGNED
    assert signing.states([cast.participant]) == {cast.participant.pk: signing.SIGNED}


def test_what_the_endpoints_read_is_the_same_now_and_then(cast: Cast) -> None:
    then = Change.objects.order_by("-id")[0].pk
    ids = [cast.participant.pk]
    live, past = snapshot.participants(ids), snapshot.participants(ids, as_of=then)
    blacked_out(cast)
    assert repr(snapshot.participants(ids)) == repr(live) and repr(snapshot.participants(ids, as_of=then)) == repr(past)


def test_whole_words_in_either_case_of_this_participant_alone_go(cast: Cast) -> None:
    other = register(cast.people[Role.COORDINATOR], cast.north)
    _, kept, _ = typed(other, cast.people[Role.COORDINATOR])
    typed(cast.participant, cast.people[Role.COORDINATOR], f"{NAME.lower()} and {NAME}s; +49 551 (39) 1*2")
    blacked_out(cast)
    assert Version.objects.get(pk=kept).row["description"] == f"Called {NAME} at home."
    newest = Deviation.objects.filter(participant=cast.participant).order_by("-id")[0]
    assert newest.description == f"[redacted] and {NAME}s; +49 551 (39) 1*2"
    version = Version.objects.filter(table_name="trial_deviation").order_by("-id")[0]
    source = redactions.Source(version.change_id, version.pk, "description")
    asked = redactions.ask(
        Save(cast.people[Role.COORDINATOR]), cast.participant, source, "+49 551 (39) 1*2", "telephone"
    )
    redactions.approve(Save(cast.people[Role.CHAIR]), asked, "identifying")
    newest.refresh_from_db()
    assert newest.description == f"[redacted] and {NAME}s; [redacted]"
    assert len(sound().blacked_out) == 2


NAMES = ["Jürgen Öztürk", "Łukasz Gęś", "Παρασκευή Ώρα", "Иван Жуков", "中村さん", "O'Neill-Smith", "a\\b$1"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_alphabet_go_in_either_case(cast: Cast, database_owner: Owner, name: str) -> None:
    row = Deviation.objects.get()
    with changes.record(
        Save(cast.people[Role.COORDINATOR]), "correct", f"{name.upper()}, not", participant=cast.participant
    ):
        row.description, row.action = f"Called ({name}).", f"{name.upper()}; {name}x"
        row.save()
    version = Version.objects.filter(table_name="trial_deviation").order_by("-id")[0]
    source = redactions.Source(version.change_id, version.pk, "description")
    asked = redactions.ask(Save(cast.people[Role.COORDINATOR]), cast.participant, source, name.upper(), "somebody")
    assert redactions.words_of(asked) == name
    redactions.approve(Save(cast.people[Role.CHAIR]), asked, "identifying")
    row.refresh_from_db()
    assert (row.description, row.action) == ("Called ([redacted]).", f"[redacted]; {name}x")
    assert everywhere(database_owner, f"{name.upper()}, not") == []
    sound()


def test_a_version_is_blacked_out_twice_and_verifies_by_what_was_sealed(cast: Cast) -> None:
    blacked_out(cast)
    done = blacked_out(cast, "at home")
    assert Deviation.objects.get().description == "Called [redacted] [redacted]."
    assert sound().blacked_out == (f"1 version redacted by Change {done.decided_in}",)


def test_the_whole_text_goes_when_no_words_are_named(cast: Cast) -> None:
    blacked_out(cast, "")
    assert Deviation.objects.get().description == "[redacted]"
    sound()


def test_a_text_that_would_grow_too_long_goes_whole(cast: Cast) -> None:
    with changes.record(None, "system", participant=cast.participant):
        sql("UPDATE trial_participant SET primary_site = %s", f"{'x' * 51} abc {'y' * 4}")
    version = Version.objects.filter(table_name="trial_participant").order_by("-id")[0]
    source = redactions.Source(version.change_id, version.pk, "primary_site")
    asked = redactions.ask(Save(cast.people[Role.COORDINATOR]), cast.participant, source, "abc", "a name")
    redactions.approve(Save(cast.people[Role.CHAIR]), asked, "identifying")
    cast.participant.refresh_from_db()
    assert cast.participant.primary_site == "[redacted]"
    sound()


@pytest.mark.requirement("R31")
@pytest.mark.parametrize("field", ["happened_on", "kind", "id", "participant_id", "nothing"])
def test_only_free_text_can_be_asked_for(cast: Cast, field: str) -> None:
    with pytest.raises(Refused, match="Only free text"):
        asked_for(cast, "2026", field=field)


@pytest.mark.parametrize(("words", "said"), [("at", "at least 3"),
                                             ("Nobody", "does not contain"), ("...", "does not contain"),
                                             ("Somme", "as whole words")])
def test_words_that_are_not_there_or_too_short_are_refused(cast: Cast, words: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        asked_for(cast, words)


@pytest.mark.requirement("R31")
def test_no_reason_may_repeat_the_words(cast: Cast) -> None:
    change, version, _ = typed(cast.participant, cast.people[Role.COORDINATOR])
    source, mona = redactions.Source(change, version, "description"), cast.people[Role.MONITOR]
    with pytest.raises(Refused, match="contains the text to redact"):
        redactions.ask(Save(mona), cast.participant, source, NAME, f"it names {NAME.upper()}")
    asked = redactions.ask(Save(mona), cast.participant, source, NAME, "it names somebody")
    with pytest.raises(Refused, match="contains the text to redact"):
        redactions.approve(Save(cast.people[Role.CHAIR]), asked, f"yes, {NAME}")
    assert Redaction.objects.get().waits and not Change.objects.filter(reason__icontains=NAME).exists()


def test_the_request_spreads_no_word(cast: Cast, database_owner: Owner) -> None:
    before = everywhere(database_owner, NAME)
    asked = asked_for(cast)
    assert everywhere(database_owner, NAME) == before
    assert redactions.words_of(asked) == NAME
    assert Version.objects.filter(table_name="trial_deviation", row__description=f"Called {NAME} at home.").exists()


def test_the_chair_refuses_and_nothing_is_touched(cast: Cast) -> None:
    asked = asked_for(cast)
    refused = redactions.refuse(Save(cast.people[Role.CHAIR]), asked, "it is the hospital's name")
    assert (refused.state, refused.versions) == ("refused", [])
    assert NAME in Deviation.objects.get().description
    with pytest.raises(Refused, match="already decided"):
        redactions.approve(Save(cast.people[Role.CHAIR]), asked, "after all")
    assert sound().blacked_out == ()


@pytest.mark.requirement("R31")
def test_it_is_possible_under_a_lock(cast: Cast) -> None:
    with changes.record(Save(cast.people[Role.MONITOR]), "lock") as change:
        hold = Hold.objects.create(kind="lock", scope="study", state="asked", asked_by=cast.people[Role.MONITOR],
                                   asked_at=change.at)  # fmt: skip
    with changes.record(Save(cast.people[Role.CHAIR]), "lock"):
        hold.state, hold.decided_by = "in_force", cast.people[Role.CHAIR]
        hold.save()
    assert holds.on_participant(cast.participant) == hold
    blacked_out(cast)
    assert Deviation.objects.get().description == GONE
    with pytest.raises(Refused, match="frozen|locked"), changes.record(None, "system", participant=cast.participant):
        Deviation.objects.update(description="[redacted]")
    sound()


def test_the_database_knows_the_fields_that_the_models_have(database: str) -> None:
    known = set(sql("SELECT of_table, field, most FROM endpoint_free_text()"))
    assert known == {(each.table, each.column, each.most) for each in redaction.fields()}
    assert min(most for _, _, most in known if most) >= len("[redacted]")
    assert ("trial_deviation", "description", 0) in known and ("trial_deviation", "kind", 16) not in known


class _Noting(dict[str, Any]):
    """A row that notes which of its columns are read."""

    def __init__(self, table: str, row: dict[str, Any], read: set[tuple[str, str]]) -> None:
        super().__init__(row)
        self.table, self.read = table, read

    def __getitem__(self, column: str) -> Any:
        self.read.add((self.table, column))
        return super().__getitem__(column)


def _anything(field: Any) -> Any:
    """A value of the field as JSON holds it."""
    if isinstance(field, PartialDateField):
        return "2026-01"
    if isinstance(field, models.DateField):
        return "2026-01-12"
    if isinstance(field, models.CharField | models.TextField | models.GeneratedField):
        return ""
    return 1


@pytest.mark.requirement("R31")
def test_no_endpoint_reads_a_field_that_can_be_blacked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[tuple[str, str]] = set()

    def rows(self: Any, wanted: dict[Any, Asked]) -> dict[Any, list[_Noting]]:
        return {model: [_Noting(model._meta.db_table, {
            **{each.column: _anything(each) for each in model._meta.concrete_fields}, asked.column: asked.values[0],
            **({"number": "NET-001"} if model is Participant else {}),
            **({"known_on": "2026-01-12"} if asked.is_dated else {})}, read)]
            for model, asked in wanted.items()}  # fmt: skip

    monkeypatch.setattr(snapshot.Reader, "rows_of_each", rows)
    assert len(snapshot.participants([1])) == 1
    assert ("trial_followup", "progressed_on") in read and ("trial_deviation", "description") not in read
    free = {(each.table, each.column) for each in redaction.fields()}
    assert read & free == set()
    stated = {(model._meta.db_table, column) for model in tables.record_models() for column in model.in_results}
    assert stated <= read


@pytest.mark.requirement("R31")
def test_the_results_of_a_past_moment_are_the_same_to_the_byte(cast: Cast) -> None:
    then = Moment(Change.objects.order_by("-id")[0].pk)
    before = json.dumps(moments.compute("A", then).result)
    blacked_out(cast)
    GroupResult.objects.all().delete()
    assert json.dumps(moments.compute("A", then).result) == before
