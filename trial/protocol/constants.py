"""Numbers and choices of the protocol, each with the sentence it comes from and its basis. PURE.

Source of every "registry" entry: the public registry record of the trial of sorafenib in progressive metastatic
neuroendocrine tumors. "Interpretation" marks what the registry leaves open.
"""

from dataclasses import dataclass
from decimal import Decimal

from trial.protocol.study import CRITERIA

REGISTRY = "Registry record"
RECIST = "RECIST 1.0"
CTCAE = "CTCAE 3.0"
OUR_READING = "Interpretation"


@dataclass(frozen=True)
class Constant:
    """One number or choice that the program uses, with its source sentence and whose word it is."""

    name: str
    value: object
    unit: str
    source: str
    mark: str


CONSTANTS: tuple[Constant, ...] = (
    Constant("cycle_days", 28, "days", "Courses repeat every 28 days.", REGISTRY),
    Constant("full_dose_mg", 400, "mg", "Dose level 0 is 400 mg twice daily.", OUR_READING),
    Constant("tablet_mg", 200, "mg", "Sorafenib tablets hold 200 mg.", OUR_READING),
    Constant("tablets_tolerance_percent", 5, "%", "Tablets gone agree with the dosing periods within 5%.", OUR_READING),
    Constant("assessment_interval_days", 56, "days", "Tumor assessment every 8 weeks.", OUR_READING),
    Constant("assessment_window_days", 7, "days", "Assessments may lie 7 days either side.", OUR_READING),
    Constant("baseline_window_days", 28, "days", "Baseline never more than 4 weeks before treatment.", RECIST),
    Constant("confirmation_days", 28, "days", "Response seen again on scans at least 4 weeks apart.", REGISTRY),
    Constant("not_evaluated_between", 1, "assessments", "One NE may lie between the two scans.", OUR_READING),
    Constant("stable_between", 0, "assessments", "No SD may lie between the two scans.", OUR_READING),
    Constant("stable_minimum_days", 42, "days", "SD counts from 6 weeks after registration.", OUR_READING),
    Constant("early_death_days", 63, "days", "Early death: by the end of the first assessment's window.", OUR_READING),
    Constant("criteria", CRITERIA, "", "Response by RECIST; of its time, 1.0.", OUR_READING),
    Constant("targets_per_organ", 5, "lesions", "At most 5 target lesions per organ.", RECIST),
    Constant("targets_in_all", 10, "lesions", "At most 10 target lesions in all.", RECIST),
    Constant("measurable_conventional_mm", 20, "mm", "Measurable from 20 mm by conventional techniques.", RECIST),
    Constant("measurable_spiral_mm", 10, "mm", "Measurable from 10 mm by spiral CT.", RECIST),
    Constant("too_small_default_mm", 5, "mm", "Too small to measure: a value is kept, 5 mm proposed.", OUR_READING),
    Constant("merged_target_mm", 0, "mm", "A target merged with another counts 0: the whole is measured at the other.",
             OUR_READING),
    Constant("stage_1_participants", 21, "evaluable", "Simon optimal design, 5% against 20%.", OUR_READING),
    Constant("stage_1_futility", 1, "responders", "Stop after stage 1 if at most this many respond.", OUR_READING),
    Constant("stage_2_participants", 41, "evaluable", "Simon optimal design, 5% against 20%.", OUR_READING),
    Constant("stage_2_futility", 4, "responders", "Promising from one responder more.", OUR_READING),
    Constant("mature_after_cycles", 6, "cycles", "A stage-1 outcome is mature at an event or 6 cycles.", OUR_READING),
    Constant("pressure_weeks", 6, "weeks", "Blood pressure weekly in the first 6 weeks.", OUR_READING),
    Constant("follow_up_days_between", 91, "days", "Follow-up every 3 months until progression.", REGISTRY),
    Constant("follow_up_slow_days", 183, "days", "Follow-up every 6 months after progression.", REGISTRY),
    Constant("follow_up_days", 731, "days", "Follow-up, responses and toxicity up to 2 years.", REGISTRY),
    Constant("follow_up_window_days", 14, "days", "A contact may lie 14 days either side.", OUR_READING),
    Constant("closing_window_days", 14, "days", "Off treatment and off study are entered within 14 days.", OUR_READING),
    Constant("first_year", 2005, "", "The trial began in June 2005: nothing of it happened earlier.", REGISTRY),
    Constant("oldest_age_years", 110, "years", "No participant is older.", OUR_READING),
    Constant("minimum_age_years", 18, "years", "Adults of 18 years or older.", REGISTRY),
    Constant("highest_ECOG", 2, "ECOG", "Performance status ECOG 0 to 2.", REGISTRY),
    Constant("AST_with_liver_metastases", 5, "× ULN", "AST up to 5 × the upper limit with liver metastases.", REGISTRY),
    Constant("cycle_window_days", 7, "days", "A cycle may begin some days late after a delay.", OUR_READING),
    Constant("raised_systolic_mmhg", 150, "mmHg", "Hypertension: above 150/100 where it was normal.", CTCAE),
    Constant("raised_diastolic_mmhg", 100, "mmHg", "Hypertension: above 150/100 where it was normal.", CTCAE),
    Constant("diastolic_rise_mmhg", 20, "mmHg", "Hypertension: diastolic up by more than 20 mmHg.", CTCAE),
    Constant("dangerous_diastolic_mmhg", 110, "mmHg", "Hold from a diastolic pressure of 110 mmHg.", OUR_READING),
    Constant("skin_reaction_days", 7, "days", "Hand-foot grade 2: no better in 7 days, as a second time.", OUR_READING),
    Constant("partial_response_ratio", Decimal("0.7"), "of the baseline sum", "PR: a decrease of 30%.", RECIST),
    Constant("progression_ratio", Decimal("1.2"), "of the smallest sum", "PD: an increase of 20%.", RECIST),
    Constant("fewest_at_risk", 5, "participants", "A rate with fewer at risk is not estimable.", OUR_READING),
    Constant("days_per_month", Decimal("30.4375"), "days", "A month is a twelfth of 365.25 days.", OUR_READING),
)
_BY_NAME = {constant.name: constant for constant in CONSTANTS}


def constant(name: str) -> int:
    """The whole-number value of a named constant; KeyError names an unknown one."""
    value = _BY_NAME[name].value
    assert isinstance(value, int), name
    return value


def exact_constant(name: str) -> Decimal:
    """The exact value of a named constant that is not a whole number; KeyError names an unknown one."""
    value = _BY_NAME[name].value
    assert isinstance(value, Decimal), name
    return value
