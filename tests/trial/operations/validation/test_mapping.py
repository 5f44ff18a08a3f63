"""Requirements and tests belong together; an orphan on either side fails here."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from trial.operations.validation import document
from trial.operations.validation.requirements import (
    AREAS,
    NOT_COMPARED,
    NUMBERS,
    OTHER_PURPOSES,
    ROOT,
    TESTS,
    Requirement,
    all_requirements,
    numbers_by_test,
    numbers_in,
    of_numbers,
    source,
    with_tests,
)

FILES = sorted(path.relative_to(ROOT).as_posix() for path in TESTS.rglob("test_*.py"))


def orphans(requirements: Iterable[Requirement], files: Iterable[str], purposes: dict[str, str]) -> list[str]:
    """What stands alone on either side, in words."""
    requirements = tuple(requirements)
    mapped = {test.split("::")[0] for requirement in requirements for test in requirement.tests}
    alone = [f"{row.number} has neither a test nor a reason" for row in requirements if not row.tests and not row.open]
    alone += [f"{file} serves no requirement and states no purpose" for file in files
              if file not in mapped and not any(_lies_in(file, place) for place in purposes)]  # fmt: skip
    return alone + [f"there is nothing at {place}" for place in purposes if not any(_lies_in(f, place) for f in files)]


def _lies_in(file: str, place: str) -> bool:
    return file.startswith(place) if place.endswith("/") else file == place


@pytest.mark.requirement("R65")
def test_the_numbers_run_from_1_to_72_without_a_gap() -> None:
    assert [row.number for row in all_requirements()] == [f"R{number:02d}" for number in range(1, 73)]


@pytest.mark.requirement("R65")
def test_a_requirement_has_tests_or_says_what_is_open() -> None:
    assert [row.number for row in all_requirements() if not row.tests and not row.open] == []
    assert [row.number for row in all_requirements() if not (row.words and row.area and row.sources)] == []
    known = {"words", "sources", "open"}
    assert [number for rows in AREAS.values() for number, row in rows.items() if set(row) - known] == []


@pytest.mark.requirement("R65")
def test_every_test_file_serves_a_requirement_or_states_its_purpose() -> None:
    assert orphans(all_requirements(), FILES, OTHER_PURPOSES) == []


@pytest.mark.requirement("R65")
def test_an_orphan_on_either_side_is_found() -> None:
    alone, right = Requirement("R90", "x", "x", ("x",)), Requirement("R92", "x", "x", ("x",), ("tests/test_b.py::t",))
    files = ["tests/test_b.py", "tests/test_c.py", "tests/d/test_d.py"]
    assert orphans([alone, right], files, {"tests/d/": "x", "tests/e/": "x"}) == [
        "R90 has neither a test nor a reason", "tests/test_c.py serves no requirement and states no purpose",
        "there is nothing at tests/e/",
    ]  # fmt: skip


@pytest.mark.requirement("R65")
def test_a_number_that_is_no_requirement_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"No such requirement: tests/test_a.py::test_one names R99\."):
        with_tests({"tests/test_a.py::test_one": ["R01", "R99"]})


@pytest.mark.requirement("R65")
def test_numbers_are_read_from_the_file_and_from_the_test_itself(tmp_path: Path) -> None:
    text = (
        'import pytest\npytestmark = [pytest.mark.requirement("R01"), pytest.mark.timeout(9)]\n'
        '@pytest.mark.parametrize("x", [1])\n@pytest.mark.requirement("R02", "R03")\ndef test_one(x): ...\n'
        'def test_two(): ...\n@pytest.mark.requirement("R04")\ndef no_test(): ...\n'
    )
    assert numbers_in(text) == {"test_one": ["R01", "R02", "R03"], "test_two": ["R01"]}
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "tests" / "deep" / "test_a.py").write_text(text)
    (tmp_path / "tests" / "test_b.py").write_text("def test_unmarked(): ...\n")
    file = "tests/deep/test_a.py"
    assert list(numbers_by_test(tmp_path / "tests")) == [f"{file}::test_one", f"{file}::test_two"]


@pytest.mark.requirement("R65")
def test_pytest_sees_the_numbers_that_are_read(request: pytest.FixtureRequest) -> None:
    """Compares every test of this run, so that a marker in a place that is not read cannot be overlooked."""
    read = numbers_by_test(TESTS)
    differing = {}
    for item in request.session.items:
        marked = [number for mark in item.iter_markers("requirement") for number in mark.args]
        if sorted(marked) != sorted(set(read.get(item.nodeid.split("[")[0], []))):
            differing[item.nodeid] = marked
    assert differing == {}, "mark the test function itself or its file, with each number once"


def test_sections_that_nobody_checked_are_marked() -> None:
    assert source("part_11 10(d)") == "21 CFR Part 11, 10(d)" and source("ours") == "Our own rule"
    assert NOT_COMPARED in source("ema A3") and NOT_COMPARED in source("fda") and NOT_COMPARED in source("e6 4.3.2")
    cited = {words for row in all_requirements() for words in row.sources}
    assert {source("e6 4.2.6"), source("e6 4.3.2"), source("fda")} <= cited
    assert not [words for words in cited if words.startswith("EMA") and NOT_COMPARED not in words]
    with pytest.raises(KeyError):
        source("part_12 1")


@pytest.mark.requirement("R65")
def test_the_document_says_what_the_data_say() -> None:
    written = document.PLACE.read_text(encoding="utf-8")
    assert written == document.text(), "write it anew: manage.py validation_report --docs"


def test_an_unknown_number_is_refused_in_words() -> None:
    assert [row.number for row in of_numbers(["R18", "R16"])] == ["R16", "R18"]
    with pytest.raises(ValueError, match=f"no requirement R99; they run from {NUMBERS[0]} to {NUMBERS[-1]}"):
        of_numbers(["R99"])
