"""The eligibility checklist as data: one edition, each criterion answered on its own. PURE."""

from dataclasses import dataclass

from trial.protocol.study import CRITERIA


@dataclass(frozen=True)
class EligibilityItem:
    """One criterion of the checklist, answered on its own; a laboratory item is derived from its value.

    minimum, maximum: bounds on the value, in the unit; `× ULN` is a multiple of the laboratory's upper limit of normal.
    """

    code: str
    words: str
    unit: str = ""
    minimum: str = ""
    maximum: str = ""

    @property
    def is_laboratory(self) -> bool:
        """Whether the answer follows from a value."""
        return bool(self.minimum or self.maximum)

    @property
    def is_multiple(self) -> bool:
        """Whether the value is a multiple of the laboratory's upper limit of normal."""
        return self.unit == "× ULN"


# Edition 1 of the checklist: the published text breaks off after "other cancer", hence it is versioned data [registry].
ELIGIBILITY_EDITION = 1
ELIGIBILITY: tuple[EligibilityItem, ...] = (
    EligibilityItem("adult", "18 years of age or older"),
    EligibilityItem("histology", "Neuroendocrine tumor confirmed by histology: carcinoid, islet cell or other "
                                 "well-differentiated"),
    EligibilityItem("not_high_grade", "No anaplastic or high-grade histology"),
    EligibilityItem("metastatic", "Metastatic disease"),
    EligibilityItem("measurable", f"Measurable disease by {CRITERIA}"),
    EligibilityItem("no_excluded_tumour", "No thyroid carcinoma, thymoma, pheochromocytoma or paraganglioma"),
    EligibilityItem("no_brain_metastases", "No known brain metastases"),
    EligibilityItem("ecog", "ECOG performance status 0 to 2"),
    EligibilityItem("life_expectancy", "Life expectancy of at least 24 weeks"),
    EligibilityItem("neutrophils", "Neutrophils at least 1,500/mm³", "/mm³", minimum="1500"),
    EligibilityItem("platelets", "Platelets at least 100,000/mm³", "/mm³", minimum="100000"),
    EligibilityItem("bilirubin", "Bilirubin at most 2 × upper limit of normal", "× ULN", maximum="2"),
    EligibilityItem("ast", "AST at most 3 × upper limit of normal (5 × with liver metastases)", "× ULN", maximum="3"),
    EligibilityItem("coagulation", "INR and PTT normal"),
    EligibilityItem("creatinine", "Creatinine at most 1.5 × upper limit of normal", "× ULN", maximum="1.5"),
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
