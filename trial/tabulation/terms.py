"""Our codes → submission values of the controlled terminology, list by list. PURE.

Values are those of the published lists; what a list does not have and may be extended by is named as such.
"""

from trial.protocol import code_lists
from trial.rules.coded_words import OTHER, in_list
from trial.rules.evaluation import populations
from trial.tabulation.declarations import Codes


def _same(name: str, concept: str, *values: str, extended: tuple[str, ...] = ()) -> Codes:
    """A list whose values are written by the program itself."""
    return Codes(name, concept, {value: value for value in (*values, *extended)}, frozenset(extended))


YES_NO = Codes("No Yes Response", "C66742", {True: "Y", False: "N", "yes": "Y", "no": "N", "unknown": "U"})
NOT_DONE = _same("Not Done", "C66789", "NOT DONE")
DOMAIN = _same("SDTM Domain Abbreviation", "C66734", "AE", "CM", "CV", "DA", "DD", "DM", "DS", "DV", "EC", "EG", "EX",
               "IE", "LB", "MH", "PR", "RS", "SE", "SS", "SV", "TA", "TE", "TI", "TR", "TS", "TU", "TV",
               "VS")  # fmt: skip
EPOCH = _same("Epoch", "C99079", "SCREENING", "TREATMENT", "FOLLOW-UP")
EVALUATOR = _same("Evaluator", "C78735", "INVESTIGATOR", "CLINICAL STUDY SPONSOR")
# Why there is no value; the words given where a form asks for words.
MISSING = Codes("Reason Not Done", "", {
    "not_done": "NOT DONE", "unknown": "UNKNOWN", "not_applicable": "NOT APPLICABLE", "pending": "PENDING",
})  # fmt: skip
# Of these what was asked for may have been done all the same.
MAY_BE_DONE = frozenset({"unknown", "pending"})

SEX = Codes("Sex", "C66731", {"female": "F", "male": "M", "unknown": "U", "not_reported": "U"})
RACE = Codes("Race", "C74457", {
    "white": "WHITE", "black": "BLACK OR AFRICAN AMERICAN", "asian": "ASIAN",
    "pacific": "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", "american_indian": "AMERICAN INDIAN OR ALASKA NATIVE",
    "not_reported": "NOT REPORTED", "unknown": "UNKNOWN",
})  # fmt: skip
ETHNICITY = Codes("Ethnic Group", "C66790", {
    "hispanic": "HISPANIC OR LATINO", "not_hispanic": "NOT HISPANIC OR LATINO", "not_reported": "NOT REPORTED",
    "unknown": "UNKNOWN",
})  # fmt: skip
AGE_UNIT = _same("Age Unit", "C66781", "YEARS")
ARM_IS_NULL = _same("Arm Null Reason", "C142179", "SCREEN FAILURE", "NOT ASSIGNED",
                    "ASSIGNED, NOT TREATED")  # fmt: skip

# Ends of treatment, of study and of screening share one list.
DISPOSITION = Codes("Completion/Reason for Non-Completion", "C66727", {
    "progression": "PROGRESSIVE DISEASE", "symptomatic": "SYMPTOMATIC DETERIORATION", "toxicity": "ADVERSE EVENT",
    "refusal": "WITHDRAWAL BY SUBJECT", "withdrawal": "WITHDRAWAL BY SUBJECT", "physician": "PHYSICIAN DECISION",
    "other_illness": "OTHER", "death": "DEATH", "lost": "LOST TO FOLLOW-UP", "never_started": "NEVER DOSED",
    "other": "OTHER", "completed": "COMPLETED", "ineligible": "PROTOCOL VIOLATION",
    "consent_obtained": "INFORMED CONSENT OBTAINED", "registered": "ENTERED INTO TRIAL",
    "consent_withdrawn": "WITHDRAWAL OF CONSENT FROM PROTOCOL-SPECIFIED ACTIVITY",
    "not_eligible": "SCREEN FAILURE", "consent": "WITHDRAWAL BY SUBJECT", "investigator": "PHYSICIAN DECISION",
    "closed": "STUDY CLOSED TO ENROLLMENT",
}, frozenset({"SYMPTOMATIC DETERIORATION", "STUDY CLOSED TO ENROLLMENT"}))  # fmt: skip
DISPOSITION_CATEGORY = _same("Category of Disposition Event", "C74558", "PROTOCOL MILESTONE", "DISPOSITION EVENT",
                             "OTHER EVENT")  # fmt: skip
DISPOSITION_SUBCATEGORY = _same("Subcategory for Disposition Event", "C170443", "STUDY TREATMENT",
                                "STUDY PARTICIPATION")  # fmt: skip

FREQUENCY = Codes("Frequency", "C71113", {"twice_daily": "BID", "once_daily": "QD", "every_other_day": "QOD",
                                         "held": ""})
DOSE_FORM, ROUTE = _same("Dosage Form", "C66726", "TABLET"), _same("Route of Administration", "C66729", "ORAL")
MOOD = _same("BRIDG Activity Mood", "C125923", "PERFORMED")

ACTION = Codes("Action Taken with Study Treatment", "C66767", {
    "none": "DOSE NOT CHANGED", "reduced": "DOSE REDUCED", "held": "DRUG INTERRUPTED", "stopped": "DRUG WITHDRAWN",
    "not_applicable": "NOT APPLICABLE",
})  # fmt: skip
OUTCOME = Codes("Outcome of Event", "C66768", {
    "recovered": "RECOVERED/RESOLVED", "recovering": "RECOVERING/RESOLVING", "fatal": "FATAL", "unknown": "UNKNOWN",
    "not_recovered": "NOT RECOVERED/NOT RESOLVED", "sequelae": "RECOVERED/RESOLVED WITH SEQUELAE",
})  # fmt: skip
CAUSALITY = Codes("Causality", "", {1: "UNRELATED", 2: "UNLIKELY", 3: "POSSIBLE", 4: "PROBABLE", 5: "DEFINITE"})
RELATED = _same("Analysis Causality", "", "RELATED", "NOT RELATED", "UNDETERMINED")
COUNTS = Codes("Counts in an Endpoint", "", {"yes": "Y", "no": "N", "undetermined": "UNDETERMINED"})
GRADE = Codes("Toxicity Grade of CTCAE 3.0", "", {grade: str(grade) for grade in range(1, 6)})
GRADE_OF_VALUE = Codes("Toxicity Grade of a Laboratory Value", "", {grade: str(grade) for grade in range(5)})
RELATIVE_TIME = _same("Relation to Reference Period", "C66728", "ONGOING", "BEFORE", "UNKNOWN")
ONGOING = Codes("Relation to Reference Period", "C66728", {"yes": "ONGOING", "no": "BEFORE", "unknown": "UNKNOWN"})
MEDICATION = Codes("Kind of Medication or Therapy", "", {
    "somatostatin_analogue": "SOMATOSTATIN ANALOG", "interferon": "INTERFERON OR IMMUNOTHERAPY",
    "chemotherapy": "CHEMOTHERAPY", "targeted": "TARGETED THERAPY", "radionuclide": "RADIONUCLIDE THERAPY",
    "radiotherapy": "EXTERNAL RADIOTHERAPY", "surgery": "SURGERY", "liver_directed": "EMBOLIZATION OR ABLATION",
    "other": "OTHER",
})  # fmt: skip
CM_ROUTE = Codes("Route of Administration", "C66729", {
    "oral": "ORAL", "subcutaneous": "SUBCUTANEOUS", "intramuscular": "INTRAMUSCULAR", "intravenous": "INTRAVENOUS",
    "topical": "TOPICAL", "transdermal": "TRANSDERMAL", "inhalation": "RESPIRATORY (INHALATION)", "other": "",
})  # fmt: skip
CM_FREQUENCY = Codes("Frequency", "C71113", {
    "once": "ONCE", "as_needed": "PRN", "once_daily": "QD", "twice_daily": "BID", "three_daily": "TID",
    "four_daily": "QID", "every_other_day": "QOD", "weekly": "QS", "two_weeks": "Q2S", "three_weeks": "Q3S",
    "four_weeks": "Q4S", "other": "",
})  # fmt: skip
# Words that are offered while typing → terms; `trial.rules.coded_words` says what other words are.
PRIMARY_SITE = Codes("Primary Site", "", {
    **in_list(code_lists.PRIMARY_SITES), "unknown primary": "UNKNOWN", "other": OTHER,
})  # fmt: skip
METASTATIC_SITE = Codes("Metastatic Site", "", {
    **in_list(code_lists.METASTATIC_SITES), "lymph nodes": "LYMPH NODE", "other": OTHER,
})  # fmt: skip
SYNDROME = Codes("Functional Syndrome", "", {
    **in_list(code_lists.SYNDROMES), "Zollinger\N{EN DASH}Ellison syndrome": "ZOLLINGER-ELLISON SYNDROME",
    "other": OTHER,
})  # fmt: skip
PRIOR_RESPONSE = Codes("Best Response to Prior Therapy", "", {
    "CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NE": "NE", "unknown": "UNKNOWN",
})  # fmt: skip
STOPPED = Codes("Reason a Prior Therapy Stopped", "", {
    "completed": "COMPLETED", "progression": "PROGRESSIVE DISEASE", "toxicity": "ADVERSE EVENT",
    "refusal": "DECISION OF THE SUBJECT", "unknown": "UNKNOWN", "other": "OTHER",
})  # fmt: skip
EXPECTED = Codes("Expectedness", "", {"expected": "EXPECTED", "unexpected": "UNEXPECTED", "pending": "PENDING"})
FINDING = Codes("Registration Issue", "", {
    "ineligible": "FOUND INELIGIBLE", "cancelled": "CANCELED BEFORE TREATMENT", "in_error": "REGISTERED IN ERROR",
})  # fmt: skip
NOT_EVALUABLE = Codes("Reason Not Evaluable", "", {kind: kind.upper() for kind in populations.KINDS})
DECISION = Codes("Decision on a Waiver", "", {"open": "OPEN", "approved": "APPROVED", "refused": "REFUSED"})

ORGAN = Codes("Anatomical Location", "C74456", {
    "liver": "LIVER", "lymph_node": "LYMPH NODE", "lung": "LUNG", "pancreas": "PANCREAS", "mesentery": "MESENTERY",
    "peritoneum": "PERITONEUM", "bone": "BONE", "adrenal": "ADRENAL GLAND", "bowel": "INTESTINE",
    "soft_tissue": "SOFT TISSUE", "ovary": "OVARY", "other": "",
})  # fmt: skip
METHOD = Codes("Method", "C85492", {
    "spiral_ct": "SPIRAL CT", "conventional_ct": "CT SCAN", "mri": "MRI", "chest_xray": "X-RAY",
    "clinical": "PHYSICAL EXAMINATION", "HPLC": "HPLC", "ELISA": "ELISA",
})  # fmt: skip
LESION_TEST = _same("Tumor or Lesion Identification Test Code", "C96784", "TUMIDENT")
LESION_TEST_NAME = _same("Tumor or Lesion Identification Test Name", "C96783", "Tumor Identification")
LESION = Codes("Tumor or Lesion Identification Result", "C123650", {
    "target": "TARGET", "non_target": "NON-TARGET", "new": "NEW",
})  # fmt: skip
MEASURE_TEST = _same("Tumor or Lesion Properties Test Code", "C96779", "LDIAM", "TUMSTATE", "SUMLDIAM", "PCBSLD",
                     "PCNSLD")  # fmt: skip
MEASURE_TEST_NAME = _same(
    "Tumor or Lesion Properties Test Name", "C96778", "Longest Diameter", "Tumor State", "Sum of Longest Diameter",
    "Percent Change Baseline Sum Longest Diam", "Percent Change Nadir in Sum Longest Diam",
)  # fmt: skip
# Of non-target lesions; the number of a target is no code, so that the list belongs to the value of one test.
STATE = Codes("Tumor or Lesion Properties Test Result", "C124309", {
    "absent": "ABSENT", "present": "PRESENT", "unequivocal_progression": "UNEQUIVOCAL",
})  # fmt: skip
RESPONSE = Codes("Oncology Response Assessment Result", "C96785", {
    "CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NE": "NE", "IR/SD": "NON-CR/NON-PD",
    "non-CR/non-PD": "NON-CR/NON-PD", "NON-PD": "NON-PD",
})  # fmt: skip
RESPONSE_TEST = _same("Oncology Response Assessment Test Code", "C96782", "TRGRESP", "NTRGRESP", "NEWLIND", "OVRLRESP",
                      "BESTRESP", "SYMPTDTR", "TMRESP", "ECOG101")  # fmt: skip
RESPONSE_TEST_NAME = _same(
    "Oncology Response Assessment Test Name", "C96781", "Target Response", "Non-target Response",
    "New Lesion Indicator", "Overall Response", "Best Overall Response", "Symptomatic Deterioration",
    "Tumor Marker Response", "ECOG1-Performance Status",
)  # fmt: skip
RESPONSE_CATEGORY = _same("Category of Oncology Response Assessment", "C124298", "RECIST 1.0", "RECIST 1.1",
                          "PROTOCOL DEFINED RESPONSE CRITERIA", "ECOG")  # fmt: skip

RANGE = _same("Reference Range Indicator", "C78736", "LOW", "NORMAL", "HIGH")
SPECIMEN = _same("Specimen Type", "C78734", "BLOOD", "SERUM", "PLASMA", "URINE")
_UNITS = ("10^9/L", "10^3/uL", "g/dL", "g/L", "mg/dL", "mg/L", "ug/L", "ng/L", "pmol/L", "nmol/L", "mmol/L", "umol/L",
          "U/L", "ukat/L", "mIU/L", "mU/L", "mL/min", "mL/min/1.73m2", "mg", "mm", "%", "RATIO", "g/day", "mg/day",
          "umol/day")  # fmt: skip
# A synonym is no value of the list; where one is written, the factor is 1 and the number stays as it is.
UNIT = Codes("Unit", "C71620", {
    **{unit: unit for unit in _UNITS}, "sec": "sec", "ng/mL": "ug/L", "pg/mL": "ng/L", "uIU/mL": "mIU/L",
    "/mm3": "10^6/L", "/uL": "10^6/L", "mg/24 h": "mg/day", "umol/24 h": "umol/day", "g/24 h": "g/day",
    "ratio": "RATIO", "s": "sec",
    "ms": "msec", "meq/L": "mEq/L", "mL/min/1.73 m2": "mL/min/1.73m2", "plus": "PLUS SIGNS", "TABLET": "TABLET",
    "°C": "C",
}, frozenset({"PLUS SIGNS"}))  # fmt: skip
SIGN_UNIT = _same("Units for Vital Signs Results", "C66770", "kg", "mmHg", "C")
SIGN_TEST = _same("Vital Signs Test Code", "C66741", "WEIGHT", "SYSBP", "DIABP", "TEMP")
SIGN_TEST_NAME = _same("Vital Signs Test Name", "C67153", "Weight", "Systolic Blood Pressure",
                       "Diastolic Blood Pressure", "Temperature")  # fmt: skip

ECG_TEST = _same("ECG Test Code", "C71153", extended=("QTC",))
ECG_TEST_NAME = _same("ECG Test Name", "C71152", extended=("QTc Interval",))
HEART_TEST = _same("Cardiovascular Test Code", "C101847", "LVEF")
HEART_TEST_NAME = _same("Cardiovascular Test Name", "C101846", "Left Ventricular Ejection Fraction")

END_STATUS = _same("Completion Status", "C124296", "COMPLETED", "DISCONTINUED", "ONGOING")
IMPUTED = _same("Date Imputation Flag", "C81223", "D", "M")

SURVIVAL = Codes("Survival Status", "C124304", {"alive": "ALIVE", "dead": "DEAD", "unknown": "UNKNOWN"})
SURVIVAL_TEST = _same("Subject Status Test Code", "C124305", "SURVSTAT")
SURVIVAL_TEST_NAME = _same("Subject Status Test Name", "C124306", "Survival Status")
DEATH_TEST = _same("Death Diagnosis and Details Test Code", "C116108", "PRCDTH")
DEATH_TEST_NAME = _same("Death Diagnosis and Details Test Name", "C116107", "Primary Cause of Death")
DEATH_CAUSE = Codes("Cause of Death", "", {
    "disease": "MALIGNANT DISEASE", "toxicity": "TOXICITY OF TREATMENT", "other": "OTHER", "unknown": "UNKNOWN",
})  # fmt: skip
DISPENSED_TEST = _same("Drug Accountability Test Code", "C78732", "DISPAMT", "RETAMT")
DISPENSED_TEST_NAME = _same("Drug Accountability Test Name", "C78731", "Dispensed Amount", "Returned Amount")
CRITERION = _same("Category of Inclusion/Exclusion", "C66797", "INCLUSION", "EXCLUSION")
DEVIATION = Codes("Kind of Deviation", "", {
    "eligibility": "ELIGIBILITY", "consent": "CONSENT", "dosing": "DOSING", "assessment": "VISIT OUTSIDE WINDOW",
    "procedure": "PROCEDURE NOT DONE", "medication": "PROHIBITED MEDICATION", "other": "OTHER",
})  # fmt: skip
NOT_OCCURRED = Codes("Reason a Visit Did Not Occur", "", {
    "unwell": "SUBJECT TOO UNWELL", "refused": "SUBJECT DECLINED", "not_attended": "SUBJECT DID NOT ATTEND",
    "not_reached": "SUBJECT COULD NOT BE REACHED", "site": "NOT POSSIBLE AT THE SITE", "other": "OTHER",
})  # fmt: skip
RELATION = _same("Relationship Type", "C78737", "ONE", "MANY")
