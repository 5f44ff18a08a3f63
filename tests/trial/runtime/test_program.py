"""Which program runs, and whether it was validated, stands on its pages, in the trail and in what is exported."""

import json
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from capture.exchange.exporting.export import export
from capture.trail.offline import export_trail
from tests.cast import cast_of
from tests.trial.operations.validation.test_report import _report
from trial.models import Change, Role, Site
from trial.operations.validation import report
from trial.operations.validation.requirements import all_requirements
from trial.record import changes
from trial.record.save import Save
from trial.runtime import program
from trial.runtime.program import PROGRAM, ROOT, UNKNOWN, commit

DIGITS = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """No commit is named from outside."""
    monkeypatch.delenv("ENDPOINT_COMMIT", raising=False)


def _written(root: Path, **files: str) -> Path:
    for name, text in files.items():
        place = root / ".git" / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="ascii")
    return root


def test_the_commit_is_read_from_the_files_of_a_checkout(tmp_path: Path) -> None:
    on_a_branch = _written(tmp_path / "a", HEAD="ref: refs/heads/main\n", refs__heads__main=f"{DIGITS}\n")
    packed = _written(tmp_path / "b", HEAD="ref: refs/heads/main\n")
    (packed / ".git/packed-refs").write_text(f"# pack-refs\n{'f' * 40} refs/heads/other\n{DIGITS} refs/heads/main\n")
    detached = _written(tmp_path / "c", HEAD=f"{DIGITS}\n")
    assert {commit(each) for each in (on_a_branch, packed, detached)} == {"0123456789ab"}


def test_a_second_working_tree_names_its_own_commit(tmp_path: Path) -> None:
    main = _written(tmp_path / "main", refs__heads__other=DIGITS, worktrees__second__HEAD="ref: refs/heads/other",
                    worktrees__second__commondir="../..\n")  # fmt: skip
    second = tmp_path / "second"
    second.mkdir()
    (second / ".git").write_text(f"gitdir: {main / '.git/worktrees/second'}\n")
    assert commit(second) == "0123456789ab"


@pytest.mark.requirement("R66")
def test_an_image_names_the_commit_it_was_built_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit(tmp_path) == UNKNOWN
    monkeypatch.setenv("ENDPOINT_COMMIT", DIGITS.upper())
    assert commit(tmp_path) == "0123456789ab"
    monkeypatch.setenv("ENDPOINT_COMMIT", "the newest")
    assert commit(tmp_path) == UNKNOWN


@pytest.mark.requirement("R66")
def test_git_itself_names_the_same_commit() -> None:
    ran = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip("there is no git or no checkout here")
    assert program.commit() == ran.stdout.strip()[: program.DIGITS]


@pytest.mark.requirement("R28", "R66")
def test_every_change_the_pages_and_the_exports_name_the_running_program(database: str, tmp_path: Path) -> None:
    cast = cast_of()
    with changes.record(Save(program="demo A7"), "system"):
        Site.objects.create(code="V", name="v")
    named = set(Change.objects.exclude(version_of_program="").values_list("version_of_program", flat=True))
    assert named == {PROGRAM, f"{PROGRAM}, demo A7"}
    assert len(f"{PROGRAM}, demo B41") <= 40 and program.version() in PROGRAM and program.commit() in PROGRAM
    client = Client()
    assert PROGRAM not in client.get("/sign-in/").content.decode(), "a stranger is not told what runs here"
    client.force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    assert f'<span class="program">{PROGRAM}</span>' in client.get("/participants/").content.decode()
    assert f"{PROGRAM}, engine" in client.get("/status/").content.decode()
    export("csv", tmp_path / "csv")
    export_trail(tmp_path / "trail")
    for folder in ("csv", "trail"):
        manifest = json.loads((tmp_path / folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["program"] == PROGRAM and "no whole validation report" in manifest["validation"]


@pytest.mark.requirement("R66")
def test_the_status_page_says_for_which_program_the_validation_was(database: str, tmp_path: Path) -> None:
    assert report.validation_state()[0] is None
    call_command("validation_report", str(tmp_path / "a.html"), skip_oq=True)
    assert report.validation_state()[0] is None, "an installation check alone is no validation"
    report.keep(_report(requirements=all_requirements()[:3]))
    assert report.validation_state()[0] is None, "nor is the trial of some requirements"
    report.keep(_report())
    is_good, words = report.validation_state()
    assert is_good and words.startswith(f"{PROGRAM}: Valid for what is covered")


@pytest.mark.requirement("R66")
def test_a_validation_of_another_program_does_not_count(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report.keep(_report())
    monkeypatch.setattr(program, "PROGRAM", "endpoint 9.9.9 ffffffffffff")
    is_good, words = report.validation_state()
    assert is_good is False and "another program than the one that runs" in words
