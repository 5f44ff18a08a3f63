"""Response by RECIST 1.0 (Therasse 2000) at each tumour assessment. PURE.

Sums are exact decimals in millimetres; −30 % and +20 % are inclusive; progression is tested before partial response.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from trial.protocol import exact_constant

PARTIAL = exact_constant("partial_response_ratio")
PROGRESSIVE = exact_constant("progression_ratio")
HUNDRED = Decimal(100)


class Response(str, Enum):
    """Target or overall response; NONE: no such lesion at baseline."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NONE = "none"


class NonTarget(str, Enum):
    """Response of the non-target lesions."""

    CR = "CR"
    IR_SD = "IR/SD"
    PD = "PD"
    NE = "NE"
    NONE = "none"


class NewLesions(str, Enum):
    """Whether new lesions were seen, or not looked for."""

    YES = "YES"
    NO = "NO"
    NE = "NE"


@dataclass(frozen=True)
class Measurement:
    """A target lesion at one assessment: 0 is absent, None not evaluated (with the reason)."""

    lesion: str
    longest_diameter_mm: Decimal | None
    not_evaluated_reason: str = ""


@dataclass(frozen=True)
class Finding:
    """A target response with its reason in words and the sums it used (mm; None: incomplete)."""

    response: Response
    because: str
    current_sum: Decimal | None
    baseline_sum: Decimal
    nadir: Decimal


@dataclass(frozen=True)
class Baseline:
    """The baseline assessment: longest diameter in mm by target, and the non-target lesions."""

    assessment_id: int
    assessed_on: date
    targets: Mapping[str, Decimal]
    non_targets: frozenset[str]
    marker_raised: bool = False


@dataclass(frozen=True)
class FollowUp:
    """A later assessment as recorded; `scans` holds the scan date by lesion where it differs."""

    assessment_id: int
    assessed_on: date
    scans: Mapping[str, date]
    measurements: Sequence[Measurement]
    non_targets: Mapping[str, str]
    new_lesions: NewLesions
    new_lesion_on: date | None = None
    marker: str = "not_done"


@dataclass(frozen=True)
class AssessmentOutcome:
    """What one follow-up shows. `assessed_on` is its last scan, `progression_on` the first scan that shows PD."""

    assessment_id: int
    assessed_on: date
    progression_on: date | None
    target: Response
    non_target: NonTarget
    new_lesions: NewLesions
    overall: Response
    because: str
    current_sum: Decimal | None
    baseline_sum: Decimal
    nadir: Decimal
    change_from_baseline_percent: Decimal | None
    evaluated: bool


def _mm(value: Decimal) -> str:
    return f"{value.normalize():f} mm"


def _percent(now: Decimal, reference: Decimal) -> str:
    return f"{(now - reference) * HUNDRED / reference:+.1f} %".replace("-", "−")


def target_response(
    measurements: Sequence[Measurement], baseline_sum: Decimal, nadir: Decimal, baseline_lesions: Mapping[str, Decimal]
) -> Finding:
    """Response of the target lesions; an incomplete sum is NE unless what was measured already makes PD."""
    if not baseline_lesions:
        return Finding(Response.NONE, "no target lesions at baseline", None, baseline_sum, nadir)
    by_lesion = {each.lesion: each for each in measurements}
    known = {name: by_lesion[name].longest_diameter_mm for name in baseline_lesions if name in by_lesion}
    measured = [value for value in known.values() if value is not None]
    total = sum(measured, Decimal(0))
    complete = len(measured) == len(baseline_lesions)
    current = total if complete else None
    if is_progression(total, nadir):
        part = "" if complete else "the lesions measured alone, "
        return Finding(Response.PD, part + _against_nadir(total, nadir), current, baseline_sum, nadir)
    if not complete:
        missing = ", ".join(name for name in baseline_lesions if known.get(name) is None)
        return Finding(Response.NE, f"the sum is incomplete: {missing} not evaluated", None, baseline_sum, nadir)
    return _complete(total, baseline_sum, nadir)


def is_progression(total: Decimal, nadir: Decimal) -> bool:
    """20 % over the nadir, inclusive; from a nadir of 0 anything that can be measured."""
    return total > 0 if nadir == 0 else total >= nadir * PROGRESSIVE


def _against_nadir(total: Decimal, nadir: Decimal) -> str:
    if nadir == 0:
        return f"sum {_mm(total)}: target lesions reappeared after the sum had been 0"
    return f"sum {_mm(total)} is {_percent(total, nadir)} over the nadir {_mm(nadir)}"


def _complete(total: Decimal, baseline_sum: Decimal, nadir: Decimal) -> Finding:
    if total == 0:
        return Finding(Response.CR, "all target lesions are gone", total, baseline_sum, nadir)
    against = f"sum {_mm(total)} is {_percent(total, baseline_sum)} against the baseline {_mm(baseline_sum)}"
    if total <= baseline_sum * PARTIAL:
        return Finding(Response.PR, against, total, baseline_sum, nadir)
    words = f"{against} and {_percent(total, nadir)} against the nadir {_mm(nadir)}" if nadir else against
    return Finding(Response.SD, words, total, baseline_sum, nadir)


def non_target_response(
    states: Mapping[str, str], marker_raised_at_baseline: bool, marker_now: str
) -> tuple[NonTarget, str]:
    """Response of the non-target lesions; a marker raised at baseline must be normal for CR."""
    if "unequivocal_progression" in states.values():
        names = ", ".join(name for name, state in states.items() if state == "unequivocal_progression")
        return NonTarget.PD, f"unequivocal progression of {names}"
    if marker_raised_at_baseline and marker_now == "above":
        return NonTarget.IR_SD, "the tumour marker is still above normal"
    if "present" in states.values():
        return NonTarget.IR_SD, "non-target lesions persist"
    if "not_evaluated" in states.values():
        return NonTarget.NE, "non-target lesions were not all evaluated"
    if marker_raised_at_baseline and marker_now != "normal":
        return NonTarget.NE, "the tumour marker, raised at baseline, was not done"
    if not states and not marker_raised_at_baseline:
        return NonTarget.NONE, "no non-target lesions at baseline"
    return NonTarget.CR, "all non-target lesions are gone"


def assess(baseline: Baseline, follow_ups: Sequence[FollowUp]) -> tuple[AssessmentOutcome, ...]:
    """Walks the follow-ups in order of date; the nadir is the smallest complete sum so far, baseline included."""
    baseline_sum = sum(baseline.targets.values(), Decimal(0))
    nadir, outcomes = baseline_sum, []
    for follow_up in follow_ups:
        outcome = _one(baseline, baseline_sum, nadir, follow_up)
        outcomes.append(outcome)
        if outcome.current_sum is not None:
            nadir = min(nadir, outcome.current_sum)
    return tuple(outcomes)


def _one(baseline: Baseline, baseline_sum: Decimal, nadir: Decimal, follow_up: FollowUp) -> AssessmentOutcome:
    from trial.rules.overall_response import overall_response
    from trial.rules.progression_date import progression_on

    target = target_response(follow_up.measurements, baseline_sum, nadir, baseline.targets)
    states = {name: follow_up.non_targets.get(name, "not_evaluated") for name in sorted(baseline.non_targets)}
    non_target, non_target_because = non_target_response(states, baseline.marker_raised, follow_up.marker)
    overall, because = overall_response(target.response, non_target, follow_up.new_lesions)
    last = max([follow_up.assessed_on, *follow_up.scans.values()])
    change = None
    if target.current_sum is not None and baseline_sum:
        change = (target.current_sum - baseline_sum) * HUNDRED / baseline_sum
    words = [target.because] if target.response != Response.NONE else []
    if non_target not in {NonTarget.NONE, NonTarget.CR}:
        words.append(non_target_because)
    if because not in words:
        words.append(because)
    seen_target = any(each.longest_diameter_mm is not None for each in follow_up.measurements)
    return AssessmentOutcome(
        assessment_id=follow_up.assessment_id,
        assessed_on=last,
        progression_on=progression_on(target, non_target, follow_up, baseline) if overall == Response.PD else None,
        target=target.response,
        non_target=non_target,
        new_lesions=follow_up.new_lesions,
        overall=overall,
        because=f"{overall.value}: " + "; ".join(word for word in words if word),
        current_sum=target.current_sum,
        baseline_sum=baseline_sum,
        nadir=nadir,
        change_from_baseline_percent=change,
        evaluated=seen_target or any(state != "not_evaluated" for state in states.values()),
    )
