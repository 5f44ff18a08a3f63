"""Response by RECIST at each tumor assessment, by the criteria that the protocol chooses. PURE.

Sums are exact decimals in millimetres; −30 % and +20 % are inclusive; progression is tested before partial response.
What RECIST 1.0 and 1.1 say differently stands in `recist_1_0` and `recist_1_1`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from trial import protocol
from trial.rules.dates.partial_date import shown
from trial.rules.response.criteria import Criteria
from trial.rules.response.findings import (
    NOTHING,
    AssessmentOutcome,
    Baseline,
    Finding,
    FollowUp,
    Measurement,
    NewLesions,
    NonTarget,
    Response,
)
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.response.recist_1_1 import RECIST_1_1
from trial.rules.typed_text import plain


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


def overall_response(target: Response, non_target: NonTarget, new_lesions: NewLesions) -> tuple[Response, str]:
    """One of CR, PR, SD, PD, NE, and why. Rows the paper does not have are read conservatively."""
    if new_lesions == NewLesions.YES:
        return Response.PD, "a new lesion"
    if target == Response.PD:
        return Response.PD, "target lesions progressed"
    if non_target == NonTarget.PD:
        return Response.PD, "non-target lesions progressed"
    if new_lesions == NewLesions.NE:
        return Response.NE, "new lesions were not assessed"
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


KNOWN = (RECIST_1_0, RECIST_1_1)


def named(name: str) -> Criteria:
    """The criteria of this name; ValueError in words for others."""
    for each in KNOWN:
        if each.name == name:
            return each
    raise ValueError(f"{name} is unknown; the program knows {' and '.join(each.name for each in KNOWN)}.")


IN_FORCE = named(protocol.CRITERIA)


__all__ = ["AssessmentOutcome", "Baseline", "Finding", "FollowUp", "Measurement", "NewLesions", "NonTarget", "Response",
           "assess", "mm", "non_target_response", "target_response"]  # fmt: skip

HUNDRED = Decimal(100)


def mm(value: Decimal) -> str:
    """`42 mm`, `42.5 mm`."""
    return f"{plain(value)} mm"


def _percent(now: Decimal, reference: Decimal) -> str:
    return f"{(now - reference) * HUNDRED / reference:+.1f}%".replace("-", "−")


def target_response(
    measurements: Sequence[Measurement], baseline: Baseline, nadir: Decimal, criteria: Criteria,
    again: frozenset[str] = NOTHING,
) -> Finding:  # fmt: skip
    """Response of the target lesions; an incomplete sum is NE unless what was measured already makes PD.

    again: lesions that are seen again after a complete response, where that is progression.
    """
    baseline_sum = sum(baseline.targets.values(), Decimal(0))
    if not baseline.targets:
        return Finding(Response.NONE, "no target lesions at baseline", None, baseline_sum, nadir)
    sizes = _sizes(measurements, baseline)
    total = sum(sizes.values(), Decimal(0))
    complete = len(sizes) == len(baseline.targets)
    current = total if complete else None
    if complete and all(criteria.is_gone(size, name in baseline.nodes) for name, size in sizes.items()):
        return Finding(Response.CR, _gone(total), total, baseline_sum, nadir)
    if back := ", ".join(name for name in sizes if name in again):
        words = f"{back} seen again after a complete response: sum {mm(total)}"
        return Finding(Response.PD, words if complete else f"{words}, incomplete", current, baseline_sum, nadir)
    if criteria.is_progression(total, nadir):
        part = "" if complete else "the lesions measured alone, "
        return Finding(Response.PD, part + _against_nadir(total, nadir, criteria), current, baseline_sum, nadir)
    if not complete:
        missing = ", ".join(name for name in baseline.targets if name not in sizes)
        return Finding(Response.NE, f"the sum is incomplete: {missing} not evaluated", None, baseline_sum, nadir)
    return _complete(total, baseline_sum, nadir, criteria)


def _sizes(measurements: Sequence[Measurement], baseline: Baseline) -> dict[str, Decimal]:
    """The targets of the baseline that were evaluated, in its order."""
    by_lesion = {each.lesion: each.longest_diameter_mm for each in measurements}
    found = {name: by_lesion.get(name) for name in baseline.targets}
    return {name: size for name, size in found.items() if size is not None}


def _gone(total: Decimal) -> str:
    return "all target lesions are gone" + (f", nodes of normal size: sum {mm(total)}" if total else "")


def _against_nadir(total: Decimal, nadir: Decimal, criteria: Criteria) -> str:
    if nadir == 0:
        return f"sum {mm(total)}: target lesions reappeared after the sum had been 0"
    absolute = f" and +{mm(total - nadir)}" if criteria.least_increase_mm else ""
    return f"sum {mm(total)} is {_percent(total, nadir)}{absolute} over the nadir {mm(nadir)}"


def _complete(total: Decimal, baseline_sum: Decimal, nadir: Decimal, criteria: Criteria) -> Finding:
    against = f"sum {mm(total)} is {_percent(total, baseline_sum)} against the baseline {mm(baseline_sum)}"
    if total <= baseline_sum * criteria.partial_ratio:
        return Finding(Response.PR, against, total, baseline_sum, nadir)
    words = f"{against} and {_percent(total, nadir)} against the nadir {mm(nadir)}" if nadir else against
    if total > nadir and total >= nadir * criteria.progression_ratio:
        words += f", by {mm(total - nadir)}: progression needs {mm(criteria.least_increase_mm)}"
    return Finding(Response.SD, words, total, baseline_sum, nadir)


def non_target_response(
    states: Mapping[str, str], marker_raised_at_baseline: bool, marker_now: str, criteria: Criteria = IN_FORCE,
    again: frozenset[str] = NOTHING,
) -> tuple[NonTarget, str]:  # fmt: skip
    """Response of the non-target lesions; a marker raised at baseline must be normal for CR.

    again: as in `target_response`.
    """
    if "unequivocal_progression" in states.values():
        names = ", ".join(name for name, state in states.items() if state == "unequivocal_progression")
        return NonTarget.PD, f"unequivocal progression of {names}"
    if back := ", ".join(name for name in states if name in again):
        return NonTarget.PD, f"{back} seen again after a complete response"
    if marker_raised_at_baseline and marker_now == "above":
        return NonTarget(criteria.persisting), "the tumor marker is above normal"
    if "present" in states.values():
        return NonTarget(criteria.persisting), "non-target lesions persist"
    if "not_evaluated" in states.values():
        return NonTarget.NE, "non-target lesions were not all evaluated"
    if marker_raised_at_baseline and marker_now != "normal":
        return NonTarget.NE, "the tumor marker, raised at baseline, was not done"
    if not states and not marker_raised_at_baseline:
        return NonTarget.NONE, "no non-target lesions at baseline"
    return NonTarget.CR, "all non-target lesions are gone"


def assess(
    baseline: Baseline, follow_ups: Sequence[FollowUp], criteria: Criteria = IN_FORCE, again_progresses: bool = True
) -> tuple[AssessmentOutcome, ...]:
    """Walks the follow-ups in order of date; the nadir is the smallest complete sum so far, baseline included.

    again_progresses: whether disease seen again after an overall CR is a recurrence, and so PD [RECIST].
    """
    nadir = sum(baseline.targets.values(), Decimal(0))
    outcomes: list[AssessmentOutcome] = []
    for follow_up in follow_ups:
        complete_before = any(each.overall == Response.CR for each in outcomes)
        again = NOTHING
        if complete_before and again_progresses:
            again = _seen_again(baseline, follow_up, criteria)
        outcome = _one(baseline, nadir, follow_up, criteria, again)
        outcomes.append(outcome)
        if outcome.current_sum is not None:
            nadir = min(nadir, outcome.current_sum)
    return tuple(outcomes)


def _seen_again(baseline: Baseline, follow_up: FollowUp, criteria: Criteria) -> frozenset[str]:
    """Lesions that are there after all had gone: targets not gone, and non-target lesions present.

    Where nodes have a normal size, a non-target node comes back only by unequivocal progression [EORTC].
    """
    targets = {name for name, size in _sizes(follow_up.measurements, baseline).items()
               if not criteria.is_gone(size, name in baseline.nodes)}  # fmt: skip
    others = {name for name, state in follow_up.non_targets.items() if state == "present"}
    nodes = NOTHING if criteria.node_normal_below_mm is None else baseline.nodes
    return frozenset(targets | (others & baseline.non_targets) - nodes)


def _one(
    baseline: Baseline, nadir: Decimal, follow_up: FollowUp, criteria: Criteria, again: frozenset[str]
) -> AssessmentOutcome:
    target = target_response(follow_up.measurements, baseline, nadir, criteria, again)
    states = {name: follow_up.non_targets.get(name, "not_evaluated") for name in sorted(baseline.non_targets)}
    non_target, non_target_because = non_target_response(
        states, baseline.marker_raised, follow_up.marker, criteria, again
    )
    overall, because = overall_response(target.response, non_target, follow_up.new_lesions)
    change = None
    if target.current_sum is not None and target.baseline_sum:
        change = (target.current_sum - target.baseline_sum) * HUNDRED / target.baseline_sum
    words = [target.because] if target.response != Response.NONE else []
    words += [each.note for each in follow_up.measurements]
    if non_target not in {NonTarget.NONE, NonTarget.CR}:
        words.append(non_target_because)
    if because not in words:
        words.append(because)
    seen_target = any(each.longest_diameter_mm is not None for each in follow_up.measurements)
    return AssessmentOutcome(
        assessment_id=follow_up.assessment_id,
        assessed_on=max(follow_up.scans.values(), default=follow_up.assessed_on),
        progression_on=progression_on(target, non_target, follow_up, baseline, criteria, again)
        if overall == Response.PD
        else None,
        target=target.response,
        non_target=non_target,
        new_lesions=follow_up.new_lesions,
        overall=overall,
        because=f"{overall.value}: " + "; ".join(word for word in words if word),
        current_sum=target.current_sum,
        baseline_sum=target.baseline_sum,
        nadir=nadir,
        change_from_baseline_percent=change,
        evaluated=seen_target or any(state != "not_evaluated" for state in states.values()),
    )


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


BONE = "bone"
CLINICAL = "clinical"
# What the examining hand or eye can reach and measure.
SUPERFICIAL_ORGANS = frozenset({"lymph_node", "soft_tissue", "other"})
# States of a lesion with a size in mm; of one in parts it is the sum of the parts [our reading].
SIZED = ("measured", "too_small", "in_parts")


def is_measurable(
    size_mm: Decimal | None, method: str, organ: str = "", slice_thickness_mm: Decimal | int | None = None,
    criteria: Criteria = IN_FORCE,
) -> bool:  # fmt: skip
    """Whether a lesion of this size can be a target, limits inclusive."""
    return size_mm is not None and size_mm >= criteria.least_mm(organ, method, slice_thickness_mm)


def is_under_two_slices(longest_diameter_mm: Decimal | None, slice_thickness_mm: Decimal | int | None) -> bool:
    """A lesion should be at least twice as long as a slice is thick; False where either is not known."""
    if longest_diameter_mm is None or slice_thickness_mm is None:
        return False
    return longest_diameter_mm < 2 * slice_thickness_mm


def is_never_measurable(organ: str, method: str) -> bool:
    """Bone lesions (by RECIST 1.1 those without a soft-tissue part), and by examination whatever is not superficial."""
    return organ == BONE or (method == CLINICAL and organ not in SUPERFICIAL_ORGANS)


def too_many_in_an_organ(organs: Sequence[str], criteria: Criteria = IN_FORCE) -> bool:
    """More targets in one organ than the criteria allow; all lymph nodes are one organ."""
    return any(organs.count(organ) > criteria.targets_per_organ for organ in organs)


def measurement(
    lesion: str, state: str, longest_diameter_mm: Decimal | None, reason: str, scanned_on: date,
    locally_treated_on: date | None, merged_with: str = "",
) -> Measurement:  # fmt: skip
    """An entry as the rules read it: absent is 0, too small keeps its value, locally treated is not evaluated.

    One that grew together with another is 0: the longest diameter of the whole stands at the other [our reading].
    """
    if locally_treated_on is not None and locally_treated_on <= scanned_on:
        return Measurement(lesion, None, f"locally treated on {shown(locally_treated_on)}")
    if state == "absent":
        return Measurement(lesion, Decimal(0))
    if state == "merged":
        return Measurement(lesion, Decimal(protocol.constant("merged_target_mm")),
                           note=f"{lesion} merged with {merged_with}")  # fmt: skip
    if state in SIZED:
        return Measurement(lesion, longest_diameter_mm, note=f"{lesion} in parts" if state == "in_parts" else "")
    return Measurement(lesion, None, reason or "not evaluated")
