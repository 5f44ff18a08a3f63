"""Confirmed response rate, the primary endpoint [registry], with its sensitivity lines. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.answers.shapes import EVALUABLE, Proportion, proportion
from analysis.outcomes.cohort import Cohort, Outcome, left_out_because, numbers
from analysis.statistics import after_stopping, intervals
from analysis.statistics.stopping import Plan, Stage
from trial.protocol import REGISTRY, StagePlan
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
    standings = (accrual.Standing(**outcome["stage"]) for outcome in cohort.outcomes)
    return gate_of(cohort.group, len(cohort.outcomes), standings, cohort.settings).stage


def planned(plan: StagePlan) -> Plan:
    """The group's plan as the intervals read it."""
    looks = zip(plan.participants, plan.futility, plan.efficacy, strict=True)
    return Plan(tuple(Stage(*look) for look in looks))


def follow(cohort: Cohort) -> Followed:
    """The plan followed at the present count of evaluable participants."""
    plan = planned(cohort.settings.plan)
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
        words = f"Interim: stage {stage.number} is passed and no participant of the next stage is evaluable yet."
        return Followed(None, stage.number, evaluable, words)
    actual = Plan((*plan.stages[: stage.number], Stage(len(evaluable), None)))
    return Followed(actual, stage.number + 1, evaluable, _went_on(plan, stage, len(evaluable)))


def _stopped(plan: Plan, stage: accrual.Stage, evaluable: Sequence[Outcome]) -> Followed:
    members = {participant.number for participant in stage.participants}
    counted = tuple(outcome for outcome in evaluable if outcome["number"] in members)
    beyond = tuple(outcome for outcome in evaluable if outcome["number"] not in members)
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


def answer(cohort: Cohort) -> dict[str, Any]:
    """Confirmed responders over evaluable participants with the exact multistage interval of the plan followed.

    beside: what else is usual after a two-stage trial (None while interim). beyond_the_stop: None without a stop.
    """
    followed = follow(cohort)
    responders = _confirmed(followed.counted)
    rule = cohort.settings.interval_rule
    return {
        **_with_limits(len(responders), followed, rule),
        "responders": numbers(responders),
        "evaluable": numbers(followed.counted),
        "excluded": [{"number": outcome["number"], "because": left_out_because(outcome)} for outcome in cohort.outcomes
                     if not outcome["evaluable"]],
        "beside": _beside(len(responders), followed, cohort.settings.plan.p0),
        "beyond_the_stop": _share(followed.beyond) if followed.beyond else None,
        "all_registered": {"numerator": len(_confirmed(cohort.registered)), "denominator": len(cohort.registered)},
        "sensitivity": sensitivity(cohort, followed),
    }


def _confirmed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome["confirmed"]]


def _share(counted: Sequence[Outcome]) -> dict[str, Any]:
    return proportion(len(_confirmed(counted)), len(counted))


def _with_limits(responders: int, followed: Followed, rule: str) -> dict[str, Any]:
    """The rate with the limits of the plan followed; Clopper–Pearson where the count is interim or no stopping point.

    Above the largest plan that a table is computed for the equal-tail interval of the same stages is given and named.
    """
    rate = {**proportion(responders, len(followed.counted)), "note": followed.words}
    plan, stop = followed.plan, (followed.stage, responders)
    if plan is None or not followed.counted:
        return rate
    if len(followed.counted) > intervals.MOST_PARTICIPANTS:
        lower, upper = after_stopping.jennison_turnbull(plan, *stop)
        return {**rate, "lower": lower, "upper": upper, "method": "exact equal-tail interval, Jennison–Turnbull"}
    table = intervals.interval_table(plan, 0.05, rule)
    if stop not in table:
        return {**rate, "note": "Clopper–Pearson, since this count is no stopping point of the plan followed."}
    lower, upper = table[stop]
    method = f"exact multistage interval, Duffy–Santner type ({rule})"
    return {**rate, "lower": lower, "upper": upper, "method": method}


def _beside(responders: int, followed: Followed, null_rate: float) -> dict[str, Any] | None:
    """Unbiased estimate, equal-tail interval and stage-wise p-value of the same plan; None while interim."""
    plan, size = followed.plan, len(followed.counted)
    if plan is None or not size:
        return None
    stop = (followed.stage, responders)
    lower, upper = after_stopping.jennison_turnbull(plan, *stop)
    alone_lower, alone_upper = intervals.clopper_pearson(responders, size)
    has_table = size <= intervals.MOST_PARTICIPANTS
    return {
        "unbiased": float(after_stopping.unbiased_estimates(plan)[stop]) if has_table else None,
        "equal_tail": {"lower": lower, "upper": upper},
        "single_sample": {"lower": alone_lower, "upper": alone_upper},
        "p_value": after_stopping.at_least(plan, *stop, null_rate),
        "null_rate": null_rate,
    }


def sensitivity(cohort: Cohort, followed: Followed) -> list[dict[str, Any]]:
    """The rate under other readings of who counts and what confirms; other populations have no two-stage interval."""
    strict = [outcome for outcome in followed.counted if outcome["confirmed_strictly"]]
    any_time = [outcome for outcome in followed.counted if outcome["confirmed_any_time"]]
    mature = [outcome for outcome in cohort.evaluable if outcome["stage"]["mature"]]
    lines = [
        ("All registered participants", cohort.registered),
        ("All evaluable, as one sample without stages", cohort.evaluable),
        ("Evaluable, with those waived or found ineligible later", cohort.evaluable_with_ineligible),
        ("Evaluable whose outcome is mature", mature),
    ]
    return [
        *({"name": name, **_share(counted), "note": ""} for name, counted in lines),
        {
            "name": "Strict: a PR after a CR does not confirm",
            **_with_limits(len(strict), followed, cohort.settings.interval_rule),
        },
        {
            "name": "First seen at any time, after treatment too",
            **_with_limits(len(any_time), followed, cohort.settings.interval_rule),
        },
    ]


def _beyond(stored: dict[str, Any]) -> str:
    beyond = stored["beyond_the_stop"]
    return f"and {beyond['numerator']} of {beyond['denominator']} registered after the stop" if beyond else ""


# What the plan reads of an outcome: who counts in a stage, and what confirms a response.
OF_THE_PLAN = ("exclusion", "evaluable_but_for_eligibility", "confirmed", "confirmed_strictly", "confirmed_any_time",
               "stage")  # fmt: skip
RESPONSE_RATE = Proportion(
    code="response_rate", title="Confirmed response rate", population=EVALUABLE, source=REGISTRY, answer=answer,
    counts=lambda outcome: bool(outcome["confirmed"]), looks_at=OF_THE_PLAN, named_in=("responders", "evaluable"),
    template="response_rate", card="Confirmed response", version=2, aside=_beyond, explains=evidence.of_response,
    fact=lambda outcome: str(outcome["confirmed"]["because"]) if outcome["confirmed"] else "none",
)  # fmt: skip
