"""Every setting of the analysis in words, with its unit, the sentence it rests on and whose word that is. PURE.

The Protocol page and the page of settings show them; a test finds a setting without a declaration.
"""

from dataclasses import dataclass
from typing import Any

from trial.evaluation.settings import INTERVAL_RULES, PARTIAL_DEATH_READINGS, PARTIAL_THERAPY_READINGS
from trial.protocol import OUR_READING, RECIST, REGISTRY, Group

WORDS_OF_CHOICES = {
    "not_before_last_alive": "the earliest day it can be, but never before the last day known alive",
    "not_before_last_dose": "the earliest day it can be, but never before the last dose",
    "earliest": "the earliest day it can be",
    "latest": "the latest day it can be",
    "crow": "Crow: fewest outcomes, on the side of the middle",
    "max": "max: fewest outcomes, the most probable of those",
}


@dataclass(frozen=True)
class Declared:
    """One setting: its name in `AnalysisSettings`, what it is in words, unit, source sentence and mark.

    choices: the codes it is one of; empty where it is a number, yes or no, or a plan.
    """

    name: str
    title: str
    unit: str
    source: str
    mark: str
    choices: tuple[str, ...] = ()


_PLAN = "The registry names the interval, not the stages: Simon's optimal design for 5 % against 20 %."

DECLARED: tuple[Declared, ...] = (
    Declared("confirmation_days", "Days until a response can be confirmed", "days",
             "A response is seen again on scans at least 4 weeks apart.", REGISTRY),
    Declared("not_evaluated_between", "NE allowed between the two scans", "assessments",
             "One assessment that is not evaluable may lie between the two scans.", OUR_READING),
    Declared("stable_between", "SD allowed between the two scans", "assessments",
             "No SD may lie between the two scans.", OUR_READING),
    Declared("response_after_complete_counts", "A PR after a CR confirms as PR", "",
             "A PR after a CR still counts as PR; the strict reading breaks the pair.", OUR_READING),
    Declared("stable_minimum_days", "Days from registration before SD counts", "days",
             "SD counts from 6 weeks after registration.", OUR_READING),
    Declared("early_death_days", "Days from day 1 in which a death is early", "days",
             "A death is early while the first assessment (8 weeks, 7 days either side) could be made.", OUR_READING),
    Declared("marker_needed_for_complete", "A raised marker must be normal for CR", "",
             "Tumour markers above normal at baseline must be normal for a complete response.", RECIST),
    Declared("not_evaluated_counts", "An assessment without any evaluated lesion counts", "",
             "A disease assessment counts when at least one lesion was evaluated.", OUR_READING),
    Declared("partial_death_reading", "How a partial date of death is read", "",
             "A death known by month or year only is read by a stated rule and flagged.", OUR_READING,
             PARTIAL_DEATH_READINGS),
    Declared("partial_therapy_reading", "How a partial date of new therapy is read", "",
             "A new therapy known by month or year only is read by a stated rule and flagged.", OUR_READING,
             PARTIAL_THERAPY_READINGS),
    Declared("missed_assessments_days", "Gap that the sensitivity line censors before", "days",
             "Two assessments with their windows: 2 × (56 + 7) days.", OUR_READING),
    Declared("truncate_after_days", "Times are cut off after", "days",
             "Follow-up lasts 2 years; cutting times off there is a choice and is off.", OUR_READING),
    Declared("toxicity_grade", "Lowest grade that counts as toxicity", "CTCAE grade",
             "Toxicity is grade 3 or higher.", REGISTRY),
    Declared("toxicity_attribution", "Lowest attribution that counts as related", "1 unrelated to 5 definite",
             "Toxicity is possibly, probably or definitely related.", REGISTRY),
    Declared("toxicity_days_after_last_dose", "Days after the last dose that still count for toxicity", "days",
             "An event is on treatment until 30 days after the last dose.", OUR_READING),
    Declared("hormone_decrease_percent", "Decrease that counts as hormone improvement", "%",
             "A decrease by half, or a normal value, is an improvement.", OUR_READING),
    Declared("hormone_days_after_last_dose", "Days after the last dose that still count for hormones", "days",
             "A level is on treatment until 30 days after the last dose.", OUR_READING),
    Declared("confidence", "Confidence of intervals", "proportion",
             "The registry asks for a 95 % confidence interval.", REGISTRY),
    Declared("interval_rule", "Rule of the exact multistage interval", "",
             "The registry names Duffy and Santner; their paper was not at hand.", OUR_READING, INTERVAL_RULES),
    Declared("suspend_at_stage_1", "Registration waits for the decision at the end of a stage", "",
             "The registry names no stage plan; a group that may have to stop takes nobody meanwhile.", OUR_READING),
    Declared("accrual_ceiling_A", "Most participants of group A", "participants",
             "Enrolment of 93 is split 50 and 43 by group.", OUR_READING),
    Declared("accrual_ceiling_B", "Most participants of group B", "participants",
             "Enrolment of 93 is split 50 and 43 by group.", OUR_READING),
    Declared("plan_A", "Two-stage plan of group A", "evaluable participants", _PLAN, OUR_READING),
    Declared("plan_B", "Two-stage plan of group B", "evaluable participants", _PLAN, OUR_READING),
)  # fmt: skip


def declarations(group: str) -> tuple[Declared, ...]:
    """The settings that bear on a group, in the order of the page: the other group's own are left out."""
    return tuple(each for each in DECLARED if bears_on(each.name, group))


def bears_on(name: str, group: str) -> bool:
    """Whether a setting is for all groups, or this group's own (`plan_A`)."""
    return name.endswith(f"_{group}") or not any(name.endswith(f"_{each.value}") for each in Group)


def in_words(value: Any) -> str:
    """A setting's plain value (as in `AnalysisSettings.as_dict`) as a person reads it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return _plan_in_words(value)
    return WORDS_OF_CHOICES.get(str(value), str(value))


def _plan_in_words(plan: dict[str, Any]) -> str:
    looks = zip(plan["participants"], plan["futility"], plan["efficacy"], strict=True)
    stages = "; ".join(_look(number, *look) for number, look in enumerate(looks, start=1))
    return f"{stages}; tells {plan['p0']:.0%} from {plan['p1']:.0%}"


def _look(number: int, participants: int, futility: int | None, efficacy: int | None) -> str:
    words = [f"stage {number} at {participants}"]
    if futility is not None:
        words.append(f"futile at {futility} or fewer")
    if efficacy is not None:
        words.append(f"promising at {efficacy} or more")
    return ", ".join(words)
