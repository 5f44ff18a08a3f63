"""One participant's response to date in words, for the page of the participant. PURE.

The response is that of `trial.rules.evaluation.response`, dates are those of `trial.rules.evaluation.disease`: this
module only says them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from trial.protocol import DUE, FUTURE, OVERDUE, Due
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation import disease
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.evaluation.facts import AssessmentFact, DatedFact, ParticipantFact
from trial.rules.evaluation.response import TARGET, Assessed, baseline_of, confirmation_settings, targets_at_baseline
from trial.rules.response import confirmation, recist
from trial.rules.response.confirmation import DatedResponse
from trial.rules.response.recist import AssessmentOutcome, Response, mm

HUNDRED = Decimal(100)


def percent(now: Decimal, reference: Decimal) -> str:
    """The change with its sign, a true minus and one decimal: `−38.2 %`; the reference is above 0."""
    text = f"{(now - reference) * HUNDRED / reference:+.1f}%".replace("-", "−")
    return f"±{text[1:]}" if text[1:] == "0.0%" else text


def latest(participant: ParticipantFact, baseline: AssessmentFact, assessed: Assessed) -> list[str]:
    """The latest sum, or the baseline's while there is no other; nothing without target lesions."""
    targets = targets_at_baseline(participant).values()
    if not targets:
        return ["No target lesion was chosen at baseline, so there is no sum."]
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
            measured = recist.measurement(
                lesion.label, reading.state, reading.longest_diameter_mm, reading.not_evaluated_reason,
                reading.scanned_on or assessment.assessed_on, lesion.locally_treated_on,
            )  # fmt: skip
            if measured.longest_diameter_mm is None:
                reason = measured.not_evaluated_reason
                why = "" if reason == "not evaluated" else f" ({reason[:1].lower()}{reason[1:]})"
                found.append(f"{lesion.label} not evaluated{why}")
    return found


NAMES = {
    Response.CR: "complete response", Response.PR: "partial response", Response.SD: "stable disease",
    Response.NON_CR_NON_PD: "neither complete response nor progression",
    Response.PD: "progression", Response.NE: "not evaluable",
}  # fmt: skip
CAUSES = {"disease": "malignant disease", "toxicity": "toxicity of the treatment", "other": "another cause",
          "unknown": "cause unknown"}  # fmt: skip


@dataclass(frozen=True)
class ResponseToDate:
    """response: CR, PR, SD, PD, NE or empty; headline: it in a sentence; more: what led to it, stands and is due."""

    response: str
    headline: str
    more: tuple[str, ...]


@dataclass(frozen=True)
class _Case:
    """What the sentences are made of; `considered`: what counts, up to the first PD and before new therapy.

    until: the last day on which a response may be first seen (None: any).
    """

    participant: ParticipantFact
    baseline: AssessmentFact
    assessed: Assessed
    course: disease.Course
    considered: tuple[DatedResponse, ...]
    rule: confirmation.ConfirmationSettings
    found: confirmation.Confirmed | None
    until: date | None


def response_to_date(evaluation: Evaluation, due: Sequence[Due]) -> ResponseToDate:
    """The response so far. due: the assessments of the schedule, the baseline among them, done or not."""
    participant = evaluation.facts
    baseline = baseline_of(participant)
    if baseline is None:
        words = "No baseline tumor assessment is entered, so there is no response."
        return ResponseToDate("", words, (*_died(participant), *_next(due, "the baseline")))
    rule = confirmation_settings(evaluation.settings)
    until = evaluation.response_until
    found = confirmation.confirmed_response(evaluation.considered, rule, until=until)
    case = _Case(participant, baseline, evaluation.assessed, evaluation.disease, evaluation.considered, rule, found,
                 until)  # fmt: skip
    response, headline, more = _response(case)
    if not case.assessed and not any(each.status in (DUE, OVERDUE, FUTURE) for each in due):
        headline = headline.replace(" yet.", " is on record.")
    last = () if participant.death else _next(due, "an assessment" if case.assessed else "the first assessment")
    more += [*_afterwards(case), *latest(participant, case.baseline, case.assessed)]
    return ResponseToDate(response, headline, (*more, *last))


def _response(case: _Case) -> tuple[str, str, list[str]]:
    """The code, the headline, and what explains it."""
    if not case.considered:
        return "", _nothing_yet(case), []
    if case.considered[-1].response == Response.PD:
        assert case.course.progression is not None
        return "PD", _progressed(case.course.progression), _before_progression(case)
    if case.found:
        return case.found.response.value, _confirmed(case.found), [*_since(case, case.found), *_complete_since(case)]
    known = [each for each in case.considered if each.response != Response.NE]
    if not known:
        return "NE", _not_evaluable(case), []
    outside = confirmation.confirmed_response(case.considered, case.rule)
    if outside is not None:
        name = NAMES[outside.response].capitalize()
        words = f"{name} first seen on {shown(outside.first.on)} does not count: {_frame(case)}."
        return known[-1].response.value, words, []
    response, headline = _unconfirmed(case, known)
    return response, headline, []


def _frame(case: _Case) -> str:
    """Why a confirmed response is outside the time frame of the protocol."""
    if case.until is None or not case.participant.treated:
        return "no dose was taken"
    return f"the time frame of treatment ended on {shown(case.until)}"


def _nothing_yet(case: _Case) -> str:
    if case.assessed:
        assert case.course.new_therapy is not None
        return f"No response: new anticancer therapy from {shown(case.course.new_therapy.on)}, before any assessment."
    death = case.participant.death
    if death is not None:
        cause = CAUSES.get(death.cause, "cause unknown")
        return f"Died on {death.died_on} ({cause}) before an assessment after the baseline: no response is known."
    return "No assessment after the baseline yet."


def _progressed(progression: DatedFact) -> str:
    return f"Progression on {shown(progression.on)}: {progression.because.removeprefix('PD: ')}."


def _before_progression(case: _Case) -> list[str]:
    before = [each for each in case.considered[:-1] if each.response != Response.NE]
    if case.found:
        return [f"Before it: {_lower(_confirmed(case.found))}"]
    if not before:
        return []
    best = min(before, key=lambda each: (list(NAMES).index(each.response), each.on))
    unconfirmed = ", not confirmed" if best.response in confirmation.RESPONSES else ""
    return [f"Before it: {NAMES[best.response]} on {shown(best.on)}{unconfirmed}."]


def _confirmed(found: confirmation.Confirmed) -> str:
    days = (found.confirming.on - found.first.on).days
    return (
        f"{NAMES[found.response].capitalize()}, confirmed on {shown(found.confirming.on)} "
        f"(first seen {shown(found.first.on)}, {days} days apart)."
    )


def _since(case: _Case, found: confirmation.Confirmed) -> list[str]:
    later = [each for each in case.considered if each.on > found.confirming.on]
    if not later:
        return []
    runs = ", then ".join(NAMES[response] for response, _ in groupby(each.response for each in later))
    count = f"{len(later)} assessments" if len(later) > 1 else "1 assessment"
    return [f"Since then {runs} ({count}, the last on {shown(later[-1].on)})."]


def _complete_since(case: _Case) -> list[str]:
    """A partial response is confirmed and a complete one has been seen since, once."""
    seen = _may_still_confirm(case, Response.CR)
    if case.found is None or case.found.response == Response.CR or seen is None:
        return []
    return [f"Complete response on {shown(seen.on)}, not confirmed yet: {_confirms_from(case, seen)}."]


def _may_still_confirm(case: _Case, wanted: Response) -> DatedResponse | None:
    if case.course.new_therapy is not None or case.participant.death is not None:
        return None
    return confirmation.may_still_be_confirmed(case.considered, wanted, case.rule, case.until)


def _confirms_from(case: _Case, seen: DatedResponse) -> str:
    return f"it counts when it is seen again on {shown(seen.on + timedelta(days=case.rule.days))} or later"


def _unconfirmed(case: _Case, known: Sequence[DatedResponse]) -> tuple[str, str]:
    """No response is confirmed: one that still may be, else one that was not, else stable disease."""
    for wanted in (Response.CR, Response.PR):
        seen = _may_still_confirm(case, wanted)
        if seen is not None:
            name = NAMES[seen.response].capitalize()
            words = f"{name} on {shown(seen.on)}, not confirmed yet: {_confirms_from(case, seen)}."
            return seen.response.value, words
    responded = next((each for each in known if each.response in confirmation.RESPONSES), None)
    first, last = known[0], known[-1]
    if responded is not None:
        later = [each for each in known if each.on > responded.on]
        after = f"; {NAMES[later[-1].response]} on {shown(later[-1].on)}" if later else ""
        words = f"{NAMES[responded.response].capitalize()} on {shown(responded.on)}, not confirmed{after}."
        return last.response.value, words
    until = f", last on {shown(last.on)}" if last != first else ""
    return "SD", f"Stable disease, first seen on {shown(first.on)}{until}."


def _not_evaluable(case: _Case) -> str:
    last = case.assessed[-1]
    count = "the only assessment" if len(case.considered) == 1 else f"all {len(case.considered)} assessments"
    return f"Not evaluable at {count} so far; {shown(last.assessed_on)}: {last.because.removeprefix('NE: ')}."


def _afterwards(case: _Case) -> Iterable[str]:
    """New therapy, progression by the clinic alone, an assessment that said nothing, and death."""
    therapy = case.course.new_therapy
    if therapy is not None and case.considered:
        late = sum(1 for each in case.assessed if each.assessed_on >= therapy.on)
        ignored = f"; {late} later assessment{'s' if late > 1 else ''} left out of the response" if late else ""
        partial = "".join(f" ({each.split(': ')[1]})" for each in case.course.flags if each.startswith("new therapy"))
        yield f"New anticancer therapy from {shown(therapy.on)}{partial}{ignored}."
    progression = case.course.progression
    if progression is not None and not (case.considered and case.considered[-1].response == Response.PD):
        yield f"Progression on {shown(progression.on)}, after the new therapy."
    if progression is None:
        clinical = [each.progressed_on or each.contacted_on for each in case.participant.follow_ups
                    if each.progression == "clinical"]  # fmt: skip
        if clinical:
            yield f"Clinical progression was reported on {shown(min(clinical))}; alone it is not progression."
    known = any(each.response != Response.NE for each in case.considered)
    if known and case.considered[-1].response == Response.NE:
        last = case.assessed[-1]
        yield f"The last assessment, {shown(last.assessed_on)}, was not evaluable."
    if case.considered or case.assessed:
        # Who died before any assessment: the headline says so.
        yield from _died(case.participant)


def _died(participant: ParticipantFact) -> tuple[str, ...]:
    death = participant.death
    return () if death is None else (f"Died on {death.died_on} ({CAUSES.get(death.cause, 'cause unknown')}).",)


def _next(due: Iterable[Due], what: str) -> tuple[str, ...]:
    """What the schedule asks for next; nothing where it asks for nothing more."""
    waiting = sorted((each for each in due if each.status in (DUE, OVERDUE, FUTURE)), key=lambda each: each.due_on)
    if not waiting:
        return ("No further assessment is due.",)
    first = waiting[0]
    name = "The confirming assessment" if first.what == "Confirmation" else what.capitalize()
    name = name.replace("An assessment", "The next assessment")
    if first.status == OVERDUE:
        return (f"{name} was due on {shown(first.due_on)} and is overdue.",)
    return (f"{name} is due on {shown(first.due_on)} (between {shown(first.window_from)} and "
            f"{shown(first.window_to)}).",)  # fmt: skip


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
