"""A field that does not apply leaves no forgotten value: refused on page and in file, never dropped in silence."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from capture.casebook.registry import CHECKS
from capture.entry.views.saving import ACKNOWLEDGES
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from tests.capture.casebook.test_cross_form_checks import CONTACT, DAY_1, EVENT, _scan, cast
from tests.capture.exchange import cohort
from tests.cast import Cast, person
from tests.plugin_postgres import another_database
from trial.models import Change, Participant, Role, Site
from trial.protocol import ctcae_v3
from trial.record import changes
from trial.record.save import Save

__all__ = ["cast"]
Row = dict[str, str]
PERIOD = {"1-from_day": "1", "1-to_day": "28", "1-dose_mg": "400", "1-frequency": "twice_daily"}
CHEST_X_RAY = {"method": "chest_xray", "slice_thickness_mm": "5", ACKNOWLEDGES + "FOLL-13": "the scanner is broken"}
SECOND = {"started_on": "09-FEB-2026", "as_planned": "1"}


def _scanned(cast: Cast, **more: str) -> dict[str, str]:
    return _scan(cast, DAY_1 + timedelta(days=56)) | more


def _why(cast: Cast) -> dict[str, str]:
    target = cast.participant.lesions.get(kind="target")
    return _scanned(cast) | {f"lesion{target.pk}-not_evaluated_reason": "embolised"}


# check → (address below the participant, what is posted, the field whose clearing makes it good)
TYPED: dict[str, tuple[str, Callable[[Cast], dict[str, str]], str]] = {
    "NA-01": ("cycles/2/", lambda _: SECOND | {"delay_reason": "on holiday"}, "delay_reason"),
    "NA-02": ("cycles/2/", lambda _: {"started_on": "09-FEB-2026", **PERIOD, "1-reason": "rash"}, "1-reason"),
    "NA-03": ("assessments/new/", lambda cast: _scanned(cast, new_lesion_description="liver"),
              "new_lesion_description"),
    "NA-04": ("assessments/new/", _why, "not_evaluated_reason"),
    "NA-05": ("assessments/new/", lambda cast: _scanned(cast, **CHEST_X_RAY), "slice_thickness_mm"),
    "NA-06": ("adverse_event/new/", lambda _: EVENT | {"other_words": "hay fever"}, "other_words"),
    "NA-07": ("adverse_event/new/", lambda _: EVENT | {"resolved_on": "21-JAN-2026"}, "resolved_on"),
    "NA-08": ("follow_up/new/", lambda _: CONTACT | {"new_therapy_name": "octreotide"}, "new_therapy_name"),
}  # fmt: skip


@pytest.mark.requirement("R47")
def test_every_check_against_a_forgotten_value_is_tried_on_a_page_and_in_a_file() -> None:
    declared = {check.id for checks in CHECKS.values() for check in checks if check.id.startswith("NA-")}
    assert declared == set(TYPED) == {check for check, *_ in IN_A_FILE if check}


@pytest.mark.requirement("R47")
@pytest.mark.parametrize("check", TYPED)
def test_a_page_refuses_a_forgotten_value_and_takes_the_form_once_it_is_cleared(cast: Cast, check: str) -> None:
    address, typed, field = TYPED[check]
    nora, given = Client(), typed(cast)
    nora.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    words = next(each.words for checks in CHECKS.values() for each in checks if each.id == check)
    before = Change.objects.count()
    answer = nora.post(f"/participants/NET-001/{address}", given)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Change.objects.count() == before
    cleared = {name: value for name, value in given.items() if not name.endswith(field)}
    assert nora.post(f"/participants/NET-001/{address}", cleared).status_code == 302
    assert Change.objects.count() == before + 1


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    """Filled by the first test that needs it: the export of the small cohort."""
    return {}


@pytest.fixture
def exported(database: str, whole: dict[str, bytes], tmp_path: Path) -> dict[str, bytes]:
    """The small cohort as files, while the database of the test is an empty study with Site North."""
    if not whole:
        with another_database(database):
            north = _north()
            cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
            export("csv", tmp_path / "out")
            whole.update({name: each.read_bytes() for name, each in files.from_folder(tmp_path / "out").items()})
    _north()
    return dict(whole)


def _north() -> Site:
    with changes.record(None, "system", "sites of the test"):
        return Site.objects.create(code="NORTH", name="North")


def _rows(contents: dict[str, bytes], name: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(contents[name].decode(), newline="")))


def _with(contents: dict[str, bytes], name: str, chosen: Callable[[Row], bool], changed: Row) -> dict[str, bytes]:
    """The files with one row changed: the first standing one that is chosen."""
    rows = _rows(contents, name)
    next(row for row in rows if not row.get("struck_out_reason") and chosen(row)).update(changed)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return contents | {name: written.getvalue().encode()}


def _follow_up(row: Row) -> bool:
    return row["kind"] == "follow_up" and row["new_lesions"] == "no"


# check (empty: no edit check, the file itself is refused), file, which row, what is forgotten in it, the words
IN_A_FILE: list[tuple[str, str, Callable[[Row], bool], Row, str]] = [
    ("NA-01", "cycles.csv", lambda row: row["number"] == "2", {"started_on": "2026-02-09"}, "was not delayed"),
    ("NA-02", "dosing_periods.csv", lambda row: row["frequency"] == "twice_daily", {"reason": "rash"}, "full dose"),
    ("NA-03", "assessments.csv", _follow_up, {"new_lesion_on": "2026-03-01"}, "of a new lesion must be empty"),
    ("NA-04", "lesion_readings.csv", lambda row: row["scanned_on"] != "", {"not_evaluated_reason": "ill"}, "evaluated"),
    ("NA-05", "assessments.csv", _follow_up, {"method": "clinical", "slice_thickness_mm": "5"}, "without slices"),
    ("NA-06", "adverse_event.csv", lambda row: row["term"] == "diarrhea", {"other_words": "hay fever"},
     "“other” description must be empty"),
    ("NA-08", "follow_up.csv", lambda row: row["progression"] == "clinical",
     {"progression": "none", "progression_method": "mri"}, "A progression method needs a progression"),
    ("", "assessments.csv", lambda row: row["kind"] == "baseline", {"new_lesion_on": "2026-01-09"}, "does not apply"),
    ("", "lesion_readings.csv", lambda row: row["lesion"] == "N1" and row["scanned_on"] != "",
     {"longest_diameter_mm": "12"}, "does not apply"),
    ("", "eligibility.csv", lambda row: row["item"] == "metastatic", {"value": "3"}, "Only a laboratory item can have"),
    ("", "adverse_event.csv", lambda row: row["grade"] == "2", {"grade_missing": "unknown"}, "Keep one of them"),
]  # fmt: skip
NOT_LOOKED_AT = ("NA-07", "adverse_event.csv", lambda row: row["term"] == "diarrhea", {"resolved_on": "2026-02-09"},
                 "and a resolution date is entered")  # fmt: skip
IN_A_FILE.append(NOT_LOOKED_AT)


@pytest.mark.requirement("R47")
@pytest.mark.parametrize(("check", "name", "chosen", "changed", "words"), IN_A_FILE[:-1])
def test_a_file_with_a_forgotten_value_is_refused_and_nothing_is_written(
    exported: dict[str, bytes], check: str, name: str, chosen: Callable[[Row], bool], changed: Row, words: str
) -> None:
    stat, contents = person("stat", Role.STATISTICIAN), _with(exported, name, chosen, changed)
    report = import_files(Save(stat), contents, "the test", rehearsal=False)
    assert [each for each in report.problems if words in each.words], [str(each) for each in report.problems]
    assert not Participant.objects.exists()


@pytest.mark.requirement("R47")
def test_a_file_with_an_event_that_ended_and_goes_on_leaves_a_check_to_look_at(exported: dict[str, bytes]) -> None:
    from trial.models import Acknowledgement

    check, name, chosen, changed, _ = NOT_LOOKED_AT
    stat, contents = person("stat", Role.STATISTICIAN), _with(exported, name, chosen, changed)
    report = import_files(Save(stat), contents, "the test", rehearsal=False)
    assert report.saved, [str(each) for each in report.problems]
    assert Acknowledgement.objects.standing().get(check_id=check).because == ""


def _is_delayed(row: Row, starts: dict[tuple[str, str], date]) -> bool:
    before = starts.get((row["screening_number"], str(int(row["number"]) - 1)))
    return before is None or date.fromisoformat(row["started_on"]) - before > timedelta(days=28)


@pytest.mark.requirement("R47")
def test_no_row_of_an_export_answers_a_question_that_does_not_apply(exported: dict[str, bytes]) -> None:
    """Read from the files alone, by rules written here: what must be empty where another answer took the question."""
    def standing(name: str) -> list[Row]:
        return [row for row in _rows(exported, name) if not row["struck_out_reason"]]

    starts = {(row["screening_number"], row["number"]): date.fromisoformat(row["started_on"])
              for row in standing("cycles.csv")}  # fmt: skip
    forbidden: list[tuple[str, Callable[[Row], bool], tuple[str, ...]]] = [
        ("assessments.csv", lambda row: row["new_lesions"] != "yes", ("new_lesion_on", "new_lesion_description")),
        ("assessments.csv", lambda row: row["method"] in ("clinical", "chest_xray"), ("slice_thickness_mm",)),
        ("lesion_readings.csv", lambda row: row["state"] != "not_evaluated", ("not_evaluated_reason",)),
        ("lesion_readings.csv", lambda row: row["state"] not in ("measured", "too_small", "in_parts"),
         ("longest_diameter_mm",)),
        ("lesion_readings.csv", lambda row: row["state"] != "merged", ("merged_with",)),
        ("adverse_event.csv", lambda row: not ctcae_v3.is_other(row["term"]), ("other_words",)),
        ("adverse_event.csv", lambda row: row["outcome"] in ("not_recovered", "recovering"), ("resolved_on",)),
        ("follow_up.csv", lambda row: row["progression"] not in ("radiological", "clinical"),
         ("progressed_on", "progression_method")),
        ("follow_up.csv", lambda row: row["new_therapy"] != "yes", ("new_therapy_on", "new_therapy_name")),
        ("dosing_periods.csv", lambda row: (row["dose_mg"], row["frequency"]) == ("400", "twice_daily"), ("reason",)),
        ("cycles.csv", lambda row: not _is_delayed(row, starts), ("delay_reason",)),
        *((name, lambda row, field=field: row[field] != "", (f"{field}_missing",))
          for name, field in (("adverse_event.csv", "grade"), ("visit.csv", "ecog"), ("hormone.csv", "value"),
                              ("laboratory.csv", "value"))),
    ]  # fmt: skip
    applied: dict[str, int] = {}
    for name, without, columns in forbidden:
        rows = [row for row in standing(name) if without(row)]
        assert [row for row in rows if any(row[column] for column in columns)] == [], (name, columns)
        applied[columns[0]] = len(rows)
    assert sum(count > 0 for count in applied.values()) >= 8, applied


def test_the_demo_enters_nothing_that_does_not_apply() -> None:
    """The steps of the demo state no reason beside a full dose and no new lesion where there is none."""
    from capture.demo.treatment import FULL, ODD

    for *_, dose_mg, frequency, reason in (period for periods in (FULL, *ODD.values()) for period in periods):
        assert not (reason and (dose_mg, frequency) == (400, "twice_daily"))


