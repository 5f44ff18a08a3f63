"""Exports of a moment: the same bytes each time, a past moment as it was, and numbers that never move."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.results.data_cuts import make
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.analysis.submission.conftest import odd_database, rows_of
from tests.examples import values
from tests.plugin_postgres import another_database
from trial.models import AdverseEvent, DataCut, JournalEntry, Person, Role, Site
from trial.operations import exports
from trial.operations.exports import Asked
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused


@pytest.fixture
def odd(template_database: str) -> Iterator[str]:
    """A database with the oddities, to be written to."""
    with another_database(template_database, odd_database()) as name:
        yield name


def hashes(folder: Path) -> dict[str, str]:
    """File → hash, but for the manifest, which says when it was written."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())
            if path.name != exports.MANIFEST}  # fmt: skip


def numbers(folder: Path) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """(data set, subject, entry and test) → sequence number, of every row that comes from an entry."""
    found = {}
    for path in folder.glob("*.json"):
        name = path.stem.upper()
        for row in rows_of(path) if path.name != exports.MANIFEST else ():
            if row.get(f"{name}SPID"):
                what = f"{row[f'{name}SPID']} {row.get(f'{name}TESTCD')} {row.get('DSDECOD')}"
                found[name, row["USUBJID"], what] = row[f"{name}SEQ"]
    return found


def test_the_same_moment_gives_the_same_bytes_now_again_and_as_of_it_later(odd: str, tmp_path: Path) -> None:
    manifest = exports.write("sdtm", tmp_path / "now")
    exports.write("sdtm", tmp_path / "again")
    change = str(manifest["change"])
    exports.write("sdtm", tmp_path / "as_of", asked=Asked(as_of=change))
    assert hashes(tmp_path / "now") == hashes(tmp_path / "again") == hashes(tmp_path / "as_of")
    event, other = AdverseEvent.objects.standing().order_by("id")[:2]
    nora = Person.objects.get(username="nora")
    save = Save(nora, reason="Entered for another participant")
    entries.strike_out(save, event.participant, ENTRY_FORMS["adverse_event"], event)
    exports.write("sdtm", tmp_path / "later")
    exports.write("sdtm", tmp_path / "as_of_then", asked=Asked(as_of=change))
    assert hashes(tmp_path / "now") == hashes(tmp_path / "as_of_then") != hashes(tmp_path / "later")
    before, after = numbers(tmp_path / "now"), numbers(tmp_path / "later")
    gone = {key for key in before if key not in after}
    assert {what.split()[0] for _, _, what in gone} == {f"adverse_event/{event.pk}"}
    assert {key: before[key] for key in after} == after
    assert any(f"adverse_event/{other.pk} " in what for _, _, what in after)


@pytest.mark.requirement("R58")
def test_the_manifest_is_reconciled_and_names_every_file_with_its_hash(odd: str, tmp_path: Path) -> None:
    manifest = exports.write("sdtm", tmp_path / "out")
    assert {each["file"]: each["sha256"] for each in manifest["files"]} == hashes(tmp_path / "out")
    assert manifest == json.loads((tmp_path / "out" / exports.MANIFEST).read_text(encoding="utf-8"))
    told = {row["AESPID"] for row in rows_of(tmp_path / "out" / "ae.json")}
    record = manifest["record"]["adverse_event"]
    assert len(told) == record["rows"] - record["struck_out"] and record["struck_out"] > 0


@pytest.mark.requirement("R61")
def test_both_formats_hold_the_same(odd: str, tmp_path: Path) -> None:
    exports.write("sdtm", tmp_path / "out")
    for path in sorted((tmp_path / "out").glob("*.xpt")):
        columns, head = pyreadstat.read_xport(str(path), output_format="dict")
        rows = rows_of(path.with_suffix(".json"))
        assert head.number_rows == len(rows) and head.column_names == list(rows[0] if rows else columns), path.name
        for name in columns:
            for value, row in zip(columns[name], rows, strict=True):
                if row[name] is None:
                    assert value in ("", None), (path.name, name)
                elif isinstance(value, float):
                    assert value == float(row[name]), (path.name, name)
                else:
                    assert value.isascii() and (value == row[name].rstrip() or not row[name].isascii()
                                                or "\n" in row[name]), (path.name, name)  # fmt: skip


def test_a_data_cut_and_a_site_can_be_asked_for(odd: str, tmp_path: Path) -> None:
    chris = Person.objects.get(role=Role.CHAIR)
    make(Save(chris), "First look", "For the test")
    call_command("export", "xpt", str(tmp_path / "cut"), cut="First look", site="NORTH")
    manifest = json.loads((tmp_path / "cut" / exports.MANIFEST).read_text(encoding="utf-8"))
    assert (manifest["cut"], manifest["site"], manifest["form"]) == ("First look", "NORTH", "xpt")
    assert {path.suffix for path in (tmp_path / "cut").iterdir()} == {".xpt", ".json", ".xml", ".md", ".pdf"}
    assert [path.name for path in (tmp_path / "cut").glob("*.json")] == [exports.MANIFEST]
    words = JournalEntry.objects.first()
    assert words is not None and "data cut First look, site NORTH" in words.words
    call_command("export", "datasetjson", str(tmp_path / "south"), site="SOUTH")
    assert rows_of(tmp_path / "south" / "dm.json") == []


@pytest.mark.requirement("R58")
@pytest.mark.parametrize(("kind", "asked", "words"), [
    ("sdtm", {"as_of": "99999"}, "There is no change"), ("sdtm", {"cut": "None"}, "no data cut"),
    ("sdtm", {"site": "MOON"}, "There is no site MOON"), ("csv", {"as_of": "3"}, "Leave out “as of 3”"),
])  # fmt: skip
def test_what_cannot_be_exported_is_refused_and_leaves_no_folder(
    odd: str, tmp_path: Path, kind: str, asked: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("export", kind, str(tmp_path / "out"), **asked)
    assert list(tmp_path.iterdir()) == []


def test_results_of_an_earlier_version_make_no_analysis_data_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = DataCut(name="First look", as_of_change=118, engine="earlier")
    monkeypatch.setattr(exports, "moment_of", lambda asked: exports.Moment(118, datetime.now(UTC), cut))
    with pytest.raises(Refused, match="of the data cut “First look” are those of an earlier.* Ask for change 118"):
        exports.write("adam", tmp_path / "out", asked=Asked(cut="First look"))
    assert list(tmp_path.iterdir()) == []


def test_a_letter_without_a_replacement_refuses_the_transport_file_and_no_other(odd: str, tmp_path: Path) -> None:
    nora, event = Person.objects.get(username="nora"), AdverseEvent.objects.standing().first()
    assert event is not None
    entries.save(Save(nora), event.participant, ENTRY_FORMS["medication"],
                 {**values("medication"), "name": "漢方薬"})  # fmt: skip
    with pytest.raises(Refused, match="CMTRT of NET-NORTH-.*漢.*Choose Dataset-JSON"):
        exports.write("xpt", tmp_path / "out")
    exports.write("datasetjson", tmp_path / "json")
    assert "漢方薬" in {row["CMTRT"] for row in rows_of(tmp_path / "json" / "cm.json")}
    assert [path.name for path in tmp_path.iterdir()] == ["json"]


def test_a_moved_participant_keeps_the_identifier_of_the_screening(odd: str, tmp_path: Path) -> None:
    exports.write("datasetjson", tmp_path / "before")
    with changes.record(None, "transfer", "for the test"):
        south = Site.objects.get(code="SOUTH")
        moved = AdverseEvent.objects.standing().first()
        assert moved is not None
        participant = moved.participant
        participant.site = south
        participant.save(update_fields=["site"])
    exports.write("datasetjson", tmp_path / "after")
    before, after = (rows_of(tmp_path / name / "dm.json") for name in ("before", "after"))
    assert [row["USUBJID"] for row in before] == [row["USUBJID"] for row in after]
    assert [row["SITEID"] for row in before] != [row["SITEID"] for row in after]
