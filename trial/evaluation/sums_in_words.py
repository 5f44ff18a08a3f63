"""The sum of the target lesions in words: against baseline and nadir, or why it is incomplete. PURE."""

from decimal import Decimal

from trial.evaluation.record import AssessmentFact, ParticipantFact
from trial.evaluation.response import TARGET, Assessed
from trial.partial_date import shown
from trial.rules import measurability
from trial.rules.recist import AssessmentOutcome

HUNDRED = Decimal(100)


def mm(value: Decimal) -> str:
    """`42 mm`, `42.5 mm`."""
    return f"{value.normalize():f} mm"


def percent(now: Decimal, reference: Decimal) -> str:
    """The change with its sign, a true minus and one decimal: `−38.2 %`; the reference is above 0."""
    text = f"{(now - reference) * HUNDRED / reference:+.1f} %".replace("-", "−")
    return f"±{text[1:]}" if text[1:] == "0.0 %" else text


def latest(participant: ParticipantFact, baseline: AssessmentFact, assessed: Assessed) -> list[str]:
    """The latest sum, or the baseline's while there is no other; nothing without target lesions."""
    targets = [each.longest_diameter_mm for each in baseline.readings
               if each.longest_diameter_mm is not None and _is_target(participant, each.lesion_id)]  # fmt: skip
    if not targets:
        return ["No target lesion was chosen at baseline: there is no sum."]
    if not assessed:
        lesions = f"{len(targets)} target lesion{'s' if len(targets) > 1 else ''}"
        return [f"Baseline on {shown(baseline.assessed_on)}: sum {mm(sum(targets, Decimal(0)))} of {lesions}."]
    last = assessed[-1]
    if last.current_sum is not None:
        return [_complete(last, last.current_sum)]
    return _incomplete(participant, assessed)


def _complete(last: AssessmentOutcome, current: Decimal) -> str:
    change = f"{percent(current, last.baseline_sum)} from baseline {mm(last.baseline_sum)}"
    return f"Latest sum {mm(current)} on {shown(last.assessed_on)}, {change}, {_against_nadir(last, current)}."


def _against_nadir(last: AssessmentOutcome, current: Decimal) -> str:
    if current < last.nadir:
        return "the lowest so far"
    if current == last.nadir:
        return "level with the nadir"
    if last.nadir == 0:
        return "after the target lesions had been gone"
    which = "the baseline, which is the nadir" if last.nadir == last.baseline_sum else f"nadir {mm(last.nadir)}"
    return f"{percent(current, last.nadir)} over {which}"


def _incomplete(participant: ParticipantFact, assessed: Assessed) -> list[str]:
    last = assessed[-1]
    reasons = ", ".join(missing(participant, last.assessment_id))
    found = [f"Latest sum incomplete on {shown(last.assessed_on)}{f': {reasons}' if reasons else ''}."]
    before = [each for each in assessed if each.current_sum is not None]
    if before:
        at = before[-1]
        assert at.current_sum is not None
        found.append(f"Last complete sum {mm(at.current_sum)} on {shown(at.assessed_on)}, "
                     f"{percent(at.current_sum, at.baseline_sum)} from baseline {mm(at.baseline_sum)}.")  # fmt: skip
    return found


def missing(participant: ParticipantFact, assessment_id: int) -> list[str]:
    """`T2 not evaluated (locally treated on 01-FEB-2026)` for each target without a value at the assessment."""
    lesions = {each.id: each for each in participant.lesions if each.kind == TARGET}
    found = []
    for assessment in (each for each in participant.assessments if each.id == assessment_id):
        read = {each.lesion_id: each for each in assessment.readings}
        for key, lesion in lesions.items():
            reading = read.get(key)
            if reading is None:
                found.append(f"{lesion.label} not evaluated")
                continue
            measured = measurability.measurement(
                lesion.label, reading.state, reading.longest_diameter_mm, reading.not_evaluated_reason,
                reading.scanned_on or assessment.assessed_on, lesion.locally_treated_on,
            )  # fmt: skip
            if measured.longest_diameter_mm is None:
                reason = measured.not_evaluated_reason
                why = "" if reason == "not evaluated" else f" ({reason[:1].lower()}{reason[1:]})"
                found.append(f"{lesion.label} not evaluated{why}")
    return found


def _is_target(participant: ParticipantFact, lesion_id: int) -> bool:
    return any(each.id == lesion_id and each.kind == TARGET for each in participant.lesions)
