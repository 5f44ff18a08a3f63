"""The choices an analysis is run with; every one of them is shown on the page and in the output. PURE.

Defaults are the constants of `trial.protocol`, which name their source, or our readings where the registry is silent.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from hashlib import sha256
from typing import Any

from trial import protocol

ENGINE = "14"

PARTIAL_DEATH_READINGS = ("not_before_last_alive", "earliest", "latest")
PARTIAL_THERAPY_READINGS = ("not_before_last_dose", "earliest", "latest")
INTERVAL_RULES = ("crow", "max")


class WrongSettings(ValueError):
    """A setting is unknown or impossible; the message says which and why."""


@dataclass(frozen=True)
class StagePlan:
    """A group's looks: participants in all, stop at or below `futility`, or at or above `efficacy` (None: no bound).

    p0, p1: the response rates that the plan tells apart.
    """

    participants: tuple[int, ...]
    futility: tuple[int | None, ...]
    efficacy: tuple[int | None, ...]
    p0: float = 0.05
    p1: float = 0.20

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be followed (WrongSettings)."""
        if not self.participants or len({len(self.participants), len(self.futility), len(self.efficacy)}) != 1:
            raise WrongSettings("A plan names participants, futility and efficacy for each of its stages.")
        if any(later <= earlier for earlier, later in zip((0, *self.participants), self.participants, strict=False)):
            raise WrongSettings(f"Stages grow: {self.participants} participants do not.")
        for size, low, high in zip(self.participants, self.futility, self.efficacy, strict=True):
            _refuse_wrong_bounds(size, low, high)
        if not 0 < self.p0 < self.p1 < 1:
            raise WrongSettings(f"The rates of a plan lie between 0 and 1 in order, not {self.p0} and {self.p1}.")


def _refuse_wrong_bounds(size: int, low: int | None, high: int | None) -> None:
    for bound in (low, high):
        if bound is not None and not 0 <= bound <= size:
            raise WrongSettings(f"A bound of {bound} is impossible among {size} participants.")
    if low is not None and high is not None and low >= high:
        raise WrongSettings(f"Futility at {low} and efficacy at {high} cannot both hold: futility must be lower.")


def _default_plan() -> StagePlan:
    """Simon's optimal two-stage design for 5 % against 20 % [our reading]."""
    value = protocol.constant
    return StagePlan(
        participants=(value("stage_1_participants"), value("stage_2_participants")),
        futility=(value("stage_1_futility"), value("stage_2_futility")),
        efficacy=(None, None),
    )


@dataclass(frozen=True)
class AnalysisSettings:
    """Each name is one choice; `None` where a choice is switched off."""

    confirmation_days: int = protocol.constant("confirmation_days")
    not_evaluated_between: int = protocol.constant("not_evaluated_between")
    stable_between: int = protocol.constant("stable_between")
    response_after_complete_counts: bool = True
    stable_minimum_days: int = protocol.constant("stable_minimum_days")
    # From day 1, or from registration of the untreated: the first assessment with its window.
    early_death_days: int = protocol.constant("early_death_days")
    # A marker raised at baseline must be normal for a complete response [RECIST 1.0].
    marker_needed_for_complete: bool = True
    # Whether an assessment on which no lesion was evaluated still counts as a disease assessment.
    not_evaluated_counts: bool = False
    partial_death_reading: str = "not_before_last_alive"
    partial_therapy_reading: str = "not_before_last_dose"
    # A sensitivity line censors events that follow a longer gap: two assessments with their windows.
    missed_assessments_days: int = 2 * (
        protocol.constant("assessment_interval_days") + protocol.constant("assessment_window_days")
    )
    truncate_after_days: int | None = None
    toxicity_grade: int = 3
    toxicity_attribution: int = 3
    toxicity_days_after_last_dose: int = 30
    hormone_decrease_percent: int = 50
    hormone_days_after_last_dose: int = 30
    confidence: float = 0.95
    interval_rule: str = "crow"
    # Whether registration waits for the outcomes of a full stage 1; futility closes the group either way.
    suspend_at_stage_1: bool = True
    accrual_ceiling_A: int = protocol.constant("accrual_ceiling_A")
    accrual_ceiling_B: int = protocol.constant("accrual_ceiling_B")
    plan_A: StagePlan = field(default_factory=_default_plan)
    plan_B: StagePlan = field(default_factory=_default_plan)

    def __post_init__(self) -> None:
        """Refuse what cannot be (WrongSettings, in words)."""
        for each in fields(self):
            _refuse_wrong_number(each.name, getattr(self, each.name))
        _refuse_unlisted("partial_death_reading", self.partial_death_reading, PARTIAL_DEATH_READINGS)
        _refuse_unlisted("partial_therapy_reading", self.partial_therapy_reading, PARTIAL_THERAPY_READINGS)
        _refuse_unlisted("interval_rule", self.interval_rule, INTERVAL_RULES)
        if self.confidence != 0.95:
            raise WrongSettings("Intervals are computed for a confidence of 95 % only.")
        for name in ("toxicity_grade", "toxicity_attribution"):
            if not 1 <= getattr(self, name) <= 5:
                raise WrongSettings(f"{name} lies between 1 and 5, not {getattr(self, name)}.")
        if not 0 < self.hormone_decrease_percent <= 100:
            raise WrongSettings(f"hormone_decrease_percent is above 0 up to 100, not {self.hormone_decrease_percent}.")

    def ceiling(self, group: str) -> int:
        """The most participants that a group takes; WrongSettings for a group without a ceiling."""
        found = getattr(self, f"accrual_ceiling_{group}", None)
        if not isinstance(found, int):
            raise WrongSettings(f"There is no accrual ceiling for group {group}.")
        return found

    def plan(self, group: str) -> StagePlan:
        """The two-stage plan of a group; WrongSettings for a group without one."""
        found = getattr(self, f"plan_{group}", None)
        if not isinstance(found, StagePlan):
            raise WrongSettings(f"There is no two-stage plan for group {group}.")
        return found

    def as_dict(self) -> dict[str, Any]:
        """Name → plain value that JSON can hold."""
        return dict(json.loads(json.dumps(asdict(self))))

    def version(self) -> str:
        """A short fingerprint that changes with any setting."""
        return sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()[:12]


def from_dict(values: Mapping[str, Any]) -> AnalysisSettings:
    """The inverse of `as_dict`; names left out keep their default; WrongSettings for an unknown name or value."""
    unknown = set(values) - {each.name for each in fields(AnalysisSettings)}
    if unknown:
        raise WrongSettings(f"Unknown settings: {', '.join(sorted(unknown))}.")
    return AnalysisSettings(**{name: _plan(name, _number(value)) for name, value in values.items()})


def _number(value: Any) -> Any:
    """The record hands out exact decimals; rates and confidence are floats here, alone and inside a plan."""
    if isinstance(value, Mapping):
        return {key: _number(each) for key, each in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def _plan(name: str, value: Any) -> Any:
    if not name.startswith("plan_") or isinstance(value, StagePlan):
        return value
    try:
        plain: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
        return StagePlan(**plain)
    except (AttributeError, TypeError):
        raise WrongSettings(f"{name} is no two-stage plan: {value!r}.") from None


def _refuse_wrong_number(name: str, value: Any) -> None:
    declared = AnalysisSettings.__dataclass_fields__[name].type
    if declared is bool and not isinstance(value, bool):
        raise WrongSettings(f"{name} is yes or no, not {value!r}.")
    if declared is int or declared == (int | None):
        allowed = (int, type(None)) if declared is not int else (int,)
        if isinstance(value, bool) or not isinstance(value, allowed) or (value is not None and value < 0):
            raise WrongSettings(f"{name} is a whole number from 0, not {value!r}.")


def _refuse_unlisted(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise WrongSettings(f"{name} is one of {', '.join(allowed)}, not {value!r}.")
