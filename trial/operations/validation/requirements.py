"""Requirements of `requirements.toml`, each with the tests that carry its number in a pytest marker."""

import ast
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trial.runtime.program import ROOT

DECLARED: dict[str, Any] = tomllib.loads(Path(__file__).with_name("requirements.toml").read_text(encoding="utf-8"))
OTHER_PURPOSES: dict[str, str] = DECLARED["other_purposes"]
AREAS: dict[str, dict[str, Any]] = {area.pop("title"): area for area in DECLARED["area"]}
NUMBERS: tuple[str, ...] = tuple(number for rows in AREAS.values() for number in rows)
TESTS = ROOT / "tests"  # an image of the product holds none
NOT_COMPARED = "section not checked against the text"


@dataclass(frozen=True)
class Requirement:
    """One thing the product must do.

    sources: as printed, such as "21 CFR Part 11, 10(d)". tests: `file::test` as pytest names them, every variant of a
    parametrized test. open: what is not built or not tested yet and why; empty when the tests show all of it.
    """

    number: str
    area: str
    words: str
    sources: tuple[str, ...]
    tests: tuple[str, ...] = ()
    open: str = ""

    @property
    def state(self) -> str:
        """`covered` by tests, `partly` (tests, and something open) or `open` (no test)."""
        if not self.tests:
            return "open"
        return "partly" if self.open else "covered"


@cache
def all_requirements() -> tuple[Requirement, ...]:
    """Returns every requirement with its tests, in the order of the file. Raises ValueError for an unknown number."""
    return with_tests(numbers_by_test(TESTS))


def with_tests(numbers: dict[str, list[str]]) -> tuple[Requirement, ...]:
    """Returns every requirement with the tests that carry its number. Raises ValueError for an unknown number."""
    unknown = [f"{test} names {number}" for test, carried in numbers.items() for number in set(carried) - set(NUMBERS)]
    if unknown:
        raise ValueError(f"No such requirement: {'; '.join(unknown)}.")
    return tuple(
        Requirement(number, area, row["words"], tuple(map(source, row["sources"])),
                    tuple(test for test, carried in numbers.items() if number in carried), row.get("open", ""))
        for area, rows in AREAS.items() for number, row in rows.items()
    )  # fmt: skip


def source(citation: str) -> str:
    """Returns a citation such as "part_11 10(d)" as printed, marked where nobody compared it with the document."""
    key, _, section = citation.partition(" ")
    document = DECLARED["documents"][key]
    place = f"{document['title']}, {section}" if section else document["title"]
    unchecked = document.get("unchecked", [])
    return f"{place} ({NOT_COMPARED})" if unchecked is True or section in unchecked else place


def numbers_by_test(folder: Path) -> dict[str, list[str]]:
    """Maps each marked test below the folder to the numbers it carries, without importing or collecting anything."""
    files = [(path, path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("test_*.py"))]
    return {
        f"{path.relative_to(folder.parent).as_posix()}::{test}": numbers
        for path, text in files if ".requirement(" in text
        for test, numbers in numbers_in(text).items() if numbers
    }  # fmt: skip


def numbers_in(text: str) -> dict[str, list[str]]:
    """Maps each test function of a test file to its numbers: those of the file's `pytestmark`, then its own."""
    body = ast.parse(text).body
    shared = [number for node in body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
              for number in _numbers([node.value])]  # fmt: skip
    return {node.name: shared + _numbers(node.decorator_list) for node in body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}  # fmt: skip


def _numbers(expressions: Iterable[ast.expr]) -> list[str]:
    calls = [node for expression in expressions for node in ast.walk(expression) if isinstance(node, ast.Call)]
    return [ast.literal_eval(argument) for call in calls if ast.unparse(call.func) == "pytest.mark.requirement"
            for argument in call.args]  # fmt: skip


def of_numbers(numbers: list[str]) -> tuple[Requirement, ...]:
    """Returns the requirements named, in order; all when none is named. Raises ValueError for an unknown number."""
    unknown = sorted(set(numbers) - set(NUMBERS))
    if unknown:
        raise ValueError(f"There is no requirement {', '.join(unknown)}; they run from {NUMBERS[0]} to {NUMBERS[-1]}.")
    return tuple(row for row in all_requirements() if not numbers or row.number in numbers)


def tests_of(requirements: tuple[Requirement, ...]) -> list[str]:
    """Lists every test of these requirements once, in the order of first mention."""
    return list(dict.fromkeys(test for requirement in requirements for test in requirement.tests))
