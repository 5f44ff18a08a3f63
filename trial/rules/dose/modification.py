"""Dose levels and the rules of dose modification as data, each with its source. PURE.

The protocol's own table is not public: every row is a default [our reading], to be confirmed against the protocol
before use. Rules for blood counts are not public and are not made up here. `trial.rules.dose.proposals` reads them.
"""

from dataclasses import dataclass
from enum import Enum

from trial.protocol import OUR_READING

LABEL_2005 = "Label of 2005, as in PMC6626665, table 2"
LABEL_NOW = "Current label"
SHARP = "Label of 2005; record of NCT00105443"
RADIAT_2 = "Radiat Oncol 2010;5:12, table 2"
RADIAT_4 = "Radiat Oncol 2010;5:12, table 4"
REGISTRY_LABEL = "Registry: twice daily, days 1 to 28; 400 mg from the label"


class Action(str, Enum):
    """What is proposed, the mildest first."""

    CONTINUE = "continue"
    HOLD = "hold"
    HOLD_AND_REDUCE = "hold, then one level lower"
    DISCONTINUE = "discontinue"


STRICTNESS = tuple(Action)


@dataclass(frozen=True)
class DoseLevel:
    """One step of the dose: `number` 0 is the full dose, −1 and −2 are reductions."""

    id: str
    number: int
    dose_mg: int
    frequency: str
    words: str
    source: str
    mark: str = OUR_READING


LEVELS: tuple[DoseLevel, ...] = (
    DoseLevel("LEVEL-0", 0, 400, "twice_daily", "400 mg twice daily", REGISTRY_LABEL),
    DoseLevel("LEVEL-1", -1, 400, "once_daily", "400 mg once daily", SHARP),
    DoseLevel("LEVEL-2", -2, 400, "every_other_day", "400 mg every other day", SHARP),
)


@dataclass(frozen=True)
class DoseRule:
    """When `topic` has one of `grades` for the `from_time`th to `to_time`th time (None: any later one).

    until: how far it has to recover before the drug is taken again. note: what else the source says.
    """

    id: str
    topic: str
    grades: tuple[int, ...]
    action: Action
    source: str
    until: str = ""
    note: str = ""
    from_time: int = 1
    to_time: int | None = None
    mark: str = OUR_READING

    @property
    def when(self) -> str:
        """Grades and times in words, as in “grade 2, 2nd to 3rd time”."""
        if not self.grades:
            return ""
        grades = f"grade {self.grades[0]}" + (f" to {self.grades[-1]}" if len(self.grades) > 1 else "")
        times = {(1, None): "", (1, 1): ", 1st time", (1, 2): ", 1st or 2nd time", (2, 3): ", 2nd or 3rd time"}
        later = f", from time {self.from_time} on"
        return grades + times.get((self.from_time, self.to_time), later)


HAND_FOOT, HYPERTENSION, OTHER = "hand-foot skin reaction", "hypertension", "other non-hematologic event"
ISCHEMIA, HEART_FAILURE = "cardiac ischemia or infarction", "heart failure"
HEMORRHAGE, PERFORATION = "hemorrhage", "gastrointestinal perforation"
GRADE_1, GRADE_2 = "it is grade 0 or 1", "it is grade 2 or less"
CALM = "complaints are gone and the diastolic pressure is 100 mmHg or less"
_KEEP, _LOWER, _STOP = Action.CONTINUE, Action.HOLD_AND_REDUCE, Action.DISCONTINUE

RULES: tuple[DoseRule, ...] = (
    DoseRule("HAND-FOOT-1", HAND_FOOT, (1,), _KEEP, LABEL_2005, note="Care of the skin."),
    DoseRule("HAND-FOOT-2A", HAND_FOOT, (2,), _KEEP, LABEL_2005, to_time=1,
             note="Care of the skin; if it is no better within 7 days, as for the second time."),
    DoseRule("HAND-FOOT-2B", HAND_FOOT, (2,), _LOWER, LABEL_2005, GRADE_1, from_time=2, to_time=3),
    DoseRule("HAND-FOOT-2C", HAND_FOOT, (2,), _STOP, LABEL_2005, from_time=4),
    DoseRule("HAND-FOOT-3A", HAND_FOOT, (3,), _LOWER, LABEL_2005, GRADE_1, to_time=2),
    DoseRule("HAND-FOOT-3B", HAND_FOOT, (3,), _STOP, LABEL_2005, from_time=3),
    DoseRule("PRESSURE-1", HYPERTENSION, (1,), _KEEP, RADIAT_4, note="Consider measuring more often."),
    DoseRule("PRESSURE-2A", HYPERTENSION, (2,), _KEEP, RADIAT_4,
             note="Start an antihypertensive. If it is felt or does not go away, hold as for grade 3."),
    DoseRule("PRESSURE-2B", HYPERTENSION, (2, 3), _LOWER, RADIAT_4, CALM,
             note="Antihypertensives; if still not controlled, one more level. The full dose may come back later."),
    DoseRule("PRESSURE-4", HYPERTENSION, (4,), _STOP, f"{RADIAT_4}; current label"),
    DoseRule("OTHER-2", OTHER, (1, 2), _KEEP, RADIAT_2, note="Treat in good time."),
    DoseRule("OTHER-3", OTHER, (3,), _LOWER, RADIAT_2, GRADE_2, "Stop if it has not recovered after 30 days."),
    DoseRule("OTHER-4", OTHER, (4,), _LOWER, RADIAT_2, GRADE_2, "Or discontinue, as the protocol says."),
    DoseRule("ISCHEMIA-2", ISCHEMIA, (2, 3, 4), _STOP, LABEL_NOW),
    DoseRule("HEART-3", HEART_FAILURE, (3,), _LOWER, LABEL_NOW, GRADE_1),
    DoseRule("HEART-4", HEART_FAILURE, (4,), _STOP, LABEL_NOW),
    DoseRule("BLEEDING-2", HEMORRHAGE, (2, 3, 4), _STOP, LABEL_NOW, note="When it needs medical intervention."),
    DoseRule("PERFORATION", PERFORATION, (1, 2, 3, 4), _STOP, LABEL_NOW),
)
LOWEST = DoseRule("LEVEL-BELOW", "dose level", (), _STOP, RADIAT_2 + " and 4", note="More than two reductions.")
SURGERY = DoseRule("SURGERY", "elective surgery", (), Action.HOLD, LABEL_NOW,
                   "at least 2 weeks after major surgery",
                   "Hold at least 10 days before.")  # fmt: skip
MONITORING = DoseRule("PRESSURE-WEEKLY", "hypertension monitoring", (), _KEEP, "Label (wording not checked)",
                      note="Blood pressure weekly in the first 6 weeks, then as needed.")  # fmt: skip
