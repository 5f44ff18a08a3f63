"""The day on which an assessment with progression is dated: the first scan that shows it (RECIST 1.0 and 1.1). PURE."""

from datetime import date
from decimal import Decimal

from trial.rules.criteria import Criteria
from trial.rules.findings import Baseline, Finding, FollowUp, NewLesions, NonTarget, Response


def progression_on(
    target: Finding, non_target: NonTarget, follow_up: FollowUp, baseline: Baseline, criteria: Criteria,
    again: frozenset[str],
) -> date:  # fmt: skip
    """The earliest of: the new lesion, a non-target that progressed or is seen again, the targets."""
    dates = []
    if follow_up.new_lesions == NewLesions.YES:
        dates.append(follow_up.new_lesion_on or follow_up.assessed_on)
    if non_target == NonTarget.PD:
        dates += [
            follow_up.scans.get(name, follow_up.assessed_on)
            for name, state in follow_up.non_targets.items()
            if state == "unequivocal_progression" or name in again
        ]
    if target.response == Response.PD:
        dates.append(_targets_progressed_on(target, follow_up, baseline, criteria, again))
    return min(dates)


def _targets_progressed_on(
    target: Finding, follow_up: FollowUp, baseline: Baseline, criteria: Criteria, again: frozenset[str]
) -> date:
    """The first day by which the lesions scanned so far make progression: the scans before it alone showed none."""
    scanned = sorted(
        (follow_up.scans.get(each.lesion, follow_up.assessed_on), each.longest_diameter_mm, each.lesion)
        for each in follow_up.measurements
        if each.longest_diameter_mm is not None and each.lesion in baseline.targets
    )
    total = Decimal(0)
    for on, millimetres, lesion in scanned:
        total += millimetres
        if lesion in again or criteria.is_progression(total, target.nadir):
            return on
    return follow_up.assessed_on
