"""Report of one installation: what was checked and tested, where and when, and the verdict."""

import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime

from trial import protocol
from trial.models import operations
from trial.operations.validation import installation, operation
from trial.operations.validation.installation import Check
from trial.operations.validation.operation import Result
from trial.operations.validation.requirements import NUMBERS, TESTS, Requirement, of_numbers, tests_of
from trial.runtime import program

HOW_TO_READ = "A requirement has passed when each of its tests passed; what is open is said beneath it."
LIMITS = (
    "Sections marked as not checked have not been compared with the documents that they name. This report tries the "
    "software on this machine; procedures, training and the place where it runs are the sponsor's to validate."
)
STATUS_NAME = "validation"
SIGNATURES = ("Carried out by", "Reviewed by", "Approved by")


@dataclass(frozen=True)
class Report:
    """Everything the page shows."""

    began_at: datetime
    ended_at: datetime
    checks: list[Check]
    requirements: tuple[Requirement, ...]
    results: dict[str, Result] = field(default_factory=dict)
    skipped_operation: bool = False
    version: str = ""
    commit: str = ""
    fingerprint: str = ""
    machine: str = ""
    study: str = protocol.STUDY_SHORT_NAME

    @property
    def is_partial(self) -> bool:
        """Returns whether requirements were left out on request."""
        return len(self.requirements) < len(NUMBERS)

    @property
    def failures(self) -> list[str]:
        """Lists in words what failed: checks of the installation, then tests."""
        broken = [f"{check.name}: {check.found}" for check in self.checks if check.is_good is False]
        return broken + [f"{result.test}: {result.outcome}" for result in self.results.values()
                         if result.is_failure]  # fmt: skip

    @property
    def gaps(self) -> list[str]:
        """Lists in words why this is no whole validation although nothing failed; empty when it is one."""
        said = []
        if self.skipped_operation:
            said.append("The operational tests were NOT run (--skip-oq): this page shows the installation only.")
        if not TESTS.is_dir():
            said.append("The tests are not installed on this machine, so no requirement lists its own.")
        if self.is_partial:
            said.append(f"Only {len(self.requirements)} of {len(NUMBERS)} requirements were asked for (--only).")
        skipped = [result for result in self.results.values() if result.outcome == "skipped"]
        if skipped:
            said.append(f"{len(skipped)} tests were skipped on this machine; their reasons stand beside them.")
        return said

    @property
    def open(self) -> list[Requirement]:
        """Lists the requirements asked for that are open wholly or in part."""
        return [requirement for requirement in self.requirements if requirement.open]

    @property
    def openness(self) -> str:
        """Returns in words how many of the requirements asked for are open."""
        return f"{len(self.open)} of {len(self.requirements)} requirements are open or partly so"

    @property
    def verdict(self) -> str:
        """Returns "Not valid", "Incomplete", or valid with the number of requirements that are open."""
        if self.failures:
            return "Not valid"
        if self.gaps:
            return "Incomplete"
        return f"Valid for what is covered; {self.openness}"

    def outcome(self, requirement: Requirement) -> str:
        """Returns the outcome of a requirement's tests."""
        return operation.outcome_of(requirement, self.results)


def make(only: list[str], skip_operation: bool) -> Report:
    """Checks the installation and runs the tests of the requirements named, or of all. Raises ValueError, Refused."""
    asked = of_numbers(only)
    began_at = datetime.now(UTC)
    before = installation.fingerprint()
    checks = installation.qualify()
    results = {} if skip_operation else operation.run(tests_of(asked))
    checks.append(installation.same_files(before))
    return Report(
        began_at=began_at, ended_at=datetime.now(UTC), checks=checks, requirements=asked, results=results,
        skipped_operation=skip_operation, version=program.version(), commit=installation.commit(),
        fingerprint=before, machine=socket.gethostname(),
    )  # fmt: skip


def keep(report: Report) -> None:
    """Notes the verdict of a whole report with the program that it is about; a partial report is not noted."""
    if not report.is_partial and not report.skipped_operation:
        operations.note(STATUS_NAME, not report.failures, f"{program.PROGRAM}: {report.verdict}")


def validation_state() -> tuple[bool | None, str]:
    """Returns whether the running program was validated on this installation (None: no report), and the words."""
    note = operations.notes().get(STATUS_NAME)
    if note is None:
        return None, "no whole validation report was made on this installation"
    if not note.words.startswith(f"{program.PROGRAM}:"):
        return False, f"another program than the one that runs was tried here, {note.words}"
    return note.is_good, note.words
