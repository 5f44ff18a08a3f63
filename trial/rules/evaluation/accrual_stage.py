"""Where a participant stands with the stage gate, and the gate of a group. PURE.

Evaluable and confirmed responder are read by the functions that the endpoints read them by. An outcome is mature at
confirmed response, progression, death, new anticancer therapy, withdrawal, or six cycles [our reading].
"""

from collections.abc import Iterable, Sequence
from typing import Any

from trial.protocol import AnalysisSettings, constant, group_named
from trial.rules import accrual
from trial.rules.accrual import Gate, Look, Reopened, Standing
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation import populations, response
from trial.rules.evaluation.disease import Course, course_of, radiological_progression
from trial.rules.evaluation.facts import ParticipantFact
from trial.rules.response import confirmation


def standing(participant: ParticipantFact, settings: AnalysisSettings) -> Standing:
    """Evaluable or why not, confirmed responder or not, mature or not and why, of one registered participant."""
    assessed = response.response_at_each(participant, settings)
    course = course_of(participant, assessed, settings)
    return standing_of(participant, course, confirmed_of(participant, assessed, course, settings))


def standing_of(participant: ParticipantFact, course: Course, confirmed: dict[str, Any] | None) -> Standing:
    """The same, for whoever has derived course and confirmed response already."""
    why_not = populations.why_not_evaluable(participant)
    responder = not why_not and confirmed is not None
    mature = _why_mature(participant, course, responder)
    return Standing(
        number=participant.number, evaluable=not why_not, ruled_out=populations.is_ruled_out(participant),
        why_not=why_not, responder=responder, mature=bool(mature),
        because=mature or _waits_for(participant, course),
    )  # fmt: skip


def responses_of(participant: ParticipantFact, assessed: response.Assessed) -> list[confirmation.DatedResponse]:
    """Overall responses in order, ended by progression wherever it was reported."""
    reported = radiological_progression(participant)
    return response.dated(assessed, reported.on if reported else None)


def confirmed_of(
    participant: ParticipantFact, assessed: response.Assessed, course: Course, settings: AnalysisSettings
) -> dict[str, Any] | None:
    """The confirmed response as plain values, for gate and endpoint alike; None without one."""
    therapy_on = course.new_therapy.on if course.new_therapy else None
    rule = response.confirmation_settings(settings)
    until = response.response_until(participant, settings)
    return response.confirmed(responses_of(participant, assessed), rule, therapy_on, until)


def looks_of(settings: AnalysisSettings, group: str) -> tuple[Look, ...]:
    """The stages of the group's plan."""
    plan = settings.plan
    return tuple(Look(*each) for each in zip(plan.participants, plan.futility, plan.efficacy, strict=True))


def gate_of(
    group: str,
    registered: int,
    standings: Iterable[Standing],
    settings: AnalysisSettings,
    reopened: Sequence[Reopened] = (),
) -> Gate:
    """The gate of a group under its settings; `standings` of everyone registered, by order of registration."""
    of = group_named(group)
    return accrual.accrual(
        of, registered, settings.accrual_ceiling, standings, looks_of(settings, group),
        suspend=settings.suspend_at_stage_1, reopened=reopened,
    )  # fmt: skip


def _why_mature(participant: ParticipantFact, course: Course, responder: bool) -> str:
    """Why the outcome cannot change any more as far as the gate asks; empty while it may."""
    cycles = constant("mature_after_cycles")
    if responder:
        return "confirmed response"
    if course.progression is not None:
        return f"progression on {shown(course.progression.on)}"
    if course.death is not None:
        return f"died on {shown(course.death.on)}"
    if course.new_therapy is not None:
        return f"new anticancer therapy on {shown(course.new_therapy.on)}"
    if participant.withdrawals:
        first = min(participant.withdrawals, key=lambda each: each.on)
        return f"{'off study' if first.kind == 'off_study' else 'withdrew'} on {shown(first.on)}"
    return f"{cycles} cycles on record" if len(participant.cycles) >= cycles else ""


def _waits_for(participant: ParticipantFact, course: Course) -> str:
    if not participant.treated:
        return "no dose taken yet"
    done, cycles = len(participant.cycles), constant("mature_after_cycles")
    last = course.assessments[-1].on if course.assessments else None
    seen = f"last assessed on {shown(last)}" if last else "not assessed yet"
    return f"{done} of {cycles} cycles on record, {seen}"
