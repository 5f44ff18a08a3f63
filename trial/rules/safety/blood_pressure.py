"""Whether a blood pressure proposes hypertension by CTCAE 3.0; its grade always needs a person's judgement. PURE.

Raised: above 150/100 where it was normal before treatment, or diastolic more than 20 mmHg above that [CTCAE 3.0].
Either number counts, and a rise that was there at the measurement before is a lasting one, grade 2 [our reading].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trial.protocol import constant
from trial.rules.safety.laboratory import Grading

TERM = "hypertension"
JUDGEMENT = (
    "grade 1 when it lasted less than 24 hours without complaints; grade 2 when it lasts, comes again or is felt; "
    "grade 3 when it needs more than one drug, or more treatment than before; grade 4 in a crisis"
)


@dataclass(frozen=True)
class Pressure:
    """One measurement in mmHg; before_treatment: at screening or at the start of cycle 1."""

    measured_on: date
    systolic: int
    diastolic: int
    before_treatment: bool = False

    def __str__(self) -> str:
        return f"{self.systolic}/{self.diastolic} mmHg"


def grade_pressure(now: Pressure, series: Sequence[Pressure]) -> Grading:
    """Grade 0, or 1 or 2 as a proposal. `series` may hold any measurements; only those before `now` count."""
    earlier = sorted((each for each in series if each.measured_on < now.measured_on), key=lambda one: one.measured_on)
    baseline = next((each for each in reversed(earlier) if each.before_treatment), None)
    because = _raised(now, baseline)
    if not because:
        return Grading(0, "", f"{now} is not raised")
    last = earlier[-1] if earlier else None
    again = last is not None and last is not baseline and bool(_raised(last, baseline))
    also = ", as it was the time before" if again else ""
    return Grading(2 if again else 1, TERM, because + also, JUDGEMENT)


def _raised(now: Pressure, baseline: Pressure | None) -> str:
    """Why it is raised, in words; empty when it is not."""
    if baseline is not None and now.diastolic > baseline.diastolic + constant("diastolic_rise_mmhg"):
        return f"{now}: diastolic more than {constant('diastolic_rise_mmhg')} mmHg above {baseline} before treatment"
    if _above_normal(now) and not (baseline is not None and _above_normal(baseline)):
        return f"{now} is above {constant('raised_systolic_mmhg')}/{constant('raised_diastolic_mmhg')}"
    return ""


def _above_normal(each: Pressure) -> bool:
    return each.systolic > constant("raised_systolic_mmhg") or each.diastolic > constant("raised_diastolic_mmhg")
