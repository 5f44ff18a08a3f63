"""What the protocol says: groups, code lists and constants, each with the sentence it comes from.

Source of every "registry" entry: the public registry record of the trial of sorafenib in progressive metastatic
neuroendocrine tumours. "our reading" marks what the registry leaves open; the study chair can see every one of them.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

STUDY_NAME = "Sorafenib in progressive metastatic neuroendocrine tumours"
STUDY_SHORT_NAME = "Sorafenib NET phase II"
NUMBER_PREFIX = "NET"

REGISTRY = "registry"
RECIST = "RECIST 1.0"
# The criteria of response, chosen when the study is set up; `trial.rules.chosen_criteria` knows RECIST 1.0 and 1.1.
CRITERIA = "RECIST 1.0"
CTCAE = "CTCAE 3.0"
OUR_READING = "our reading"


class Group(str, Enum):
    """Analysis group by tumour type; each is evaluated on its own for every endpoint [registry]."""

    A = "A"
    B = "B"


GROUP_NAMES = {Group.A: "Carcinoid", Group.B: "Islet cell / other well-differentiated"}


@dataclass(frozen=True)
class Constant:
    """One number or choice that the program uses, with its source sentence and whose word it is."""

    name: str
    value: object
    unit: str
    source: str
    mark: str


CONSTANTS: tuple[Constant, ...] = (
    Constant("accrual_ceiling_A", 50, "participants", "Enrolment of 93 is split 50 and 43 by group.", OUR_READING),
    Constant("accrual_ceiling_B", 43, "participants", "Enrolment of 93 is split 50 and 43 by group.", OUR_READING),
    Constant("cycle_days", 28, "days", "Courses repeat every 28 days.", REGISTRY),
    Constant("full_dose_mg", 400, "mg", "Dose level 0 is 400 mg twice daily.", OUR_READING),
    Constant("tablet_mg", 200, "mg", "Sorafenib tablets hold 200 mg.", OUR_READING),
    Constant("assessment_interval_days", 56, "days", "Tumour assessment every 8 weeks.", OUR_READING),
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
    Constant("stage_1_participants", 21, "evaluable", "Simon optimal design, 5 % against 20 %.", OUR_READING),
    Constant("stage_1_futility", 1, "responders", "Stop after stage 1 if at most this many respond.", OUR_READING),
    Constant("stage_2_participants", 41, "evaluable", "Simon optimal design, 5 % against 20 %.", OUR_READING),
    Constant("stage_2_futility", 4, "responders", "Promising from one responder more.", OUR_READING),
    Constant("mature_after_cycles", 6, "cycles", "A stage-1 outcome is mature at an event or 6 cycles.", OUR_READING),
    Constant("pressure_weeks", 6, "weeks", "Blood pressure weekly in the first 6 weeks.", OUR_READING),
    Constant("follow_up_days_between", 91, "days", "Follow-up every 3 months until progression.", REGISTRY),
    Constant("follow_up_slow_days", 183, "days", "Follow-up every 6 months after progression.", REGISTRY),
    Constant("follow_up_days", 731, "days", "Follow-up up to 2 years from study entry.", REGISTRY),
    Constant("follow_up_window_days", 14, "days", "A contact may lie 14 days either side.", OUR_READING),
    Constant("minimum_age_years", 18, "years", "Adults of 18 years or older.", REGISTRY),
    Constant("highest_ECOG", 2, "ECOG", "Performance status ECOG 0 to 2.", REGISTRY),
    Constant("AST_with_liver_metastases", 5, "× ULN", "AST up to 5 × the upper limit with liver metastases.", REGISTRY),
    Constant("cycle_window_days", 7, "days", "A cycle may begin some days late after a delay.", OUR_READING),
    Constant("raised_systolic_mmhg", 150, "mmHg", "Hypertension: above 150/100 where it was normal.", CTCAE),
    Constant("raised_diastolic_mmhg", 100, "mmHg", "Hypertension: above 150/100 where it was normal.", CTCAE),
    Constant("diastolic_rise_mmhg", 20, "mmHg", "Hypertension: diastolic up by more than 20 mmHg.", CTCAE),
    Constant("dangerous_diastolic_mmhg", 110, "mmHg", "Hold from a diastolic pressure of 110 mmHg.", OUR_READING),
    Constant("skin_reaction_days", 7, "days", "Hand-foot grade 2: no better in 7 days, as a second time.", OUR_READING),
    Constant("partial_response_ratio", Decimal("0.7"), "of the baseline sum", "PR: a decrease of 30 %.", RECIST),
    Constant("progression_ratio", Decimal("1.2"), "of the smallest sum", "PD: an increase of 20 %.", RECIST),
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


@dataclass(frozen=True)
class TumourType:
    """One of the ten conditions of the registry and the group it belongs to (None: histology decides)."""

    code: str
    label: str
    group: Group | None


TUMOUR_TYPES: tuple[TumourType, ...] = (
    TumourType("gastrinoma", "Gastrinoma", Group.B),
    TumourType("glucagonoma", "Glucagonoma", Group.B),
    TumourType("insulinoma", "Insulinoma", Group.B),
    TumourType("metastatic_gi_carcinoid", "Metastatic gastrointestinal carcinoid tumour", Group.A),
    TumourType("neuroendocrine_tumour", "Neuroendocrine tumour (histology decides)", None),
    TumourType("pancreatic_polypeptide", "Pancreatic polypeptide tumour", Group.B),
    TumourType("recurrent_gi_carcinoid", "Recurrent gastrointestinal carcinoid tumour", Group.A),
    TumourType("recurrent_islet_cell", "Recurrent islet cell carcinoma", Group.B),
    TumourType("somatostatinoma", "Somatostatinoma", Group.B),
    TumourType("wdha_syndrome", "WDHA syndrome (VIPoma)", Group.B),
)
HISTOLOGIES: tuple[TumourType, ...] = (
    TumourType("carcinoid", "Carcinoid", Group.A),
    TumourType("islet_cell", "Islet cell carcinoma", Group.B),
    TumourType("other_well_differentiated", "Other well-differentiated", Group.B),
)


def by_registration(number: str) -> tuple[int, str]:
    """Sorts study numbers in the order in which they were given, past NET-999 too."""
    return len(number), number


def group_of(tumour_type: str, histology: str) -> Group | None:
    """The analysis group that follows from tumour type and histology [registry]; None when they do not decide it."""
    for kind in TUMOUR_TYPES:
        if kind.code == tumour_type and kind.group is not None:
            return kind.group
    if tumour_type == "neuroendocrine_tumour":
        return next((kind.group for kind in HISTOLOGIES if kind.code == histology), None)
    return None


SEXES = (("female", "Female"), ("male", "Male"), ("unknown", "Unknown"), ("not_reported", "Not reported"))
RACES = (
    ("white", "White"),
    ("black", "Black or African American"),
    ("pacific", "Native Hawaiian or other Pacific Islander"),
    ("asian", "Asian"),
    ("american_indian", "American Indian or Alaska Native"),
    ("not_reported", "Not reported"),
    ("unknown", "Unknown"),
)
ETHNICITIES = (
    ("hispanic", "Hispanic or Latino"),
    ("not_hispanic", "Not Hispanic or Latino"),
    ("not_reported", "Not reported"),
    ("unknown", "Unknown"),
)
ORGANS = (
    ("liver", "Liver"), ("lymph_node", "Lymph node"), ("lung", "Lung"), ("pancreas", "Pancreas"),
    ("mesentery", "Mesentery"), ("peritoneum", "Peritoneum"), ("bone", "Bone"), ("adrenal", "Adrenal"),
    ("bowel", "Bowel"), ("soft_tissue", "Soft tissue"), ("ovary", "Ovary"), ("other", "Other"),
)  # fmt: skip
METHODS = (
    ("spiral_ct", "Spiral CT"),
    ("conventional_ct", "Conventional CT"),
    ("mri", "MRI"),
    ("chest_xray", "Chest X-ray"),
    ("clinical", "Clinical examination"),
)
MISSING_REASONS = (
    ("not_done", "Not done"),
    ("unknown", "Unknown"),
    ("not_applicable", "Not applicable"),
    ("pending", "Pending"),
)
FREQUENCIES = (
    ("twice_daily", "twice daily"),
    ("once_daily", "once daily"),
    ("every_other_day", "every other day"),
    ("held", "held"),
)
REASONS_FOR_CHANGE = (
    ("entry_error", "Entry error"),
    ("new_source", "New or corrected source document"),
    ("query_answer", "Answer to a query"),
    ("late_result", "Result came later"),
    ("other", "Other (say why)"),
)


@dataclass(frozen=True)
class EligibilityItem:
    """One criterion of the checklist, answered on its own; a laboratory item is derived from its value.

    limit: the bound on the value; relative_to_upper_limit: the bound is a multiple of the laboratory's upper limit.
    """

    code: str
    words: str
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    relative_to_upper_limit: bool = False

    @property
    def is_laboratory(self) -> bool:
        """Whether the answer follows from a value."""
        return bool(self.minimum or self.maximum)


# Edition 1 of the checklist: the published text breaks off after "other cancer", hence it is versioned data [registry].
ELIGIBILITY_EDITION = 1
ELIGIBILITY: tuple[EligibilityItem, ...] = (
    EligibilityItem("adult", "18 years of age or older"),
    EligibilityItem("histology", "Neuroendocrine tumour confirmed by histology: carcinoid, islet cell or other "
                    "well-differentiated"),
    EligibilityItem("not_high_grade", "No anaplastic or high-grade histology"),
    EligibilityItem("metastatic", "Metastatic disease"),
    EligibilityItem("measurable", f"Measurable disease by {CRITERIA}"),
    EligibilityItem("no_excluded_tumour", "No thyroid carcinoma, thymoma, phaeochromocytoma or paraganglioma"),
    EligibilityItem("no_brain_metastases", "No known brain metastases"),
    EligibilityItem("ecog", "ECOG performance status 0 to 2"),
    EligibilityItem("life_expectancy", "Life expectancy of at least 24 weeks"),
    EligibilityItem("neutrophils", "Neutrophils at least 1 500 /mm³", "/mm³", minimum="1500"),
    EligibilityItem("platelets", "Platelets at least 100 000 /mm³", "/mm³", minimum="100000"),
    EligibilityItem("bilirubin", "Bilirubin at most 2 × upper limit of normal", "× ULN", maximum="2",
                    relative_to_upper_limit=True),
    EligibilityItem("ast", "AST at most 3 × upper limit of normal (5 × with liver metastases)", "× ULN", maximum="3",
                    relative_to_upper_limit=True),
    EligibilityItem("coagulation", "INR and PTT normal"),
    EligibilityItem("creatinine", "Creatinine at most 1.5 × upper limit of normal", "× ULN", maximum="1.5",
                    relative_to_upper_limit=True),
    EligibilityItem("no_bleeding", "No bleeding diathesis"),
    EligibilityItem("cardiovascular", "No poorly controlled hypertension, heart failure symptoms, unstable angina or "
                    "arrhythmia"),
    EligibilityItem("gastrointestinal", "Able to swallow capsules; no disease that prevents oral intake, no "
                    "intravenous feeding, no active peptic ulcer"),
    EligibilityItem("not_pregnant", "Not pregnant or nursing; negative test where it applies"),
    EligibilityItem("contraception", "Effective contraception"),
    EligibilityItem("no_infection", "No ongoing or active infection"),
    EligibilityItem("no_psychiatric", "No psychiatric or social condition that precludes compliance"),
    EligibilityItem("no_other_cancer", "No other invasive cancer within 3 years, except treated basal or squamous "
                    "cell skin cancer"),
)  # fmt: skip
