"""The report of an installation: real checks of this one, a few real tests, the page and its verdict."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.capture.copies.pdf import text_of
from trial.drawing import sections
from trial.operations.validation import installation, operation, rendering, report, requirements
from trial.operations.validation.operation import Result, outcome_of, results_in
from trial.operations.validation.report import Report
from trial.operations.validation.requirements import Requirement, all_requirements
from trial.refused import Refused

Owner = psycopg.Connection[tuple[object, ...]]
QUICK = ["R44", "R68"]  # with tests that need no data; one is open in part


def _report(**changed: object) -> Report:
    tests = {test: Result(test, "passed", 1) for each in all_requirements() for test in each.tests}
    now = datetime(2026, 5, 1, 8, tzinfo=UTC)
    checks = [installation.Check("Python", "3.11", "3.11", True)]
    whole = Report(now, now, checks, all_requirements(), tests, version="0.1.0", commit="abc123",
                   fingerprint="f" * 64, machine="ward-7")  # fmt: skip
    return replace(whole, **changed)


def test_two_requirements_are_tried_on_this_machine_and_the_page_is_written(database: str, tmp_path: Path) -> None:
    """Pytest runs the mapped tests in a process and on a server of their own: nothing here is pretended."""
    said, html, pdf = io.StringIO(), tmp_path / "report.html", tmp_path / "report.pdf"
    call_command("validation_report", str(html), str(pdf), only=QUICK, stdout=said)
    page = html.read_text(encoding="utf-8")
    wording = "tests/trial/record/test_system_queries.py::test_no_wording_suggests_an_answer"
    assert re.search(rf"passed( × \d+)?: {wording}", page)
    assert re.search(r"passed( × \d+)?: tests/test_vendor_checksums.py::", page)
    assert "Open in part:" in page and "NOT as expected" not in page and "Incomplete." in page
    assert f"Only 2 of {len(all_requirements())} requirements" in page and "Incomplete" in said.getvalue()
    assert pdf.read_bytes().startswith(b"%PDF-") and b"%%EOF" in pdf.read_bytes()[-16:]


def test_without_the_tests_the_page_says_so_loudly(database: str, tmp_path: Path) -> None:
    said, html = io.StringIO(), tmp_path / "report.html"
    call_command("validation_report", str(html), skip_oq=True, stdout=said)
    page = html.read_text(encoding="utf-8")
    assert "NOT run (--skip-oq)" in page and "NOT run (--skip-oq)" in said.getvalue() and "Incomplete." in page
    assert "passed:" not in page and page.count("not tried: tests/") > 100


def test_an_installation_without_tests_lists_every_requirement_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an image of the product, which holds no tests."""
    for module in (report, operation, requirements):
        monkeypatch.setattr(module, "TESTS", tmp_path / "tests")
    rows = requirements.with_tests(requirements.numbers_by_test(requirements.TESTS))
    bare = _report(requirements=rows, results={}, skipped_operation=True)
    page = rendering.html(bare).decode()
    assert bare.verdict == "Incomplete" and "The tests are not installed on this machine" in page
    assert page.count("   not tried</p>") == len(rows) == len(all_requirements()) and not any(r.tests for r in rows)
    with pytest.raises(Refused, match="not installed here"):
        operation.run([])


def test_a_trigger_that_is_switched_off_makes_the_installation_not_valid(
    database: str, database_owner: Owner, tmp_path: Path
) -> None:
    database_owner.execute("ALTER TABLE trial_site DISABLE TRIGGER USER")
    html = tmp_path / "report.html"
    with pytest.raises(CommandError, match="Not valid.*trial_site are missing or disabled") as refused:
        call_command("validation_report", str(html), skip_oq=True)
    assert refused.value.returncode == 1
    assert "Not valid." in html.read_text(encoding="utf-8")


def test_a_right_on_the_history_and_a_wrong_package_are_found(
    database: str, database_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [each for each in installation.qualify() if each.is_good is False] == []
    database_owner.execute("GRANT UPDATE ON trial_version TO endpoint_app")
    database_owner.execute("DELETE FROM django_migrations WHERE name = '0001_baseline'")
    monkeypatch.setattr(installation, "pins", lambda: {"Django": "1.0", "no-such-package": "1"})
    found = {each.name: each.found for each in installation.qualify() if each.is_good is False}
    assert found.pop("Package no-such-package") == "not installed"
    assert found.pop("Its rights on the history") == "trial_version update"
    assert "0001_baseline not applied" in found.pop("Migrations")
    assert list(found) == ["Package Django"]


def test_a_program_that_changes_while_it_is_tried_is_not_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trial").mkdir()
    for file in ("requirements.txt", "run.py", "manage.py", "trial/rule.py"):
        (tmp_path / file).write_text("1")
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    before = installation.fingerprint()
    assert installation.same_files(before).is_good is True
    (tmp_path / "trial" / "rule.py").write_text("2")
    assert installation.same_files(before).is_good is False
    (tmp_path / "trial" / "rule.py").rename(tmp_path / "trial" / "role.py")
    (tmp_path / "trial" / "role.py").write_text("1")
    assert installation.same_files(before).is_good is False, "names count too"


def test_every_pin_is_read() -> None:
    text = (installation.ROOT / "requirements.txt").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if "==" in line]
    assert len([line for line in listed if " ; " not in line]) <= len(installation.pins()) <= len(listed)
    assert len(installation.pins()) > 60
    assert "psycopg" in installation.pins(), "extras are no part of the name"


def test_results_are_read_with_all_their_variants() -> None:
    found = results_in("""<testsuites><testsuite>
        <testcase classname="tests.trial.test_a" name="test_one[x]"/>
        <testcase classname="tests.trial.test_a" name="test_one[y]"><failure message="assert 1 == 2"/></testcase>
        <testcase classname="tests.test_b" name="test_two"><skipped message="no Chromium"/></testcase>
        <testcase classname="tests.test_b" name="test_three"/></testsuite></testsuites>""")
    assert found["tests/trial/test_a.py::test_one"] == Result("tests/trial/test_a.py::test_one", "failed", 2,
                                                              "assert 1 == 2")  # fmt: skip
    assert found["tests/test_b.py::test_two"].outcome == "skipped"
    assert found["tests/test_b.py::test_three"].outcome == "passed"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("passed", "passed"), "passed"), (("passed", "failed"), "failed"), (("skipped", "passed"), "skipped"),
        (("not run", "passed"), "failed"), (("failed", "skipped"), "failed"), ((), "no test"),
    ],
)  # fmt: skip
def test_a_requirement_passes_only_when_each_of_its_tests_did(outcomes: tuple[str, ...], expected: str) -> None:
    names = [f"tests/test_a.py::test_{place}" for place, _ in enumerate(outcomes)]
    requirement = Requirement("R90", "x", "x", ("x",), tuple(names))
    results = {name: Result(name, outcome) for name, outcome in zip(names, outcomes, strict=True)}
    assert outcome_of(requirement, results) == expected


def test_a_test_without_a_result_is_not_passed_over(tmp_path: Path) -> None:
    gone = "tests/test_vendor_checksums.py::test_that_is_not_there"
    assert operation.run([gone])[gone].outcome == "not run"


def test_one_failed_test_and_one_skipped_one_decide_the_verdict() -> None:
    whole = _report()
    assert whole.verdict.startswith("Valid for what is covered; ") and f"of {len(all_requirements())}" in whole.verdict
    first = all_requirements()[0].tests[0]
    skipped = _report(results={**whole.results, first: Result(first, "skipped", 1, "no Chromium")})
    failed = _report(results={**whole.results, first: Result(first, "failed", 1, "assert False")})
    assert (skipped.verdict, failed.verdict) == ("Incomplete", "Not valid")
    assert "no Chromium" in rendering.html(skipped).decode() and "Not valid." in rendering.html(failed).decode()


@pytest.mark.parametrize("outcome", ["failed", "not run"])
def test_each_line_of_a_test_that_did_not_pass_is_marked_on_page_and_paper(
    outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(sections.paper, "line", lambda sheets, words, size, *how, **more: drawn.append((words, how)))
    first, second = next(each for each in all_requirements() if len(each.tests) > 1).tests[:2]
    results = {**_report().results, first: Result(first, outcome, 2, "no <answer>")}
    made = _report(results=results)
    page, said = rendering.html(made).decode(), f"{outcome} × 2: {first} (no <answer>)"
    assert f'<li class="struck">{escape(said)}</li>' in page and f"<li>passed: {second}</li>" in page
    rendering.pdf(made)
    how = dict(drawn)
    assert (how[said], how[f"passed: {second}"]) == (("B", sections.RED), ())


def test_the_signatures_and_the_limits_beneath_stand_on_one_sheet_wherever_the_tests_end() -> None:
    """The checks fill the first sheet to its end, one after the other."""
    for count in range(14, 24, 2):
        checks = [installation.Check(f"Check {number}", "1", "1", True) for number in range(count)]
        made = _report(checks=checks, requirements=all_requirements()[:1], results={})
        sheets = re.split(r"page \d+ of", text_of(rendering.pdf(made)))
        whole = [all(words in sheet for words in (*report.SIGNATURES, "sponsor's to validate.")) for sheet in sheets]
        assert whole.count(True) == 1, count


def test_the_file_is_named_by_its_verdict() -> None:
    first = all_requirements()[0].tests[0]
    made = _report(results={first: Result(first, "failed")})
    assert "<title>Validation report: Not valid" in rendering.html(made).decode()
    assert b"/Title (Validation report: Not valid)" in rendering.pdf(made)


@pytest.mark.requirement("R66")
def test_the_page_names_program_machine_and_every_requirement() -> None:
    page = rendering.html(_report()).decode()
    for words in ("ward-7", "0.1.0", "abc123", "f" * 64, "01-MAY-2026 08:00:00 UTC", "Signature", "Approved by"):
        assert words in page, words
    assert [each.number for each in all_requirements() if f">{each.number}   " not in page] == []
    assert "http://" not in page and "https://" not in page and "<script" not in page


def test_a_machine_with_a_strange_name_is_printed_all_the_same() -> None:
    assert rendering.pdf(_report(machine="станция <b>7</b>")).startswith(b"%PDF-")
    assert "&lt;b&gt;" in rendering.html(_report(machine="<b>7</b>")).decode()


@pytest.mark.parametrize("files", [[], ["report.txt"], ["a.html", "b.pdf", "c.pdf"], ["/no/such/folder/a.html"]])
def test_what_cannot_be_written_is_refused_before_anything_runs(files: list[str]) -> None:
    with pytest.raises(CommandError, match="Name a file|no folder"):
        call_command("validation_report", *files)


def test_an_unknown_requirement_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no requirement R99"):
        call_command("validation_report", str(tmp_path / "a.html"), only=["R99"])
