"""The choices an analysis is run with; every one of them is shown on the page and in the output. PURE.

Defaults are the constants of `trial.protocol`, which name their source, or our readings where the registry is silent.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from trial.protocol.constants import OUR_READING, RECIST, REGISTRY, constant
from trial.protocol.groups import GROUPS, group_named
from trial.protocol.stage_plan import StagePlan
from trial.refused import Refused

PARTIAL_DEATH_READINGS = ("not_before_last_alive", "earliest", "latest")
PARTIAL_THERAPY_READINGS = ("not_before_last_dose", "earliest", "latest")
INTERVAL_RULES = ("crow", "max")


@dataclass(frozen=True)
class AnalysisSettings:
    """Each name is one choice; `None` where a choice is switched off."""

    confirmation_days: int = constant("confirmation_days")
    not_evaluated_between: int = constant("not_evaluated_between")
    stable_between: int = constant("stable_between")
    response_after_complete_counts: bool = True
    # "Duration of Treatment (Up to 2 years)" [registry]: when a response may be first seen.
    response_within_treatment: bool = True
    response_days_after_last_dose: int = 30
    stable_minimum_days: int = constant("stable_minimum_days")
    # From day 1, or from registration of the untreated: the first assessment with its window.
    early_death_days: int = constant("early_death_days")
    # A marker raised at baseline must be normal for a complete response [RECIST 1.0].
    marker_needed_for_complete: bool = True
    # Disease seen again after an overall complete response is a recurrence, and so progression [RECIST 1.0].
    disease_again_progresses: bool = True
    # Whether an assessment on which no lesion was evaluated still counts as a disease assessment.
    not_evaluated_counts: bool = False
    partial_death_reading: str = "not_before_last_alive"
    partial_therapy_reading: str = "not_before_last_dose"
    # A sensitivity line censors events that follow a longer gap: two assessments with their windows.
    missed_assessments_days: int = 2 * (constant("assessment_interval_days") + constant("assessment_window_days"))
    truncate_after_days: int | None = None
    toxicity_grade: int = 3
    toxicity_attribution: int = 3
    toxicity_days_after_last_dose: int = 30
    # The rate of toxicity that is just tolerable; above it a boundary stops, with this much error at the rate itself.
    toxicity_stop_percent: int | None = None
    toxicity_stop_error_percent: int = 5
    hormone_decrease_percent: int = 50
    hormone_days_after_last_dose: int = 30
    confidence: float = 0.95
    interval_rule: str = "crow"
    # Whether registration waits for the outcomes of a full stage 1; futility closes the group either way.
    suspend_at_stage_1: bool = True
    # Each group declares its own; `settings_of` gives them.
    accrual_ceiling: int = GROUPS[0].ceiling
    plan: StagePlan = GROUPS[0].plan

    def __post_init__(self) -> None:
        """Refuse what cannot be (Refused, in words)."""
        for each in fields(self):
            _refuse_wrong_number(each.name, getattr(self, each.name))
        _refuse_unlisted("partial_death_reading", self.partial_death_reading, PARTIAL_DEATH_READINGS)
        _refuse_unlisted("partial_therapy_reading", self.partial_therapy_reading, PARTIAL_THERAPY_READINGS)
        _refuse_unlisted("interval_rule", self.interval_rule, INTERVAL_RULES)
        if self.confidence != 0.95:
            raise Refused("Only 95% confidence intervals are computed.")
        for name in ("toxicity_grade", "toxicity_attribution"):
            if not 1 <= getattr(self, name) <= 5:
                raise Refused(f"{name} lies between 1 and 5, not {getattr(self, name)}.")
        if self.toxicity_stop_percent is not None and not 1 <= self.toxicity_stop_percent <= 99:
            raise Refused(f"toxicity_stop_percent lies between 1 and 99, not {self.toxicity_stop_percent}.")
        if not 1 <= self.toxicity_stop_error_percent <= 50:
            raise Refused(f"toxicity_stop_error_percent lies between 1 and 50, not {self.toxicity_stop_error_percent}.")
        if not 0 < self.hormone_decrease_percent <= 100:
            raise Refused(f"hormone_decrease_percent is above 0 up to 100, not {self.hormone_decrease_percent}.")

    def as_dict(self) -> dict[str, Any]:
        """Name → plain value that JSON can hold."""
        return dict(json.loads(json.dumps(asdict(self))))

    def version(self) -> str:
        """A short fingerprint that changes with any setting."""
        return sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:12]


def settings_of(group: str) -> AnalysisSettings:
    """The settings that the protocol states for a group. Raises ValueError for a group that it does not know."""
    declared = group_named(group)
    return replace(AnalysisSettings(), accrual_ceiling=declared.ceiling, plan=declared.plan)


def from_dict(values: Mapping[str, Any], group: str = GROUPS[0].code) -> AnalysisSettings:
    """The inverse of `as_dict`; names left out are as the protocol states them for the group.

    Raises Refused for an unknown name or value.
    """
    unknown = set(values) - {each.name for each in fields(AnalysisSettings)}
    if unknown:
        raise Refused(f"Unknown settings: {', '.join(sorted(unknown))}.")
    return replace(settings_of(group), **{name: _plan(name, _number(value)) for name, value in values.items()})


def _number(value: Any) -> Any:
    """The record hands out exact decimals; rates and confidence are floats here, alone and inside a plan."""
    if isinstance(value, Mapping):
        return {key: _number(each) for key, each in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def _plan(name: str, value: Any) -> Any:
    if name != "plan" or isinstance(value, StagePlan):
        return value
    try:
        plain: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
        return StagePlan(**plain)
    except (AttributeError, TypeError):
        raise Refused(f"{name} is no two-stage plan: {value!r}.") from None


def _refuse_wrong_number(name: str, value: Any) -> None:
    declared = AnalysisSettings.__dataclass_fields__[name].type
    if declared is bool and not isinstance(value, bool):
        raise Refused(f"{name} is yes or no, not {value!r}.")
    if declared is int or declared == (int | None):
        allowed = (int, type(None)) if declared is not int else (int,)
        if isinstance(value, bool) or not isinstance(value, allowed) or (value is not None and value < 0):
            raise Refused(f"{name} is a whole number from 0, not {value!r}.")


def _refuse_unlisted(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Refused(f"{name} is one of {', '.join(allowed)}, not {value!r}.")


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


_PLAN = "The registry record states the interval, not the stages: Simon's optimal design for 5% against 20%."
_TWO_YEARS = f"{constant('follow_up_days')} days"

DECLARED: tuple[Declared, ...] = (
    Declared("confirmation_days", "Days until a response can be confirmed", "days",
             "A response is seen again on scans at least 4 weeks apart.", REGISTRY),
    Declared("not_evaluated_between", "NE allowed between the two scans", "assessments",
             "One assessment that is not evaluable may lie between the two scans.", OUR_READING),
    Declared("stable_between", "SD allowed between the two scans", "assessments",
             "No SD may lie between the two scans.", OUR_READING),
    Declared("response_after_complete_counts", "A PR after a CR confirms as PR", "",
             "A PR after a CR still counts as PR; the strict reading breaks the pair.", OUR_READING),
    Declared("response_within_treatment", "A response must be first seen during treatment", "",
             f"The time frame is the duration of treatment, up to 2 years ({_TWO_YEARS}).", OUR_READING),
    Declared("response_days_after_last_dose", "Days after the last dose that still count for responses", "days",
             "A response is first seen no later than 30 days after the last dose.", OUR_READING),
    Declared("stable_minimum_days", "Days from registration before SD counts", "days",
             "SD counts from 6 weeks after registration.", OUR_READING),
    Declared("early_death_days", "Days from day 1 in which a death is early", "days",
             "A death is early while the first assessment (8 weeks, 7 days either side) could be made.", OUR_READING),
    Declared("marker_needed_for_complete", "A raised marker must be normal for CR", "",
             "Tumor markers above normal at baseline must be normal for a complete response.", RECIST),
    Declared("disease_again_progresses", "Disease seen again after CR is PD", "",
             "A response ends at recurrence: a non-target lesion present again, or any target measured.", RECIST),
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
             f"Follow-up lasts 2 years ({_TWO_YEARS}); cutting times off there is a choice and is off.", OUR_READING),
    Declared("toxicity_grade", "Lowest grade that counts as toxicity", "CTCAE grade",
             "Toxicity is grade 3 or higher.", REGISTRY),
    Declared("toxicity_attribution", "Lowest attribution that counts as related", "1 unrelated to 5 definite",
             "Toxicity is possibly, probably or definitely related.", REGISTRY),
    Declared("toxicity_days_after_last_dose", "Days after the last dose that the sensitivity line of toxicity ends",
             "days", f"Events count up to 2 years ({_TWO_YEARS}) from registration; the sensitivity line ends 30 days "
             "after the last dose.", OUR_READING),
    Declared("toxicity_stop_percent", "Toxicity rate that is just tolerable, for a stopping boundary", "%",
             "The registry record names no limit of toxicity; the boundary is off until the protocol does.",
             OUR_READING),
    Declared("toxicity_stop_error_percent", "Most chance of stopping at the tolerable toxicity rate", "%",
             "A Pocock-type boundary (Ivanova, Qaqish, Schell 2005) stops with no more than this at that rate.",
             OUR_READING),
    Declared("hormone_decrease_percent", "Decrease that counts as hormone improvement", "%",
             "A decrease by half, or a normal value, is an improvement.", OUR_READING),
    Declared("hormone_days_after_last_dose", "Days after the last dose that still count for hormones", "days",
             "A level is on treatment until 30 days after the last dose.", OUR_READING),
    Declared("confidence", "Confidence of intervals", "proportion",
             "The registry record specifies a 95% confidence interval.", REGISTRY),
    Declared("interval_rule", "Rule of the exact multistage interval", "",
             "The registry names Duffy and Santner; their paper was not at hand.", OUR_READING, INTERVAL_RULES),
    Declared("suspend_at_stage_1", "Registration waits for the decision at the end of a stage", "",
             "The registry record has no stage plan; a group that may have to stop is closed meanwhile.", OUR_READING),
    Declared("accrual_ceiling", "Most participants of the group", "participants",
             "Enrollment of 93 is split 50 and 43 by group.", OUR_READING),
    Declared("plan", "Two-stage plan of the group", "evaluable participants", _PLAN, OUR_READING),
)  # fmt: skip


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
