"""Operational qualification: runs the tests behind the requirements, on a database server of their own."""

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from trial.operations.validation.requirements import TESTS, Requirement
from trial.refused import Refused
from trial.runtime.program import ROOT

# What the installation is told must not reach the tests: they start a server of their own and write to it only.
NOT_FOR_TESTS = ("ENDPOINT_", "DATABASE_", "CELERY_", "DJANGO_", "PYTEST_")
STILL_FOR_TESTS = ("ENDPOINT_PG_BIN",)


@dataclass(frozen=True)
class Result:
    """One test: `passed`, `failed`, `skipped` or `not run`; how many variants of it ran; why, in words."""

    test: str
    outcome: str
    variants: int = 0
    words: str = ""

    @property
    def is_failure(self) -> bool:
        """Returns whether it makes the report not valid: a test that gave no result is as one that failed."""
        return self.outcome in ("failed", "not run")


def run(tests: list[str]) -> dict[str, Result]:
    """Runs the tests by `run.py test` and reads the results; one entry for each test asked for. Raises Refused."""
    if not TESTS.is_dir():
        raise Refused("The tests are not installed here. Use a full checkout, or --skip-oq.")
    if not tests:
        return {}
    with tempfile.TemporaryDirectory(prefix="endpoint-oq-") as folder:
        place = Path(folder) / "results.xml"
        words = [*_pytest(), "-q", "-p", "no:cacheprovider", f"--junitxml={place}"]
        done = subprocess.run(
            [*words, *tests], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
        )
        if not place.exists():
            raise Refused("The tests could not be run:\n" + (done.stdout + done.stderr)[-2000:])
        results = results_in(place.read_text(encoding="utf-8"))
    return {test: results.get(test, Result(test, "not run", words="pytest gave no result for it")) for test in tests}


def _pytest() -> list[str]:
    """Returns the command of the tests: of this very Python in an image that has them, else by `run.py`."""
    if os.environ.get("ENDPOINT_TESTS_INSTALLED") == "yes":
        return [sys.executable, "-m", "pytest"]
    return [sys.executable, str(ROOT / "run.py"), "test"]


def results_in(xml: str) -> dict[str, Result]:
    """Reads the results of a JUnit file by test, variants of a parametrized test together: the worst one counts."""
    variants: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for case in ElementTree.fromstring(xml).iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        variants[f"{file}::{case.get('name', '').split('[')[0]}"].append(_outcome(case))
    return {test: _worst(test, outcomes) for test, outcomes in variants.items()}


def _worst(test: str, variants: list[tuple[str, str]]) -> Result:
    outcome, words = min(variants, key=lambda variant: ("failed", "skipped", "passed").index(variant[0]))
    return Result(test, outcome, len(variants), words)


def _outcome(case: ElementTree.Element) -> tuple[str, str]:
    for tag, outcome in (("failure", "failed"), ("error", "failed"), ("skipped", "skipped")):
        said = case.find(tag)
        if said is not None:
            return outcome, said.get("message", "").strip()[:300]
    return "passed", ""


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items()
            if name in STILL_FOR_TESTS or not name.startswith(NOT_FOR_TESTS)}  # fmt: skip


def outcome_of(requirement: Requirement, results: dict[str, Result]) -> str:
    """Returns `passed` only when each of its tests passed; else `failed`, `skipped`, `not tried` or `no test`."""
    if not requirement.tests:
        return "no test" if TESTS.is_dir() else "not tried"
    outcomes = {results[test].outcome if test in results else "not tried" for test in requirement.tests}
    worst = next(outcome for outcome in ("failed", "not run", "not tried", "skipped", "passed") if outcome in outcomes)
    return "failed" if worst == "not run" else worst
