"""Two-stage monitoring: the boundary, the group's status, what is still needed and how likely it is. PURE."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from analysis.endpoints.answers.response_rate import OF_THE_PLAN, planned
from analysis.endpoints.answers.shapes import EVALUABLE, Number, Table
from analysis.outcomes.cohort import Cohort
from analysis.statistics.after_stopping import at_least
from analysis.statistics.crossing import Part, chances, expected_participants, unknown
from analysis.statistics.intervals import MOST_PARTICIPANTS
from analysis.statistics.stopping import Plan, Stage
from trial.protocol import OUR_READING, StagePlan
from trial.rules.accrual import Standing, many

PASSED, OPEN, CANNOT_PASS, FUTILE, EFFECTIVE = "passed", "open", "cannot pass", "futility", "efficacy"
PROMISING, NOT_PROMISING, NOT_REACHED = "promising", "not promising", "not reached"


def answer(cohort: Cohort) -> dict[str, Any]:
    """Looks with their states, chances under p0 and p1, what the next outcome would change, maturity of stage 1.

    chances: None above the largest plan that is computed.
    """
    standings = counted(cohort)
    settings = cohort.settings.plan
    is_full = len(cohort.outcomes) >= cohort.settings.accrual_ceiling
    plan = as_it_became(settings, len(standings), is_full)
    parts = parts_of(plan, standings)
    first = plan.stages[0].participants if len(plan.stages) > 1 else 0
    computed = plan.stages[-1].participants <= MOST_PARTICIPANTS
    return {
        "line": line(plan, parts),
        "looks": looks(plan, parts, standings),
        "changed_look": changed_look(settings, plan),
        "chances": [_chances(plan, parts, rate) for rate in (settings.p0, settings.p1)] if computed else None,
        "what_if": _what_if(plan, parts, settings) if computed else [],
        "design": [_design(planned(settings), rate) for rate in (settings.p0, settings.p1)] if computed else None,
        "stage_1": [asdict(standing) for standing in standings[:first]],
    }


def counted(cohort: Cohort) -> list[Standing]:
    """Whoever holds a place of a stage, by order of registration: all who are not known to be non-evaluable."""
    standings = (Standing(**outcome["stage"]) for outcome in cohort.outcomes)
    return [standing for standing in standings if not standing.ruled_out]


def path(cohort: Cohort) -> str:
    """One letter for each who holds a place: R confirmed responder, n mature without response, o still open."""
    return "".join("R" if standing.responder else "o" if _is_open(standing) else "n" for standing in counted(cohort))


def as_it_became(settings: StagePlan, count: int, is_full: bool) -> Plan:
    """The plan with its last look at the number that it really has: more than planned, or fewer once nobody can follow.

    The last bound is then the one that keeps the planned error: the largest with a stage-wise p-value above it.
    """
    plan = planned(settings)
    before = plan.stages[-2].participants if len(plan.stages) > 1 else 0
    size = plan.stages[-1].participants
    actual = max(count, before + 1) if is_full else max(count, size)
    bound = plan.stages[-1].futility
    if actual == size:
        return plan
    last = replace(plan.stages[-1], participants=actual)
    became = Plan((*plan.stages[:-1], last))
    if bound is None:
        return became
    error = at_least(plan, len(plan.stages), bound + 1, settings.p0)
    return Plan((*plan.stages[:-1], replace(last, futility=_bound(became, settings.p0, error))))


def changed_look(settings: StagePlan, plan: Plan) -> str:
    """A note when the last look does not have its planned size; empty when it does."""
    size, bound, now = settings.participants[-1], settings.futility[-1], plan.stages[-1]
    if now.participants == size:
        return ""
    words = f"The last look was planned at {size} and comes at {now.participants}."
    if bound is None or now.futility is None:
        return words
    return (
        f"{words} Planned as promising from {many(bound + 1, 'responder')}, it is so from {now.futility + 1}, which "
        "keeps the error of the plan [interpretation]; the stage-wise p-value beside the rate is the test."
    )


def _bound(plan: Plan, rate: float, error: float) -> int:
    """The most responders whose stage-wise p-value is above the error, by bisection: the p-value falls with each."""
    low, high = -1, plan.stages[-1].participants
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_least(plan, len(plan.stages), middle, rate) > error else (low, middle)
    return max(low, 0)


def parts_of(plan: Plan, standings: Sequence[Standing]) -> list[Part]:
    """What each look adds: known and open outcomes; a place that nobody holds yet is open."""
    added_by_look, before = [], 0
    for stage in plan.stages:
        members = standings[before : stage.participants]
        added = stage.participants - before
        known = [member for member in members if not _is_open(member)]
        added_by_look.append(Part(added, sum(member.responder for member in known), added - len(known)))
        before = stage.participants
    return added_by_look


def _is_open(standing: Standing) -> bool:
    return not standing.mature or not standing.evaluable


def looks(plan: Plan, parts: Sequence[Part], standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """Every look: its bounds, who is there, and its state with words."""
    rows = []
    for number, (stage, state) in enumerate(zip(plan.stages, states(plan, parts), strict=True), start=1):
        members = standings[: stage.participants]
        responders, open_outcomes = _so_far(parts[:number])
        rows.append({
            "stage": number, "participants": stage.participants, "futility": stage.futility, "efficacy": stage.efficacy,
            "is_final": number == len(plan.stages), "held": len(members),
            "evaluable": sum(member.evaluable for member in members), "responders": responders, "open": open_outcomes,
            "state": state,
            "words": words(state, stage.futility, responders, open_outcomes) + _places(state, stage, len(members)),
        })  # fmt: skip
    return rows


def _places(state: str, stage: Stage, held: int) -> str:
    """A stage may have its responders before its places are taken."""
    free = stage.participants - held
    return f" {many(free, 'place')} still free." if state == PASSED and free > 0 else ""


def states(plan: Plan, parts: Sequence[Part]) -> list[str]:
    """The state of each look as far as the known outcomes decide it."""
    reached: list[str] = []
    for number, stage in enumerate(plan.stages, start=1):
        low, open_outcomes = _so_far(parts[:number])
        bound = -1 if stage.futility is None else stage.futility
        if any(state in {FUTILE, EFFECTIVE} for state in reached):
            reached.append(NOT_REACHED)
        elif number == len(plan.stages):
            reached.append(PROMISING if low > bound else OPEN if low + open_outcomes > bound else NOT_PROMISING)
        elif stage.efficacy is not None and low >= stage.efficacy:
            reached.append(EFFECTIVE)
        elif low + open_outcomes <= bound:
            reached.append(CANNOT_PASS if open_outcomes else FUTILE)
        else:
            reached.append(PASSED if low > bound else OPEN)
    return reached


def last_decided(stored: dict[str, Any]) -> int:
    """The number of the last look that is decided; 0 before the first."""
    return max((look["stage"] for look in stored["looks"] if look["state"] not in {OPEN, NOT_REACHED}), default=0)


def _so_far(parts: Iterable[Part]) -> tuple[int, int]:
    known = list(parts)
    return sum(part.responders for part in known), sum(part.open for part in known)


def words(state: str, bound: int | None, responders: int, open_outcomes: int) -> str:
    """What a state means and what is still needed."""
    there, needed = many(responders, "confirmed responder"), (bound or 0) + 1
    left = many(open_outcomes, "open outcome")
    return {
        PASSED: "Nothing stops it." if bound is None else f"Passed: {there}, {needed} needed.",
        OPEN: f"{there}; {needed - responders} more needed among {left}.",
        CANNOT_PASS: f"{there}; cannot be passed any more: {needed - responders} more needed, {left}.",
        FUTILE: f"Stopped for futility: {there}, {needed} needed, every outcome known.",
        EFFECTIVE: f"Efficacy bound reached: {there}.",
        PROMISING: f"Promising: {there}." if bound is None else f"Promising: {there}, {needed} needed.",
        NOT_PROMISING: f"Not promising: {there}, {needed} needed, {left}.",
        NOT_REACHED: "Not reached: the trial stops before.",
    }[state]


def line(plan: Plan, parts: Sequence[Part]) -> str:
    """The group's status in one line: the first look that is not passed, else the last."""
    reached = states(plan, parts)
    number = next((place for place, state in enumerate(reached, start=1) if state != PASSED), len(reached))
    stage = plan.stages[number - 1]
    name = "Final look" if number == len(reached) else f"Stage {number}"
    responders, open_outcomes = _so_far(parts[:number])
    return f"{name} at {stage.participants}: {words(reached[number - 1], stage.futility, responders, open_outcomes)}"


@dataclass(frozen=True)
class Verdict:
    """How a group stands by its plan, in words, at which look, and how many outcomes are still open."""

    words: str
    at: str
    open: int


def deciding(stored: dict[str, Any]) -> dict[str, Any]:
    """The look that `line` speaks of, out of a stored answer."""
    return next((each for each in stored["looks"] if each["state"] != PASSED), stored["looks"][-1])


def verdict(stored: dict[str, Any]) -> Verdict:
    """How the group stands at that look."""
    look = deciding(stored)
    undecided = "Not decided: " if look["state"] == OPEN else ""
    at = f"{'Final look' if look['is_final'] else 'Stage {}'.format(look['stage'])} at {look['participants']}"
    return Verdict(undecided + look["words"], at, look["open"])


def _chances(plan: Plan, parts: Sequence[Part], rate: float) -> dict[str, Any]:
    chance = chances(plan, parts, rate)
    return {"rate": rate, "futility": list(chance.futility), "efficacy": list(chance.efficacy),
            "promising": chance.promising}  # fmt: skip


def _what_if(plan: Plan, parts: Sequence[Part], settings: StagePlan) -> list[dict[str, Any]]:
    """The status if the next open outcome were a response, and if it were none."""
    place = next((place for place, part in enumerate(parts) if part.open), None)
    if place is None or states(plan, parts)[-1] != OPEN:
        return []
    turns = []
    for responds in (True, False):
        then = [*parts[:place], parts[place].after(responds), *parts[place + 1 :]]
        turns.append({
            "responds": responds, "line": line(plan, then),
            "promising": [chances(plan, then, rate).promising for rate in (settings.p0, settings.p1)],
        })  # fmt: skip
    return turns


def _design(plan: Plan, rate: float) -> dict[str, Any]:
    """The plan as designed, before its first participant."""
    designed = _chances(plan, unknown(plan), rate)
    return {**designed, "expected_participants": expected_participants(plan, rate)}


def rows(stored: dict[str, Any]) -> list[Number]:
    """Each look with its state."""
    return [Number("final look" if look["is_final"] else f"stage {look['stage']}", look["words"])
            for look in stored["looks"]]  # fmt: skip


MONITORING = Table(
    code="monitoring", title="Two-stage monitoring", population=EVALUABLE, source=OUR_READING, answer=answer, rows=rows,
    line=lambda stored: str(stored["line"]), looks_at=OF_THE_PLAN, template="watch/monitoring",
    headline=lambda stored: deciding(stored)["state"],
)  # fmt: skip
