"""Requirements and tests belong together; an orphan on either side fails here."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from trial.operations.validation import document
from trial.operations.validation.requirement import EMA_GUIDELINE, Requirement, Source, ema
from trial.operations.validation.requirements import OTHER_PURPOSES, REQUIREMENTS, named_tests, of_ids

ROOT = Path(__file__).resolve().parent.parent.parent.parent.parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))


def _existing() -> set[str]:
    """Every test as `file::name`, read from the code: collecting would start a database."""
    found = set()
    for file in FILES:
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{file}::{node.name}")
    return found


def orphans(requirements: Iterable[Requirement], existing: set[str], files: Iterable[str],
            purposes: dict[str, str]) -> list[str]:  # fmt: skip
    """What stands alone on either side, in words."""
    requirements = tuple(requirements)
    named = {test for each in requirements for test in each.tests}
    mapped = {test.split("::")[0] for test in named}
    found = [f"{each.id} has neither a test nor a reason" for each in requirements if not each.tests and not each.open]
    found += [f"{test} does not exist" for test in sorted(named - existing)]
    found += [f"{file} serves no requirement and states no purpose" for file in files
              if file not in mapped and not any(_lies_in(file, place) for place in purposes)]  # fmt: skip
    return found + [f"there is nothing at {place}" for place in purposes if not any(_lies_in(f, place) for f in files)]


def _lies_in(file: str, place: str) -> bool:
    return file.startswith(place) if place.endswith("/") else file == place


def test_the_ids_run_from_1_to_71_without_a_gap() -> None:
    assert [each.id for each in REQUIREMENTS] == [f"R{number:02d}" for number in range(1, 72)]


def test_a_requirement_has_tests_or_says_what_is_open() -> None:
    assert [each.id for each in REQUIREMENTS if not each.tests and not each.open] == []
    assert [each.id for each in REQUIREMENTS if not (each.words and each.area and each.sources)] == []
    assert [each.id for each in REQUIREMENTS if len(set(each.tests)) < len(each.tests)] == []


def test_every_test_that_is_named_exists() -> None:
    assert sorted(set(named_tests(REQUIREMENTS)) - _existing()) == []


def test_every_test_file_serves_a_requirement_or_states_its_purpose() -> None:
    assert orphans(REQUIREMENTS, _existing(), FILES, OTHER_PURPOSES) == []


def test_an_orphan_on_either_side_is_found() -> None:
    alone = Requirement("R90", "x", "x", ema("1"))
    wrong = Requirement("R91", "x", "x", ema("1"), ("tests/test_a.py::test_gone",))
    right = Requirement("R92", "x", "x", ema("1"), ("tests/test_b.py::test_here",))
    files = ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py", "tests/d/test_d.py"]
    purposes = {"tests/d/": "x", "tests/e/": "x"}
    assert orphans([alone, wrong, right], {"tests/test_b.py::test_here"}, files, purposes) == [
        "R90 has neither a test nor a reason", "tests/test_a.py::test_gone does not exist",
        "tests/test_c.py serves no requirement and states no purpose", "there is nothing at tests/e/",
    ]  # fmt: skip


def test_sections_that_nobody_checked_are_marked() -> None:
    assert not ema("A3")[0].is_checked and "not checked" in ema("A3")[0].words
    assert Source("21 CFR Part 11", "10(d)").words == "21 CFR Part 11, 10(d)"
    cited = {source for each in REQUIREMENTS for source in each.sources}
    unchecked = {(each.document.split()[0], each.section) for each in cited if not each.is_checked}
    assert {("ICH", "4.2.6"), ("ICH", "4.3.2"), ("FDA", "")} <= unchecked
    assert not [each for each in cited if each.document == EMA_GUIDELINE and each.is_checked]
    assert not {place for name, place in unchecked if name == "ICH"} - {"4.2.6", "4.3.2"}


def test_the_document_says_what_the_data_say() -> None:
    written = document.PLACE.read_text(encoding="utf-8")
    assert written == document.text(), "write it anew: manage.py validation_report --docs"


def test_an_unknown_id_is_refused_in_words() -> None:
    assert [each.id for each in of_ids(["R18", "R16"])] == ["R16", "R18"]
    with pytest.raises(ValueError, match="no requirement R99"):
        of_ids(["R99"])
