"""The day on which an assessment with progression is dated: the first scan that shows it (RECIST 1.0). PURE."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from trial.rules.recist import Baseline, Finding, FollowUp, NewLesions, NonTarget, Response, is_progression


def progression_on(target: Finding, non_target: NonTarget, follow_up: FollowUp, baseline: Baseline) -> date:
    """The earliest of: the new lesion, a non-target that progressed, the targets."""
    dates = []
    if follow_up.new_lesions == NewLesions.YES:
        dates.append(follow_up.new_lesion_on or follow_up.assessed_on)
    if non_target == NonTarget.PD:
        dates += [
            follow_up.scans.get(name, follow_up.assessed_on)
            for name, state in follow_up.non_targets.items()
            if state == "unequivocal_progression"
        ]
    if target.response == Response.PD:
        dates.append(_targets_progressed_on(target, follow_up, baseline.targets))
    return min(dates)


def _targets_progressed_on(target: Finding, follow_up: FollowUp, targets: Mapping[str, Decimal]) -> date:
    """The first day by which the lesions scanned so far make progression: the scans before it alone showed none."""
    scanned = sorted(
        (follow_up.scans.get(each.lesion, follow_up.assessed_on), each.longest_diameter_mm)
        for each in follow_up.measurements
        if each.longest_diameter_mm is not None and each.lesion in targets
    )
    total = Decimal(0)
    for on, millimetres in scanned:
        total += millimetres
        if is_progression(total, target.nadir):
            return on
    return follow_up.assessed_on
