"""Sequences of responses that cannot occur and must raise a query. PURE."""

from collections.abc import Sequence

from trial.rules.recist import AssessmentOutcome, Response


def illogical(outcomes: Sequence[AssessmentOutcome]) -> list[str]:
    """Sequences that cannot occur and must raise a query."""
    found, complete, progressed = [], False, False
    for each in outcomes:
        if complete and not progressed and each.overall in {Response.PR, Response.SD}:
            found.append(f"{each.overall.value} after a complete response without progression")
        if progressed and each.overall in {Response.CR, Response.PR, Response.SD}:
            found.append(f"{each.overall.value} after progression")
        complete = complete or each.overall == Response.CR
        progressed = progressed or each.overall == Response.PD
    return found
