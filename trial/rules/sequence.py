"""Sequences of responses that cannot occur and must raise a query. PURE."""

from collections.abc import Sequence
from datetime import date

from trial.rules.recist import AssessmentOutcome, Response


def illogical(outcomes: Sequence[AssessmentOutcome], reported_on: date | None = None) -> list[str]:
    """Sequences that cannot occur and must raise a query.

    reported_on: the day of a radiological progression that was reported between assessments.
    """
    found, complete, progressed = [], False, False
    for each in outcomes:
        progressed = progressed or (reported_on is not None and reported_on < each.assessed_on)
        if complete and not progressed and each.overall in {Response.PR, Response.SD}:
            found.append(f"{each.overall.value} after a complete response without progression")
        if progressed and each.overall in {Response.CR, Response.PR, Response.SD}:
            found.append(f"{each.overall.value} after progression")
        complete = complete or each.overall == Response.CR
        progressed = progressed or each.overall == Response.PD
    return found
