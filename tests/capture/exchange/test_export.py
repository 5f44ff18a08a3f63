"""The export: every table of the record, one moment, reconciled with the database, or nothing at all."""

import csv
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from capture.exchange import cells, data_sets
from capture.exchange.exporting import export as exporting
from tests.capture.exchange import cohort
from tests.cast import person
from trial.models import AdverseEvent, Change, Participant, RecordRow, Role, Site
from trial.record import changes
from trial.record.save import Save


@pytest.fixture
def north(database: object) -> Site:
    """Site North with the small cohort entered."""
    with changes.record(None, "system", "sites of the test"):
        north = Site.objects.create(code="NORTH", name="North")
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    return north


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.requirement("R58")
def test_every_table_of_the_record_has_a_data_set_with_every_field() -> None:
    assert {each.model for each in data_sets.every()} == set(RecordRow.__subclasses__())
    for data_set in data_sets.every():
        fields = {field.name for field in data_set.model._meta.concrete_fields}
        names = [column.name for column in data_set.columns]
        assert len(names) == len(set(names)), data_set.name
        if data_set.to_participant != "self":
            told = {*names, *(name.removeprefix("of_") for name in names)}
            assert fields - told <= {"id", "participant"}, data_set.name


@pytest.mark.requirement("R58")
def test_the_manifest_names_rows_and_hash_of_each_file_and_the_change(north: Site, tmp_path: Path) -> None:
    call_command("export", "csv", tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["change"] == Change.objects.latest("id").id
    for each in manifest["files"]:
        content = (tmp_path / "out" / each["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
        assert len(_read(tmp_path / "out", each["file"].removesuffix(".csv"))) == each["rows"]
    rows = {each["file"]: each["rows"] for each in manifest["files"]}
    assert (rows["registration.csv"], rows["adverse_event.csv"], rows["eligibility.csv"]) == (4, 4, 4 * 23)
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


@pytest.mark.requirement("R61")
def test_values_are_written_as_the_record_knows_them(north: Site, tmp_path: Path) -> None:
    call_command("export", "csv", tmp_path / "out")
    grave = next(each for each in _read(tmp_path / "out", "adverse_event") if each["grade"] == "3")
    assert (grave["aware_on"], grave["aware_time"], grave["hospital_stay"]) == ("2026-02-10", "14:30", "yes")
    nausea = next(each for each in _read(tmp_path / "out", "adverse_event") if each["term"] == "nausea")
    assert nausea["struck_out_reason"] == "Entered twice, see “Fatigue”"
    fatigue = next(each for each in _read(tmp_path / "out", "adverse_event") if each["term"] .startswith("fatigue"))
    assert (fatigue["onset_on"], fatigue["resolved_on"], fatigue["grade"]) == ("2026-02", "2026", "")
    assert (fatigue["grade_missing"], fatigue["attribution_missing"]) == ("unknown", "pending")
    assert (fatigue["study_number"], fatigue["screening_number"], fatigue["site"]) == ("NET-001", "2", "NORTH")
    hormones = [each["value"] for each in _read(tmp_path / "out", "hormone")]
    assert sorted(hormones) == ["", "120", "180", "20", "420.125"]
    treated = [each["locally_treated_on"] for each in _read(tmp_path / "out", "lesions") if each["label"] == "T4"]
    assert treated == ["2026-04-22"]


def test_no_cell_of_words_begins_like_a_formula_and_all_of_them_can_be_read_back(north: Site, tmp_path: Path) -> None:
    call_command("export", "csv", tmp_path / "out")
    for file in (tmp_path / "out").glob("*.csv"):
        for row in _read(tmp_path / "out", file.stem):
            assert not [cell for cell in row.values() if cell.startswith(cells.FORMULA_SIGNS)], file
    (medication,) = _read(tmp_path / "out", "medication")
    assert (medication["name"], medication["dose"]) == ("'@Octreotide", "'-20 mg")
    for words in ("=1+1", "'=1+1", "'quoted'", "''", "'", "plain", "-", "+ve", "a=b"):
        assert cells.unguarded(cells.guarded(words)) == words


@pytest.mark.requirement("R58")
def test_an_empty_table_is_a_file_with_a_header(database: object, tmp_path: Path) -> None:
    call_command("export", "csv", tmp_path / "out")
    header = b"study_number,screening_number,site,site_at_entry,entry,died_on"
    assert (tmp_path / "out" / "death.csv").read_bytes().startswith(header)
    assert len(list((tmp_path / "out").glob("*.csv"))) == len(data_sets.every()) + 1


def test_a_folder_that_holds_something_is_refused_and_left_alone(database: object, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CommandError, match="not an empty folder"):
        call_command("export", "csv", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.requirement("R58")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_count_that_differs_from_the_database_is_an_error_and_leaves_nothing(
    north: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    whole = exporting.values

    def one_short(data_set: Any, *condition: Any) -> Any:
        rows = list(whole(data_set, *condition))
        return iter(rows[1:] if data_set.name == "death" else rows)

    monkeypatch.setattr(exporting, "values", one_short)
    with pytest.raises(CommandError, match="has 1 rows and 0 were written"):
        call_command("export", form, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_all_files_are_of_one_moment(north: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody registers while the export is under way; none of the files has heard of it."""
    import threading

    from capture.entry.services import registration
    from tests.cast import answers, details

    def meanwhile(title: str) -> None:
        if title == "Eligibility checklist":
            thread = threading.Thread(target=lambda: (registration.screen(Save(), north, details(), answers()),
                                                      connection.close()))  # fmt: skip
            thread.start()
            thread.join()

    exporting.export("csv", tmp_path / "out", meanwhile)
    assert Participant.objects.count() == 5
    assert len(_read(tmp_path / "out", "registration")) == 4
    assert len(_read(tmp_path / "out", "eligibility")) == 4 * 23


@pytest.mark.requirement("R61")
def test_the_workbook_holds_words_as_words_and_numbers_as_numbers(north: Site, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    call_command("export", "xlsx", tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "record.xlsx")
    assert book.sheetnames == [*(each.name for each in data_sets.every()), "data_dictionary"]
    sheet = book["waivers"]
    column = [cell.value for cell in sheet[1]].index("requested_because") + 1
    found = [(row[column - 1].value, row[column - 1].data_type) for row in sheet.iter_rows(min_row=2)]
    assert ("=Treated five years ago", "s") in found
    hormones = [[cell.value for cell in row] for row in book["hormone"].iter_rows()]
    assert 420.125 in {row[hormones[0].index("value")] for row in hormones[1:]}
    events = [[cell.value for cell in row] for row in book["adverse_event"].iter_rows()]
    assert {row[events[0].index("onset_on")] for row in events[1:]} == {
        datetime(2026, 2, 3), datetime(2026, 2, 9), "2026-02"
    }, "whole dates are dates, the one known in part stays words"  # fmt: skip
    assert all(each.auto_filter.ref.startswith("A1:") and each.freeze_panes == "A2" for each in book)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert next(each["rows"] for each in manifest["files"] if each["sheet"] == "adverse_event") == 4


@pytest.mark.requirement("R61")
def test_the_dictionary_explains_every_column(database: object, tmp_path: Path) -> None:
    call_command("export", "csv", tmp_path / "out")
    rows = _read(tmp_path / "out", "data_dictionary")
    for data_set in data_sets.every():
        header = (tmp_path / "out" / f"{data_set.name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [each["column"] for each in rows if each["data_set"] == data_set.name] == header
    assert all(each["words"] and each["type"] for each in rows)
    onset = next(each for each in rows if (each["data_set"], each["column"]) == ("adverse_event", "onset_on"))
    assert (onset["type"], onset["missing_reason"]) == ("date, day or month may be unknown", "onset_on_missing")
    outcome = next(each for each in rows if (each["data_set"], each["column"]) == ("adverse_event", "outcome"))
    assert "fatal = Fatal" in outcome["codes"] and outcome["required"] == "yes"
    assert AdverseEvent.objects.count() == 0


