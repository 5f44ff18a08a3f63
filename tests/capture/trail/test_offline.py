"""An exported trail is verified by a script that needs neither the product nor its database."""

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.cast import cast_of
from trial.audit import verify

Lines = list[str]


@pytest.fixture
def folder(database: object, tmp_path: Path) -> Path:
    """The exported trail of the fixed cast."""
    cast_of()
    call_command("export_trail", tmp_path / "trail", verbosity=0)
    return tmp_path / "trail"


def run(folder: Path, *words: str) -> tuple[int, str]:
    """The copied script, by a Python that sees nothing but its standard library."""
    done = subprocess.run([sys.executable, "-I", "-S", str(folder / "verify_trail.py"), *words],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def rewritten(folder: Path, alter: Callable[[Lines], Lines]) -> None:
    """Alters the lines of the trail."""
    path = folder / "trail.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) > 4
    path.write_text("".join(alter(lines)), encoding="utf-8")


def head_of_the_database() -> verify.Head:
    """The head as the product's own verification finds it."""
    report = verify.verify(connection)
    assert report.first_break is None and report.head is not None
    return report.head


@pytest.mark.requirement("R27", "R62")
def test_an_unaltered_export_verifies_to_the_head_of_the_database(folder: Path) -> None:
    report = verify.verify(connection)
    code, said = run(folder, "--head", str(report.head))
    sound = f"The trail is sound: {report.changes} changes, {report.versions} versions, head {report.head}.\n"
    assert (code, said) == (0, sound)
    assert report.changes > 4 and report.versions > 20


def test_without_a_head_it_says_what_it_could_not_verify(folder: Path) -> None:
    code, said = run(folder)
    assert code == 0 and "No head from elsewhere was given" in said


@pytest.mark.requirement("R62")
@pytest.mark.parametrize("part", ["header", "versions"])
def test_an_altered_line_is_found(folder: Path, part: str) -> None:
    def alter(lines: Lines) -> Lines:
        place = next(n for n, line in enumerate(lines) if "carcinoid" in line) if part == "versions" else 2
        one = json.loads(lines[place])
        if part == "header":
            one["header"] = one["header"].replace("2026", "2025").replace("20", "19", 1)
        else:
            one["versions"] = [text.replace("carcinoid", "Carcinoid") for text in one["versions"]]
        lines[place] = json.dumps(one) + "\n"
        altered.append(place + 1)
        return lines

    altered: list[int] = []
    rewritten(folder, alter)
    code, said = run(folder)
    assert code == 1 and f"Change {altered[0]} or one of its versions is not what was sealed" in said


def test_an_altered_change_that_is_sealed_anew_breaks_the_next(folder: Path) -> None:
    from capture.trail.verify_trail import seal_of

    def alter(lines: Lines) -> Lines:
        one = json.loads(lines[1])
        one["versions"] = one["versions"][:-1]
        one["seal"] = seal_of(bytes.fromhex(one["previous_seal"]), one["header"], one["versions"])
        return [lines[0], json.dumps(one) + "\n", *lines[2:]]

    rewritten(folder, alter)
    code, said = run(folder)
    assert code == 1 and "Change 3 does not follow the seal of the Change before it" in said


def withheld(folder: Path, alter: Callable[[str], object]) -> None:
    """One version of line 3 is replaced by what `alter` makes of its text."""

    def without(lines: Lines) -> Lines:
        one = json.loads(lines[2])
        one["versions"][0] = alter(one["versions"][0])
        return [*lines[:2], json.dumps(one) + "\n", *lines[3:]]

    rewritten(folder, without)


def test_a_withheld_version_keeps_the_chain_and_is_counted_with_its_reason(folder: Path) -> None:
    head = head_of_the_database()
    withheld(folder, lambda text: {"sha256": sha256(text.encode()).hexdigest(), "withheld": "another site's entry"})
    code, said = run(folder, "--head", str(head))
    assert code == 0 and "1 version not shown here, only the hash: another site's entry\n" in said
    assert "versions (1 of them known by their hash only)" in said and str(head) in said


def test_a_withheld_version_with_another_hash_breaks_the_chain(folder: Path) -> None:
    withheld(folder, lambda text: {"sha256": sha256(text.encode() + b" ").hexdigest(), "withheld": "hidden"})
    assert run(folder) == (1, "The trail is broken: Change 3 or one of its versions is not what was sealed.\n")


@pytest.mark.parametrize(
    "entry",
    [
        {"sha256": "ab" * 32},
        {"sha256": "ab" * 32, "withheld": " "},
        {"withheld": "why"},
        {"sha256": "abcd", "withheld": "why"},
        {"sha256": 7, "withheld": "why"},
        7,
    ],
)
def test_a_version_withheld_without_hash_or_reason_is_no_version(folder: Path, entry: object) -> None:
    withheld(folder, lambda text: entry)
    assert run(folder) == (1, "The trail is broken: line 3 is no Change of an exported trail.\n")


@pytest.mark.requirement("R62")
def test_a_missing_change_is_found(folder: Path) -> None:
    rewritten(folder, lambda lines: lines[:2] + lines[3:])
    code, said = run(folder)
    assert code == 1 and "Change 3 is missing" in said


@pytest.mark.requirement("R62")
def test_a_tail_cut_off_is_found_by_a_head_noted_elsewhere(folder: Path) -> None:
    head = head_of_the_database()
    rewritten(folder, lambda lines: lines[:-1])
    (folder / "manifest.json").unlink()
    assert run(folder)[0] == 0
    code, said = run(folder, "--head", str(head))
    assert code == 1 and f"Change {head.number} was on record once and is cut off" in said


def test_a_tail_cut_off_disagrees_with_the_manifest(folder: Path) -> None:
    rewritten(folder, lambda lines: lines[:-1])
    code, said = run(folder)
    assert code == 1 and "the manifest names" in said


def test_a_head_with_another_seal_is_found(folder: Path) -> None:
    code, said = run(folder, "--head", "2:" + "ab" * 32)
    assert code == 1 and "Change 2 carries another seal" in said


def test_a_line_that_is_no_change_is_named(folder: Path) -> None:
    rewritten(folder, lambda lines: [lines[0], "{}\n", *lines[1:]])
    assert run(folder) == (1, "The trail is broken: line 2 is no Change of an exported trail.\n")


def test_a_folder_without_a_trail_is_not_called_sound(folder: Path) -> None:
    (folder / "trail.jsonl").unlink()
    code, said = run(folder)
    assert code == 2 and "cannot be read" in said


def test_a_version_without_its_change_stops_the_export(
    database_owner: psycopg.Connection[tuple[object, ...]], tmp_path: Path
) -> None:
    cast_of()
    for (name,) in database_owner.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'trial_version'::regclass AND contype = 'f'"
    ).fetchall():
        database_owner.execute(f'ALTER TABLE trial_version DROP CONSTRAINT "{name}"')
    database_owner.execute("ALTER TABLE trial_version DISABLE TRIGGER USER")
    database_owner.execute("UPDATE trial_version SET change_id = 999999 WHERE change_id = 2")
    with pytest.raises(CommandError, match="are on record"):
        call_command("export_trail", tmp_path / "trail")
    assert list(tmp_path.iterdir()) == []
