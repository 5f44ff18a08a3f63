"""What left as files comes back as the same record: both groups answer every endpoint as before."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from analysis.results.recompute import recompute
from capture.exchange.data_sets import BY_NAME
from capture.exchange.importing.files import from_folder
from capture.exchange.importing.run import import_files
from capture.participants import due_dates
from tests.capture.demo.kept import demo_database
from tests.capture.exchange import cohort
from tests.cast import ceiling, person
from tests.plugin_postgres import another_database
from trial.audit import verify
from trial.models import Acknowledgement, Change, Participant, Person, Role, Site
from trial.record import changes, versions_in_force
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R59")

# The first of the demo, as other tests have them already; by hand all of them: ENDPOINT_DEMO=93.
PARTICIPANTS = int(os.environ.get("ENDPOINT_DEMO", "12"))
OF_THE_DATABASE = {"id", "assessment_id", "participant_id", "lesion_id", "row_id", "change"}


def answers() -> dict[str, Any]:
    """Every endpoint of both groups without numbers of changes and rows."""
    return {group: _without_ids(recompute(group).result) for group in "AB"}


def _without_ids(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _without_ids(value) for key, value in found.items() if key not in OF_THE_DATABASE}
    return [_without_ids(each) for each in found] if isinstance(found, list) else found


def _assert_same(now: Any, before: Any, place: str = "") -> None:
    """Names the first figure that differs."""
    if isinstance(now, dict) and isinstance(before, dict) and set(now) == set(before):
        for key in now:
            _assert_same(now[key], before[key], f"{place}.{key}")
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        for number, pair in enumerate(zip(now, before, strict=True)):
            _assert_same(*pair, f"{place}[{number}]")
    else:
        assert now == before, place


def sites(*codes: str) -> None:
    with changes.record(None, "system", "sites of the test"):
        for code in codes:
            versions_in_force.open_site(None, Site.objects.create(code=code, name=code.title()))


def _imported(folder: Path) -> None:
    person("stat", Role.STATISTICIAN)
    call_command("import_records", folder, person="stat", yes=True)


@pytest.mark.requirement("R46")
def test_a_small_record_with_every_form_comes_back_with_the_same_answers(database: str, tmp_path: Path) -> None:
    sites("NORTH")
    north = Site.objects.get()
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    before, folder = answers(), tmp_path / "out"
    assert before["A"]["registered"] == 1 and before["B"]["registered"] == 2
    assert before["A"]["endpoints"]["response_rate"]["numerator"] == 1
    call_command("export", "csv", folder)
    with another_database(database):
        sites("NORTH")
        _imported(folder)
        _assert_same(answers(), before)
        assert verify.verify(connection).first_break is None
        assert due_dates.rebuild() == 0, "an import stores what is due"
        _the_rest_is_as_it_was()
        call_command("export", "csv", tmp_path / "again")
    files_agree(folder, tmp_path / "again")


def _the_rest_is_as_it_was() -> None:
    """Attributed to the importer, two Changes a participant at most, reasons to soft checks kept."""
    made = Change.objects.exclude(act__in=("system", "account"))
    assert {(each.act, each.person.username) for each in made} == {("import", "stat")}
    # Four are screened; each has a second Change for what came after, the screened one for its waiver.
    assert Change.objects.filter(act="import").count() == 8
    said = Acknowledgement.objects.standing().values_list("check_id", "because")
    assert ("FU-07", "Seen in clinic, scan is booked") in set(said) and ("BP-02", "") in set(said)
    assert ("NOT-AE-HGB", "There before treatment") in set(said)
    references = [each.reference for each in Participant.objects.order_by("screening_number")]
    assert references == ["NET-002", "NET-001", "NET-003", "S-0004"]


def files_agree(one: Path, other: Path) -> None:
    """The second export says what the first one said, but for row numbers and what was struck out."""
    import csv

    for file in sorted(one.glob("*.csv")):
        if file.stem == "acknowledgements" or not (file.stem in BY_NAME and BY_NAME[file.stem].comes_in):
            continue
        said = []
        for folder in (one, other):
            with (folder / file.name).open(encoding="utf-8", newline="") as opened:
                rows = [row for row in csv.DictReader(opened) if not row["struck_out_reason"]]
            drop = {"entry", "cycle", "assessment", "visit", "continues"}
            said.append(sorted(str({key: value for key, value in row.items() if key not in drop}) for row in rows))
        assert said[0] == said[1], file.name


def test_importing_the_same_files_again_changes_nothing(database: str, tmp_path: Path) -> None:
    sites("NORTH")
    north = Site.objects.get()
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    call_command("export", "csv", tmp_path / "out")
    _imported(tmp_path / "out")
    assert not Change.objects.filter(act="import").exists()
    with another_database(database):
        sites("NORTH")
        _imported(tmp_path / "out")
        count = Change.objects.count()
        call_command("import_records", tmp_path / "out", person="stat", yes=True)
        assert Change.objects.count() == count


@pytest.mark.long
@pytest.mark.timeout(900)  # they are entered, written out, and brought in again
def test_the_demo_cohort_comes_back_with_the_same_answers(template_database: str, tmp_path: Path) -> None:
    with another_database(template_database, demo_database(PARTICIPANTS)) as demo:
        before, folder = answers(), tmp_path / "out"
        counted = Participant.objects.exclude(number=None).exclude(findings__kind="in_error").count()
        assert before["A"]["registered"] + before["B"]["registered"] == counted
        call_command("export", "csv", folder)
        codes = list(Site.objects.values_list("code", flat=True))
        before_ceilings = {group: result["ceiling"] for group, result in before.items()}
        with another_database(demo):
            sites(*codes)
            for group, most in before_ceilings.items():
                ceiling(group, most)  # an import carries no settings: the study that it is brought into has its own
            stat = person("stat", Role.STATISTICIAN)
            report = import_files(Save(stat), from_folder(folder), "the demo", rehearsal=False)
            assert not report.problems, report.problems[:5]
            assert report.saved
            _assert_same(answers(), before)
            assert Person.objects.count() == 1
        assert re.fullmatch(r"[0-9a-f]{64}", str(verify.verify(connection).head).split(":")[1])
