"""Files of laboratories: results and hormone levels come in as if typed, once, and what is not known is named."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries, laboratories
from capture.exchange.laboratory import layout
from capture.grading.event_proposals import open_proposals
from tests.capture.grading.test_event_proposals import VISIT, line
from tests.cast import Cast, person
from trial.models import Change, HormoneLevel, LaboratoryResult, Role, Visit
from trial.record import changes, versions_in_force
from trial.record.save import Save
from trial.refused import Refused

LAYOUT = """
laboratory = "Central"
delimiter = ";"
decimal = ","
dates = "%d.%m.%Y"
[columns]
participant = "Patient"
birth_year = "Born"
sampled_on = "Date"
test = "Test"
value = "Result"
unit = "Unit"
lower_limit = "Low"
upper_limit = "High"
assay = "Method"
[tests]
HB = "HGB"
THR = "PLAT"
CGA1 = "CGA"
[units]
"G/l" = "10^9/L"
"ug/l" = "ug/L"
"""
HEAD = "Patient;Born;Date;Test;Result;Unit;Low;High;Method"
HEMOGLOBIN = "NET-001;;12.02.2026;HB;9,4;g/dL;12;16;"
PLATELETS = "NET-001;;12.02.2026;THR;40;G/l;150;400;"
MARKER = "NET-001;1950;10.02.2026;CGA1;<40;ug/l;;100;Dako"


@pytest.fixture
def visited(cast: Cast) -> Visit:
    """A visit of the day of the file, without a laboratory."""
    person("stat", Role.STATISTICIAN)
    with changes.record(None, "system", "for the test"):
        versions_in_force.open_site(None, cast.north)
    made: Visit = entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["visit"],
                               {**VISIT, "laboratory_name": ""})  # fmt: skip
    return made


def imported(folder: Path, *rows: str, **options: Any) -> str:
    """What the command prints for a file of these rows."""
    (folder / "lab.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    (folder / "central.toml").write_text(LAYOUT, encoding="utf-8")
    with (folder / "out").open("w+", encoding="utf-8") as out:
        try:
            call_command("import_laboratory", str(folder / "lab.csv"), layout=folder / "central.toml", person="stat",
                         stdout=out, yes=True, **options)  # fmt: skip
        finally:
            out.flush()
    return (folder / "out").read_text(encoding="utf-8")


def test_results_and_levels_come_in_as_if_typed_and_the_same_file_is_nothing_new(
    cast: Cast, visited: Visit, tmp_path: Path
) -> None:
    rows = (HEMOGLOBIN, PLATELETS, MARKER)
    assert re.search(r"Laboratory results +0 +2 ", imported(tmp_path, *rows, dry_run=True))
    assert not LaboratoryResult.objects.exists()
    assert "Imported 3 rows in 1 changes." in imported(tmp_path, *rows)
    found = {each.analyte: each for each in LaboratoryResult.objects.standing().filter(visit=visited)}
    assert (found["HGB"].value, found["HGB"].unit, found["HGB"].lower_limit) == (Decimal("9.4"), "g/dL", 12)
    assert (found["PLAT"].value, found["PLAT"].unit) == (40, "10^9/L")
    level = HormoneLevel.objects.get()
    assert (level.value_qualifier, level.value, level.unit, level.assay) == ("<", 40, "ug/L", "Dako")
    assert "platelets" in {each.term for each in open_proposals([cast.participant])}, "grades propose, as if typed"
    last = Change.objects.order_by("-id")[0]
    assert "lab.csv, SHA-256 " in last.reason and Visit.objects.count() == 1
    visited.refresh_from_db()
    assert visited.laboratory_name == "Central"
    assert "No new rows" in imported(tmp_path, *rows)
    assert Change.objects.order_by("-id")[0] == last


def test_results_are_added_beside_those_that_the_visit_has(cast: Cast, tmp_path: Path) -> None:
    person("stat", Role.STATISTICIAN)
    nora = Save(cast.people[Role.COORDINATOR])
    visit = entries.save(nora, cast.participant, ENTRY_FORMS["visit"], VISIT, lines=[line("HGB", "9.4", "g/dL")])
    kept = LaboratoryResult.objects.get()
    assert "Imported 1 rows" in imported(tmp_path, "NET-001;;12.02.2026;THR;200;G/l;;;")
    assert {each.analyte for each in LaboratoryResult.objects.standing().filter(visit=visit)} == {"HGB", "PLAT"}
    kept.refresh_from_db()
    assert kept.value == Decimal("9.4") and kept.struck_out_reason == ""


def test_limits_are_those_of_the_laboratory_that_measured_and_results_on_record_stay(
    cast: Cast, visited: Visit, tmp_path: Path
) -> None:
    nora, on = Save(cast.people[Role.COORDINATOR], reason="as read"), date(2026, 1, 1)
    whom = laboratories.Whom(from_on=on)
    for name, upper in (("Central", 16), ("Local lab", 15)):
        declared = laboratories.add(nora, cast.north, name)
        laboratories.declare(nora, declared, whom, [
            laboratories.Limits("HGB", "g/dL", Decimal(12), Decimal(upper)),
            laboratories.Limits("PLAT", "10^9/L", Decimal(150), Decimal(upper * 25)),
        ])  # fmt: skip
    # Typed without limits and without a laboratory: the file's laboratory did not measure it.
    visit = entries.save(nora, cast.participant, ENTRY_FORMS["visit"], {**VISIT, "laboratory_name": ""}, row=visited,
                         lines=[{**line("HGB", "9.4", "g/dL"), "lower_limit": None, "upper_limit": None}])  # fmt: skip
    without = PLATELETS.replace("150;400", ";")
    assert "Imported 1 rows" in imported(tmp_path, without)
    visit.refresh_from_db()
    found = {each.analyte: each.upper_limit for each in LaboratoryResult.objects.standing().filter(visit=visit)}
    assert (visit.laboratory_name, found) == ("", {"HGB": None, "PLAT": None})


def test_a_visit_of_another_laboratory_gives_a_file_no_limits(cast: Cast, visited: Visit, tmp_path: Path) -> None:
    nora = Save(cast.people[Role.COORDINATOR], reason="as read")
    entries.save(nora, cast.participant, ENTRY_FORMS["visit"], {**VISIT, "laboratory_name": "Local lab"}, row=visited)
    with pytest.raises(CommandError, match="nothing was imported"):
        imported(tmp_path, PLATELETS.replace("150;400", ";"))
    assert "names the laboratory “Local lab”" in (tmp_path / "out").read_text(encoding="utf-8")
    upper_alone = PLATELETS.replace("150;400", ";400")
    assert "Imported 1 rows" in imported(tmp_path, upper_alone), "one limit of its own is not filled up by another's"
    assert LaboratoryResult.objects.get().lower_limit is None
    visited.refresh_from_db()
    assert visited.laboratory_name == "Local lab"


def test_another_value_than_on_record_is_a_difference_and_nothing_is_written(
    cast: Cast, visited: Visit, tmp_path: Path
) -> None:
    imported(tmp_path, HEMOGLOBIN, MARKER)
    before = Change.objects.count()
    for row, words in ((HEMOGLOBIN.replace("9,4", "9,6"), "“9.4”, the file has “9.6”"),
                       (MARKER.replace("<40", "55"), "the file has")):  # fmt: skip
        with pytest.raises(CommandError, match="nothing was imported"):
            imported(tmp_path, row, PLATELETS)
        told = (tmp_path / "out").read_text(encoding="utf-8")
        assert words in told and "lab.csv, line 2" in told
    assert Change.objects.count() == before
    assert LaboratoryResult.objects.get().value == Decimal("9.4") and HormoneLevel.objects.get().value == 40


@pytest.mark.parametrize(("rows", "words"), [
    ((HEMOGLOBIN.replace("HB", "XYZ"),) * 2, "“XYZ” is not in the layout's [tests]: 2 rows."),
    ((HEMOGLOBIN.replace("g/dL", "stone"),), "“stone” of “HB” is not in the layout's [units]"),
    ((HEMOGLOBIN.replace("NET-001", "NET-999"),), "There is no participant “NET-999”."),
    ((HEMOGLOBIN.replace(";;12", ";1850;12"),), "NET-001 was not born in 1850"),
    ((HEMOGLOBIN.replace("12.02.2026", "13.03.2026"),), "NET-001 has no visit on 2026-03-13"),
    ((HEMOGLOBIN.replace("12.02.2026", "2026-02-12"),), "is no date as the layout says"),
    ((HEMOGLOBIN, HEMOGLOBIN.replace("9,4", "9,5")), "HGB is 2 times in the file for this visit"),
    ((HEMOGLOBIN.replace("9,4", "hemolyzed"),), "line 2"),
    ((HEMOGLOBIN.replace("9,4", "1.234"),), "has a point, and the layout's sign of decimals is “,”"),
    ((f"{HEMOGLOBIN};x",), "more cells than the header"),
])  # fmt: skip
def test_what_is_not_known_is_named_and_nothing_is_written(
    visited: Visit, tmp_path: Path, rows: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match="nothing was imported"):
        imported(tmp_path, *rows, MARKER)
    assert words in (tmp_path / "out").read_text(encoding="utf-8")
    assert not LaboratoryResult.objects.exists() and not HormoneLevel.objects.exists()


@pytest.mark.parametrize(("text", "words"), [
    ("tests = 4", "table of texts in [tests]"), ("color = \"red\"", "no entry “color”"),
    ("[columns]\nparticipant = \"P\"", "does not name the column of “value”"),
    (LAYOUT.replace('HB = "HGB"', 'HB = "NOPE"'), "“NOPE”, which is no analyte or marker"),
    (LAYOUT.replace('"10^9/L"', '"stone"'), "“stone”, which is no unit"),
    (LAYOUT.replace('delimiter = ";"', 'delimiter = ";;"'), "must be one letter"),
    (LAYOUT.replace("[columns]", "encoding = \"klingon\"\n[columns]"), "“klingon” is not known"),
    ("a = ", "cannot be read"),
])  # fmt: skip
def test_a_wrong_layout_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        layout.read(tmp_path / "wrong.toml")
    assert words in " ".join(refusal.value.reasons)


def test_only_a_statistician_imports(cast: Cast, visited: Visit, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Only a statistician can import"):
        (tmp_path / "central.toml").write_text(LAYOUT, encoding="utf-8")
        (tmp_path / "lab.csv").write_text(f"{HEAD}\n{HEMOGLOBIN}\n", encoding="utf-8")
        call_command("import_laboratory", str(tmp_path / "lab.csv"), layout=tmp_path / "central.toml", person="nora")
