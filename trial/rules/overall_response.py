"""Overall response out of target, non-target and new lesions (RECIST 1.0 and 1.1, conservative extensions). PURE.

The published rows of the two agree; how lesions that persist are called, and with them the overall response of whoever
has no target lesions, follows from the response of the non-target lesions.
"""

from trial.rules.findings import NewLesions, NonTarget, Response


def overall_response(target: Response, non_target: NonTarget, new_lesions: NewLesions) -> tuple[Response, str]:
    """One of CR, PR, SD, PD, NE, and why. Rows the paper does not have are read conservatively."""
    if new_lesions == NewLesions.YES:
        return Response.PD, "a new lesion"
    if target == Response.PD:
        return Response.PD, "target lesions progressed"
    if non_target == NonTarget.PD:
        return Response.PD, "non-target lesions progressed"
    if new_lesions == NewLesions.NE:
        return Response.NE, "new lesions were not looked for"
    if target == Response.NE:
        return Response.NE, "target lesions were not all evaluated"
    if target == Response.NONE:
        return _without_targets(non_target)
    if target == Response.CR and non_target not in {NonTarget.CR, NonTarget.NONE}:
        return Response.PR, "complete response needs all non-target lesions gone and markers normal"
    return target, ""


def _without_targets(non_target: NonTarget) -> tuple[Response, str]:
    found = {
        NonTarget.CR: Response.CR, NonTarget.IR_SD: Response.SD, NonTarget.NON_CR_NON_PD: Response.NON_CR_NON_PD,
    }.get(non_target, Response.NE)  # fmt: skip
    return found, "no target lesions at baseline"
