"""Which plan the response rate is read by, where the stages stand, and why, in words. PURE.

Before a stage is decided the count is interim. After it the plan followed is the planned first stage (or stages) with
the next one as large as it actually became, so that participants beyond the plan count in it. After a stop the trial
has ended for the rate; whoever was registered beyond is reported beside [our reading].
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.endpoints.cohort import Cohort, Outcome
from analysis.endpoints.stopping import Plan, Stage
from trial.protocol import StagePlan
from trial.rules import accrual
from trial.rules.accrual import many
from trial.rules.evaluation.accrual_stage import gate_of

STOPS = {accrual.FUTILITY: "futility", accrual.EFFICACY: "efficacy"}


@dataclass(frozen=True)
class Followed:
    """Who counts in the rate, at which stopping point of which plan.

    plan: None while the count is interim. stage: of the stopping point, from 1. beyond: evaluable participants after a
    stop. `words` say which plan was followed and why.
    """

    plan: Plan | None
    stage: int
    counted: tuple[Outcome, ...]
    words: str
    beyond: tuple[Outcome, ...] = ()


def deciding_stage(cohort: Cohort) -> accrual.Stage | None:
    """The interim stage that decides, by the same rule as the gate of registration; None in a plan of one stage."""
    standings = (accrual.Standing(**each["stage"]) for each in cohort.outcomes)
    return gate_of(cohort.group, len(cohort.outcomes), standings, cohort.settings).stage


def planned(plan: StagePlan) -> Plan:
    """The group's plan as the intervals read it."""
    looks = zip(plan.participants, plan.futility, plan.efficacy, strict=True)
    return Plan(tuple(Stage(*look) for look in looks))


def follow(cohort: Cohort) -> Followed:
    """The plan followed at the present count of evaluable participants."""
    plan = planned(cohort.settings.plan(cohort.group))
    evaluable = tuple(cohort.evaluable)
    stage = deciding_stage(cohort)
    if stage is not None and stage.ground in STOPS:
        return _stopped(plan, stage, evaluable)
    if stage is None:
        size = plan.stages[0].participants
        if len(evaluable) < size:
            return Followed(None, 1, evaluable, f"Interim: {len(evaluable)} of {size} planned are evaluable.")
        return Followed(Plan((Stage(len(evaluable), None),)), 1, evaluable, _one_stage(len(evaluable), size))
    if not stage.is_passed:
        return Followed(None, stage.number, evaluable, _undecided(stage))
    if len(evaluable) <= stage.size:
        words = f"Interim: stage {stage.number} is passed and nobody of the next stage is evaluable yet."
        return Followed(None, stage.number, evaluable, words)
    actual = Plan((*plan.stages[: stage.number], Stage(len(evaluable), None)))
    return Followed(actual, stage.number + 1, evaluable, _went_on(plan, stage, len(evaluable)))


def _stopped(plan: Plan, stage: accrual.Stage, evaluable: Sequence[Outcome]) -> Followed:
    members = {each.number for each in stage.participants}
    counted = tuple(each for each in evaluable if each["number"] in members)
    beyond = tuple(each for each in evaluable if each["number"] not in members)
    words = f"Stopped for {STOPS[stage.ground]} after stage {stage.number} of {stage.size}, as planned."
    if len(counted) != stage.size:
        words += f" Only {len(counted)} of them are evaluable, so that this is no stopping point of the plan."
        return Followed(None, stage.number, counted, words, beyond)
    if beyond:
        words += f" {many(len(beyond), 'evaluable participant')} beyond it, reported beside."
    return Followed(plan, stage.number, counted, words, beyond)


def _one_stage(evaluable: int, size: int) -> str:
    if evaluable == size:
        return f"One stage of {size}, as planned."
    return f"One stage of {evaluable} (planned: {size}), those beyond the plan counted in it."


def _undecided(stage: accrual.Stage) -> str:
    if not stage.is_full or stage.evaluable < stage.size:
        return f"Interim, during stage {stage.number}: {stage.evaluable} of its {stage.size} are evaluable."
    return (
        f"Interim: stage {stage.number} is not decided, with {stage.responders} of {stage.responders_needed} "
        f"responders needed among {stage.size} and {many(len(stage.immature), 'outcome')} not mature."
    )


def _went_on(plan: Plan, stage: accrual.Stage, evaluable: int) -> str:
    added = evaluable - stage.size
    size = plan.stages[stage.number].participants
    was_planned = size - stage.size
    first = f"stage {stage.number} of {stage.size} as planned, passed with {many(stage.responders, 'responder')}"
    if added == was_planned:
        return f"Followed: {first}, then {added} more, as planned."
    if added < was_planned:
        return f"Followed: {first}, then the {added} evaluable so far (planned: {was_planned})."
    return f"Followed: {first}, then {added} more (planned: {was_planned}), those beyond the plan counted in."
