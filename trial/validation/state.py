"""Whether the program that runs was validated on this installation, in words for pages and exports."""

from trial.models import operations
from trial.runtime.program import PROGRAM
from trial.validation.report import Report

NAME = "validation"


def keep(report: Report) -> None:
    """Notes the verdict of a whole report with the program it was given for; a part of one decides nothing."""
    if not report.is_partial and not report.skipped_operation:
        operations.note(NAME, not report.failures, f"{PROGRAM}: {report.verdict}")


def in_words() -> tuple[bool | None, str]:
    """Whether it is as it should be (None: nobody has said), and what to say."""
    said = operations.notes().get(NAME)
    if said is None:
        return None, "no whole validation report was made on this installation"
    if not said.words.startswith(f"{PROGRAM}:"):
        return False, f"another program than the one that runs was tried here, {said.words}"
    return said.is_good, said.words
