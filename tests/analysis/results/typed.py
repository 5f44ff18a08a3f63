"""One act drawn by Hypothesis, and what it types into the forms of one entry."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from capture.casebook.registry import ENTRY_FORMS
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)


@dataclass(frozen=True)
class Act:
    """One act: what, to whom (counted from the newest), with which choice of many, on which day of treatment."""

    what: str
    who: int
    choice: int
    day: int

    @property
    def on(self) -> date:
        """The calendar day."""
        return DAY_1 + timedelta(days=self.day)

    @property
    def partial(self) -> PartialDate:
        """The day as it may be known: one in three without its day, one in nine without its month."""
        on = self.on
        return PartialDate(on.year, on.month if self.choice != 4 else None, None if self.choice % 3 == 1 else on.day)


def typed(kind: str, act: Act) -> dict[str, Any]:
    """What is typed into a form of one entry; what is not named here is left as the form offers it."""
    n, on = act.choice, act.on
    fatal = n == 7
    model = ENTRY_FORMS[kind].model
    fields = [each for each in model._meta.concrete_fields if each.blank and not each.is_relation]
    blank = {each.name: each.get_default() for each in fields}
    del blank["struck_out_reason"]
    blank.pop("id", None)
    return blank | {
        "adverse_event": {
            "term": ("diarrhea", "hypertension", "nausea")[n % 3], "grade": 5 if fatal else 1 + n % 4,
            "attribution": 1 + (n + act.day) % 5, "onset_on": act.partial, "resolved_on": None,
            "present_at_baseline": n == 8, "seriousness": "no", "action_taken": "none",
            "outcome": "fatal" if fatal else "recovering",
        },
        "hormone": {"sampled_on": on - timedelta(days=60 * (n == 0)), "marker": ("CGA", "HIAA5U24")[act.day % 2],
                    "value": Decimal(400 - 40 * n), "unit": "ug/L", "upper_limit": Decimal(100), "assay": "RIA"},
        "medication": {"kind": ("somatostatin_analogue", "other")[n % 2], "name": "octreotide",
                       "started_on": act.partial, "stopped_on": None},
        "blood_pressure": {"measured_on": on, "systolic_mmhg": 120 + n, "diastolic_mmhg": 80},
        "off_treatment": {"off_on": on, "reason": ("progression", "toxicity", "never_started", "refusal")[n % 4]},
        "follow_up": {"contacted_on": on, "alive": ("alive", "dead", "unknown")[n % 3],
                      "progression": ("none", "radiological", "clinical", "not_known")[n % 4],
                      "progressed_on": on if n % 4 in (1, 2) else None,
                      "progression_method": "mri" if n % 4 in (1, 2) else "", "disease_assessed_on": None,
                      "new_therapy": "yes" if n > 6 else "no", "new_therapy_on": act.partial if n > 6 else None},
        "death": {"died_on": act.partial, "cause": ("disease", "toxicity", "other", "unknown")[n % 4],
                  "because": "accident"},
        "withdrawal": {"withdrew_on": on, "scope": ("treatment", "follow_up", "all")[n % 3]},
        "off_study": {"off_on": on, "reason": "lost"},
    }[kind]  # fmt: skip
