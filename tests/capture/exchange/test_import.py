"""An import refuses in words, with file, line and column, and then nothing of it stays."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from capture.exchange.data_sets import COMES_IN, columns_in
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import Report, import_files
from tests.capture.exchange import cohort
from tests.cast import person
from tests.plugin_postgres import another_database
from trial.models import AdverseEvent, Change, Hold, Participant, Role, Site, Version
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    """Filled by the first test that needs it: the export of the small cohort."""
    return {}


@pytest.fixture
def exported(database: str, whole: dict[str, bytes], tmp_path: Path) -> dict[str, bytes]:
    """The small cohort as files, while the database of the test is an empty study with Site North."""
    if not whole:
        with another_database(database):
            _site()
            north = Site.objects.get()
            cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
            export("csv", tmp_path / "out")
            whole.update({name: each.read_bytes() for name, each in files.from_folder(tmp_path / "out").items()})
    _site()
    person("stat", Role.STATISTICIAN)
    return dict(whole)


def _site() -> None:
    with changes.record(None, "system", "sites of the test"):
        Site.objects.create(code="NORTH", name="North")


def _import(contents: dict[str, bytes], rehearsal: bool = False) -> Report:
    from trial.models import Person

    return import_files(Save(Person.objects.get(username="stat")), contents, "the test", rehearsal=rehearsal)


def _changed(contents: dict[str, bytes], name: str, change: Callable[[Rows], Any]) -> dict[str, bytes]:
    """The files with the rows of one of them changed in place."""
    rows = list(csv.DictReader(io.StringIO(contents[name].decode(), newline="")))
    header = list(rows[0])
    change(rows)
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, header)
    writer.writeheader()
    writer.writerows(rows)
    return contents | {name: written.getvalue().encode()}


def _set(column: str, value: str, row: int = 0) -> Callable[[Rows], Any]:
    return lambda rows: rows[row].__setitem__(column, value)


TOMORROW = (date.today() + timedelta(days=2)).isoformat()  # wherever the site is
REFUSED = [
    ("no such day", "registration.csv", _set("consented_on", "31-FEB-2026"), "consented_on", "not a calendar date"),
    ("digits only", "registration.csv", _set("consented_on", "03/04/2026"), "consented_on", "read in two ways"),
    ("a day's number", "registration.csv", _set("consented_on", "46091"), "consented_on", "number of a day. Type"),
    ("today", "registration.csv", _set("consented_on", "t"), "consented_on", "is not a date. Enter"),
    ("unknown site", "registration.csv", _set("site", "WEST"), "site", "Site “WEST” does not exist"),
    ("screened twice", "registration.csv", lambda rows: rows.append(dict(rows[0])), "", "is allowed only once"),
    ("wrong group", "registration.csv", _set("group", "A", 0), "group", "determine group B, not A"),
    ("ineligible", "eligibility.csv", _set("met", "no", 23), "", "Not met"),
    ("millimetres", "lesion_readings.csv", _set("longest_diameter_mm", "1000000000"), "longest_diameter_mm", "digits"),
    ("1e9", "lesion_readings.csv", _set("longest_diameter_mm", "1e9"), "longest_diameter_mm", "exponent"),
    ("1e+09", "lesion_readings.csv", _set("longest_diameter_mm", "1e+09"), "longest_diameter_mm", "digits"),
    ("not a number", "lesion_readings.csv", _set("longest_diameter_mm", "NaN"), "longest_diameter_mm", "number"),
    ("too small a target", "lesion_readings.csv", _set("longest_diameter_mm", "4"), "", "large enough for its method"),
    ("unknown lesion", "lesion_readings.csv", _set("lesion", "T9", 1), "", "no lesion T9"),
    ("no parent", "lesion_readings.csv", _set("assessment", "777", -1), "assessment", "has no row “777”"),
    ("cycle twice", "cycles.csv", lambda rows: rows[2].update(number="1"), "number", "also in line"),
    ("a delay of none", "cycles.csv", _set("started_on", "2026-01-20", 1), "delay_reason", "must be empty for a cycle"),
    ("a day with two doses", "dosing_periods.csv",
     lambda rows: [each.update(from_day="20") for each in rows if each["from_day"] == "21"], "", "must not overlap"),
    ("unknown code", "adverse_event.csv", _set("outcome", "well"), "outcome", "not one of the available choices"),
    ("unknown term", "adverse_event.csv", _set("term", "headake"), "term", "Choose a CTCAE term"),
    ("no grade, no reason", "adverse_event.csv", _set("grade", ""), "grade", "Enter a value or a missing-value reason"),
    ("grade and reason", "adverse_event.csv", _set("grade_missing", "unknown"), "grade", "Keep one of them"),
    ("neither yes nor no", "adverse_event.csv", _set("present_at_baseline", "true"), "present_at_baseline", "nor no"),
    ("no time of a clock", "adverse_event.csv", _set("aware_time", "25:00", 1), "aware_time", "“25:00” is not a time"),
    ("serious, no awareness", "adverse_event.csv", _set("aware_on", "", 1), "aware_on", "on which the site became"),
    ("episode of nothing", "adverse_event.csv", _set("continues", "999", 1), "continues", "no row “999”"),
    ("a future day", "hormone.csv", _set("sampled_on", TOMORROW), "sampled_on", "is in the future"),
    ("partial where full", "hormone.csv", _set("sampled_on", "2026-01"), "sampled_on", "not a full date"),
    ("analyte", "laboratory.csv", _set("analyte", "GOLD"), "analyte", "not an analyte"),
    ("an empty value", "laboratory.csv", _set("value", ""), "value", "missing-value reason in value_missing"),
    ("contact after death", "follow_up.csv", _set("contacted_on", "2026-10-01"), "alive", "after the date of death"),
    ("dose after the end", "off_treatment.csv", _set("off_on", "2026-02-12"), "off_on", "before the last dose"),
    ("nobody's row", "death.csv", _set("screening_number", "77"), "screening_number", "No participant"),
    ("another's number", "death.csv", _set("study_number", "NET-003"), "study_number", "not the study number"),
    ("not a number of anyone", "death.csv", _set("screening_number", "²"), "screening_number", "not a screening"),
    ("a formula", "deviation.csv", _set("description", "=HYPERLINK(1)"), "description", "spreadsheet formula"),
    ("a day of another millennium", "hormone.csv", _set("sampled_on", "2999-01-01"), "sampled_on", "is out of range"),
    ("a null letter", "deviation.csv", _set("description", "a\x00b"), "description", "cannot be seen (U+0000)"),
    ("a decision without reason", "waivers.csv", _set("decided_because", ""), "decided_because", "needs a reason"),
    ("a check of nothing", "acknowledgements.csv", _set("row_id", "999"), "row_id", "no row “999”"),
    ("before registration", "death.csv", lambda rows: rows[0].update(screening_number="4", study_number=""), "",
     "needs a registered participant"),
]  # fmt: skip


@pytest.mark.requirement("R46")
@pytest.mark.parametrize(("name", "change", "column", "words"), [each[1:] for each in REFUSED],
                         ids=[each[0] for each in REFUSED])  # fmt: skip
def test_a_wrong_value_is_refused_with_its_place_and_nothing_is_written(
    exported: dict[str, bytes], name: str, change: Callable[[Rows], Any], column: str, words: str
) -> None:
    before = (Change.objects.count(), Version.objects.count())
    report = _import(_changed(exported, name, change))
    said = [each for each in report.problems if words in each.words]
    assert said, [str(each) for each in report.problems]
    assert all(each.file.endswith(".csv") and each.line and each.line > 1 for each in said)
    assert column in {each.column for each in said}
    assert not report.saved and (Change.objects.count(), Version.objects.count()) == before
    assert all(line.after == line.before == 0 for line in report.lines)


BROKEN = [
    ("wrong header", b"number,site\r\n1,NORTH\r\n", "Columns are missing: study_number"),
    ("an unknown column", b"color,", "Columns are unknown: color"),
    ("semicolons", b"study_number;screening_number;site\r\n", "separated by semicolons"),
    ("tabs", b"study_number\tscreening_number\tsite\r\n", "separated by tabs. Use commas."),
    ("extra commas", b"study_number,site,,\r\n1,NORTH,,\r\n", "Columns without a name: 2. Remove the extra commas"),
    ("a workbook of before 2007", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an Excel workbook. Save each"),
    ("another encoding", "study_number,site\r\n“Köln”".encode("utf-16"), "not UTF-8"),
    ("Latin-1", "study_number,site\r\n1,K\u00f6ln".encode("latin-1"), "not UTF-8"),
    ("empty", b"", "Columns are missing"),
    ("an open quotation mark", b'study_number,"screening\r\n', "not CSV"),
]


@pytest.mark.parametrize(("content", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_refused_in_words(exported: dict[str, bytes], content: bytes, words: str) -> None:
    if content == b"color,":
        content += exported["death.csv"].replace(b"\r\n", b",\r\n", 1)
    report = _import(exported | {"death.csv": content})
    assert any(each.file == "death.csv" and words in each.words for each in report.problems), report.problems
    assert not Participant.objects.exists()


def test_a_file_that_is_not_of_the_import_is_refused(exported: dict[str, bytes]) -> None:
    report = _import(exported | {"notes.txt": b"hello"})
    assert [each.file for each in report.problems] == ["notes.txt"]
    assert _import({}).problems and not Participant.objects.exists()


@pytest.mark.parametrize("name", ["Deviation.CSV", "deviation (1).csv", "deviation(2).csv"])
def test_a_file_is_known_by_its_name_whatever_its_case_and_the_number_of_its_copy(
    exported: dict[str, bytes], name: str
) -> None:
    renamed = {(name if each == "deviation.csv" else each): content for each, content in exported.items()}
    report = _import(renamed, rehearsal=True)
    assert report.problems == [] and any(line.title == "Protocol deviation" and line.new for line in report.lines)
    twice = _import(exported | {name: exported["deviation.csv"]}, rehearsal=True)
    assert [each.words for each in twice.problems] == ["Several files are deviation.csv. Keep one of them."] * 2
    assert _import(exported | {"columns (1).md": b"# Columns"}, rehearsal=True).problems == []


def test_a_table_that_an_import_cannot_read_is_never_passed_by_in_silence(
    exported: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_undeclared", lambda: {"novelty"})
    assert _import(exported | {"novelty.csv": b"study_number,entry\r\n"}, rehearsal=True).problems == []
    report = _import(exported | {"novelty.csv": b"study_number,entry\r\nNET-001,1\r\n"})
    assert [each.file for each in report.problems] == ["novelty.csv"] and not report.saved


def test_a_study_number_that_skips_is_refused(exported: dict[str, bytes]) -> None:
    report = _import({name: content.replace(b"NET-003", b"NET-009") for name, content in exported.items()})
    place = "registration.csv, line 4, column study_number"
    words = "The next study number is NET-003. Numbers have no gaps."
    assert [str(each) for each in report.problems] == [f"{place}: {words}"]


def test_a_short_row_is_refused(exported: dict[str, bytes]) -> None:
    report = _import(exported | {"death.csv": exported["death.csv"] + b"NET-001,2\r\n"})
    assert "2 cells" in report.problems[0].words and report.problems[0].line == 3


@pytest.mark.parametrize("how", ["with a mark of UTF-8", "with line feeds only"])
def test_what_other_programs_do_to_a_csv_file_does_not_matter(exported: dict[str, bytes], how: str) -> None:
    def done(content: bytes) -> bytes:
        return b"\xef\xbb\xbf" + content if how == "with a mark of UTF-8" else content.replace(b"\r\n", b"\n")

    report = _import({name: done(content) for name, content in exported.items()})
    assert report.saved, report.problems
    assert Participant.objects.count() == 4


def test_line_breaks_and_quotation_marks_inside_words_come_back(exported: dict[str, bytes]) -> None:
    assert _import(exported).saved
    whole = Participant.objects.get(number="NET-001")
    assert {each.description for each in whole.deviations.all()} == {"'quoted'\r\nsecond line"}
    found = Participant.objects.get(number="NET-003").findings.get()
    assert found.because == "Central pathology: “G3”,\nsecond look"
    assert whole.medications.get().dose == "-20 mg"


def test_a_rehearsal_says_what_the_import_does_and_writes_nothing(exported: dict[str, bytes]) -> None:
    before = (Change.objects.count(), Version.objects.count())
    rehearsed = _import(exported, rehearsal=True)
    assert (Change.objects.count(), Version.objects.count()) == before and not rehearsed.saved
    done = _import(exported)
    assert (rehearsed.lines, rehearsed.groups, rehearsed.new) == (done.lines, done.groups, done.new)
    assert [(each.group, each.registered, each.assessments) for each in done.groups] == [
        ("A", (0, 1), (0, 4)), ("B", (0, 2), (0, 3)),
    ]  # fmt: skip
    for line in done.lines:
        assert line.after == line.before + line.new, line
    left_out = {each.title: each.left_out for each in done.lines if each.left_out}
    assert left_out["Adverse event"] == 1 and left_out["Tumor assessments"] == 1


@pytest.mark.requirement("R22", "R42")
def test_a_value_entered_by_the_site_is_never_overwritten(exported: dict[str, bytes]) -> None:
    assert _import(exported).saved
    count = Change.objects.count()
    for name, column, value in (("registration.csv", "ecog", "2"), ("adverse_event.csv", "grade", "1"),
                                ("lesion_readings.csv", "longest_diameter_mm", "50")):  # fmt: skip
        report = _import(_changed(exported, name, _set(column, value)))
        assert report.problems and not report.saved
        assert all("never overwrites" in each.words for each in report.problems)
    assert Change.objects.count() == count


def test_new_rows_join_what_is_on_record(exported: dict[str, bytes]) -> None:
    assert _import(exported | {"adverse_event.csv": files.templates()["adverse_event.csv"]} |
                   {"acknowledgements.csv": files.templates()["acknowledgements.csv"]}).saved  # fmt: skip
    assert not AdverseEvent.objects.exists()
    report = _import(exported)
    assert report.saved and {each.title: each.new for each in report.lines if each.new} == {"Adverse event": 3}
    assert AdverseEvent.objects.exclude(continues=None).get().continues.grade == 2
    newest = Change.objects.latest("id")
    assert (newest.act, newest.reason, newest.participant.number) == ("import", "import of the test", "NET-001")


def test_an_import_can_stop_before_a_study_number_and_go_on_later(exported: dict[str, bytes]) -> None:
    from trial.models import Person

    stat = Person.objects.get(username="stat")
    assert import_files(Save(stat), exported, "the test", rehearsal=False, up_to="NET-001").saved
    registered = Participant.objects.filter(number__isnull=False)
    assert list(registered.values_list("number", flat=True)) == ["NET-001"] and Participant.objects.count() == 4
    report = _import(exported)
    assert report.saved and registered.count() == 3
    assert {each.title: each.unchanged for each in report.lines}["Cycles"] == 2


@pytest.mark.requirement("R46")
def test_the_gate_of_a_group_refuses_an_import_as_it_refuses_a_person(
    exported: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trial.record.in_force.refusal", lambda group: "Group B is closed." if group == "B" else "")
    report = _import(exported)
    assert [(each.file, each.words) for each in report.problems] == [("registration.csv", "Group B is closed.")] * 2
    assert not Participant.objects.exists()


def test_nothing_is_brought_into_a_frozen_casebook(exported: dict[str, bytes]) -> None:
    from django.utils import timezone

    without = {"death.csv", "off_study.csv"}
    assert _import({name: content for name, content in exported.items() if name not in without} |
                   {"acknowledgements.csv": files.templates()["acknowledgements.csv"]}).saved  # fmt: skip
    monitor = person("mona", Role.MONITOR)
    whole = Participant.objects.get(number="NET-001")
    with changes.record(Save(monitor), "freeze", participant=whole):
        Hold.objects.create(kind="freeze", scope="participant", participant=whole, state="in_force", asked_by=monitor,
                            asked_at=timezone.now())  # fmt: skip
    report = _import({"death.csv": exported["death.csv"]})
    assert not report.saved and not whole.deaths.exists()
    assert "frozen" in str(report.problems[0]) and report.problems[0].line == 2


def test_only_the_statistician_imports(exported: dict[str, bytes]) -> None:
    for role in (Role.CHAIR, Role.MONITOR, Role.ADMINISTRATOR, Role.COORDINATOR):
        with pytest.raises(Refused):
            import_files(Save(person(f"a_{role}", role)), exported, "the test", rehearsal=False)
    assert not Participant.objects.exists()


def _nobody(words: str) -> str:
    raise EOFError


def test_the_command_asks_and_takes_no_for_an_answer(
    exported: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in exported.items():
        (folder / name).write_bytes(content)
    monkeypatch.setattr("builtins.input", lambda words: "no")
    call_command("import_records", folder, person="stat")
    call_command("import_records", folder, person="stat", dry_run=True)
    monkeypatch.setattr("builtins.input", _nobody)
    with pytest.raises(CommandError, match="add --yes"):
        call_command("import_records", folder, person="stat")
    assert not Participant.objects.exists()
    monkeypatch.setattr("builtins.input", lambda words: "yes")
    call_command("import_records", folder, person="stat")
    assert Participant.objects.count() == 4
    shown = capsys.readouterr()
    assert "Group A: 0 → 1 registered, 0 → 4 assessments" in shown.out and "4 of 4 participants" in shown.err
    for words in ({}, {"person": "nobody"}):
        with pytest.raises(CommandError, match="Name the statistician"):
            call_command("import_records", folder, **words)
    (folder / "death.csv").write_bytes(b"x")
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_records", folder, person="stat", yes=True)


def test_the_templates_are_the_files_that_the_import_reads(database: object, tmp_path: Path) -> None:
    call_command("import_records", tmp_path / "empty", template=True)
    found = list((tmp_path / "empty").glob("*.csv"))
    columns = (tmp_path / "empty" / "columns.md").read_text(encoding="utf-8")
    parts = {part.split(".csv`")[0]: part for part in columns.split("### `")[1:]}
    assert all(f"| `{name}` |" in parts[each.name] for each in COMES_IN for name in columns_in(each))
    written = {each.name: each.read_text(encoding="utf-8").strip().split(",") for each in found}
    assert written == {f"{each.name}.csv": list(columns_in(each)) for each in COMES_IN}
    for each in COMES_IN:
        assert set(columns_in(each)) <= {column.name for column in each.columns}, each.name
    with pytest.raises(CommandError, match="not written"):
        call_command("import_records", tmp_path / "empty", template=True)


def test_an_import_of_wrong_rows_stops_after_a_number_of_problems_and_keeps_little_in_memory(
    exported: dict[str, bytes],
) -> None:
    header = exported["deviation.csv"].split(b"\n")[0]
    wrong = {"deviation.csv": header + b"\n" + b"x,y\n" * 400_000}
    tracemalloc.start()
    report = _import(wrong)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(report.problems) == files.MOST_PROBLEMS + 1 and not report.saved
    assert str(report.problems[-1]) == "import: Reading stopped after 1000 problems. Correct these, then try again."
    assert most < 40_000_000


def test_rows_of_the_right_shape_with_wrong_values_stop_early_and_are_not_kept_in_memory(
    exported: dict[str, bytes], tmp_path: Path
) -> None:
    header = exported["deviation.csv"].split(b"\n")[0]
    wrong, file = header + b"\n", tmp_path / "deviation.csv"
    for line in (b"x," * header.count(b",") + b"\n", b"1" + b"," * header.count(b",") + b"\n"):
        file.write_bytes(wrong + line * 400_000)
        tracemalloc.start()
        stopped = _import({"deviation.csv": file})
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(stopped.problems) == files.MOST_PROBLEMS + 1 and not stopped.saved
        assert most < 10_000_000
