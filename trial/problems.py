"""Reporting a problem from within the product, and its review by the administrator; each one Change."""

from django.utils import timezone

from trial.models import Person, ProblemReport, Role
from trial.record import changes
from trial.runtime.program import PROGRAM


class NotPossible(ValueError):
    """Nothing was recorded; the message says why in words."""


def report(person: Person, severity: str, words: str, page: str) -> ProblemReport:
    """page: the path of an address. What follows a question mark is left out: only study numbers stand in paths."""
    with changes.record(person, "problem"):
        return ProblemReport.objects.create(
            reported_by=person, reported_at=timezone.now(), severity=severity, words=words, program=PROGRAM,
            page=page.partition("?")[0].partition("#")[0][:200],
        )  # fmt: skip


def review(administrator: Person, problem: ProblemReport, found: str) -> None:
    """What the review found and what becomes of it; a problem is reviewed once. Raises NotPossible."""
    if administrator.role != Role.ADMINISTRATOR:
        raise NotPossible("The administrator reviews the problems.")
    with changes.record(administrator, "review", found):
        current = ProblemReport.objects.get(pk=problem.pk)
        if current.reviewed_at is not None:
            raise NotPossible("This problem is reviewed already.")
        current.reviewed_by, current.reviewed_at, current.found = administrator, timezone.now(), found
        current.save()
