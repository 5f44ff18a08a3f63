"""Code lists of the casebook beyond registration: (code, words) pairs in the order in which they are offered. PURE.

Attribution and outcome follow the lists of CTEP reporting; reasons are our reading of the registry's follow-up rules.
"""

ATTRIBUTIONS = ((1, "1 Unrelated"), (2, "2 Unlikely"), (3, "3 Possible"), (4, "4 Probable"), (5, "5 Definite"))
GRADES = ((1, "1 Mild"), (2, "2 Moderate"), (3, "3 Severe"), (4, "4 Life-threatening"), (5, "5 Death"))
SERIOUSNESS = (
    ("no", "Not serious"),
    ("death", "Death"),
    ("life_threatening", "Life-threatening"),
    ("hospitalisation", "Hospitalization or longer stay"),
    ("disability", "Disability"),
    ("congenital", "Congenital anomaly"),
    ("important", "Other medically important event"),
)
HOSPITAL_STAY = (("no", "No"), ("yes", "Yes"))
EXPECTEDNESS = (("expected", "Expected"), ("unexpected", "Unexpected"), ("pending", "Pending"))
ACTIONS_TAKEN = (
    ("none", "None"),
    ("reduced", "Dose reduced"),
    ("held", "Dose held"),
    ("stopped", "Treatment stopped"),
    ("not_applicable", "Not applicable"),
)
EVENT_OUTCOMES = (
    ("recovered", "Recovered"),
    ("recovering", "Recovering"),
    ("not_recovered", "Not recovered"),
    ("sequelae", "Recovered with sequelae"),
    ("fatal", "Fatal"),
    ("unknown", "Unknown"),
)
MARKERS = (
    ("CGA", "Chromogranin A"),
    ("HIAA5U24", "5-HIAA, 24 h urine, amount"),
    ("HIAA5U24C", "5-HIAA, 24 h urine, concentration"),
    ("SEROTB", "Serotonin, whole blood"),
    ("SEROTS", "Serotonin, serum"),
    ("SEROTP", "Serotonin, plasma"),
    ("GASTRIN", "Gastrin"),
    ("GLUCAGON", "Glucagon"),
    ("INSULIN", "Insulin"),
    ("CPEPT", "C-peptide"),
    ("PP", "Pancreatic polypeptide"),
    ("SOMATOST", "Somatostatin"),
    ("VIP", "Vasoactive intestinal peptide"),
)
MARKER_UNITS = (
    ("ng/mL", "ng/mL"),
    ("ug/L", "µg/L"),
    ("pg/mL", "pg/mL"),
    ("pmol/L", "pmol/L"),
    ("nmol/L", "nmol/L"),
    ("U/L", "U/L"),
    ("mg/24 h", "mg/24 h"),
    ("umol/24 h", "µmol/24 h"),
    ("mg/L", "mg/L"),
    ("mU/L", "mU/L"),
)
MEDICATION_KINDS = (("somatostatin_analogue", "Somatostatin analog"), ("other", "Other"))
PRIOR_THERAPY_KINDS = (
    ("somatostatin_analogue", "Somatostatin analog"),
    ("interferon", "Interferon or immunotherapy"),
    ("chemotherapy", "Chemotherapy"),
    ("targeted", "Targeted therapy"),
    ("radionuclide", "Radionuclide therapy"),
    ("radiotherapy", "External radiotherapy"),
    ("surgery", "Surgery"),
    ("liver_directed", "Embolization or ablation"),
    ("other", "Other"),
)
# Of these a drug is none: they are procedures.
PROCEDURES = frozenset({"radiotherapy", "surgery", "liver_directed"})
PRIOR_RESPONSES = (
    ("CR", "Complete response"), ("PR", "Partial response"), ("SD", "Stable disease"),
    ("PD", "Progressive disease"), ("NE", "Not evaluated"), ("unknown", "Not known"),
)  # fmt: skip
REASONS_STOPPED = (
    ("completed", "Completed"),
    ("progression", "Disease progression"),
    ("toxicity", "Unacceptable toxicity"),
    ("refusal", "Participant's decision"),
    ("unknown", "Not known"),
    ("other", "Other"),
)
ROUTES = (
    ("oral", "Oral"), ("subcutaneous", "Subcutaneous"), ("intramuscular", "Intramuscular"),
    ("intravenous", "Intravenous"), ("topical", "On the skin"), ("transdermal", "Transdermal"),
    ("inhalation", "Inhaled"), ("other", "Other"),
)  # fmt: skip
HOW_OFTEN = (
    ("once", "Once"), ("as_needed", "As needed"), ("once_daily", "Once daily"), ("twice_daily", "Twice daily"),
    ("three_daily", "3 times daily"), ("four_daily", "4 times daily"), ("every_other_day", "Every other day"),
    ("weekly", "Every week"), ("two_weeks", "Every 2 weeks"), ("three_weeks", "Every 3 weeks"),
    ("four_weeks", "Every 4 weeks"), ("other", "Other"),
)  # fmt: skip
DEVIATION_KINDS = (
    ("eligibility", "Eligibility"),
    ("consent", "Consent"),
    ("dosing", "Dosing"),
    ("assessment", "Assessment or visit outside its window"),
    ("procedure", "Procedure not done"),
    ("medication", "Prohibited medication"),
    ("other", "Other"),
)
OFF_TREATMENT_REASONS = (
    ("progression", "Disease progression"),
    ("symptomatic", "Symptomatic deterioration"),
    ("toxicity", "Unacceptable toxicity"),
    ("refusal", "Participant decision"),
    ("physician", "Physician decision"),
    ("other_illness", "Other illness"),
    ("death", "Death"),
    ("lost", "Lost to follow-up"),
    ("never_started", "Treatment never started"),
    ("other", "Other"),
)
ALIVE = (("alive", "Alive"), ("dead", "Dead"), ("unknown", "Not known"))
PROGRESSION = (
    ("none", "No progression"),
    ("radiological", "Radiological progression"),
    ("clinical", "Clinical progression only"),
    ("not_known", "Not known"),
)
YES_NO_UNKNOWN = (("no", "No"), ("yes", "Yes"), ("unknown", "Not known"))
DEATH_CAUSES = (
    ("disease", "Malignant disease"),
    ("toxicity", "Toxicity of the treatment"),
    ("other", "Other cause"),
    ("unknown", "Unknown"),
)
WITHDRAWAL_SCOPES = (
    ("treatment", "Treatment only; follow-up goes on"),
    ("follow_up", "Treatment and follow-up; records may be read"),
    ("all", "All further collection of data"),
)
SCREEN_FAILURE_REASONS = (
    ("ineligible", "Criteria not met"),
    ("consent", "Consent withdrawn or not given"),
    ("investigator", "Investigator's decision"),
    ("closed", "Group closed to accrual"),
    ("death", "Death"),
    ("lost", "Lost to contact"),
    ("other", "Other"),
)
OFF_STUDY_REASONS = (
    ("completed", "Two years of follow-up completed"),
    ("death", "Death"),
    ("withdrawal", "Withdrawal of consent"),
    ("lost", "Lost to follow-up"),
    ("ineligible", "Found ineligible"),
    ("other", "Other"),
)
# Offered while they are typed. A word of the list is a code (`trial.rules.coded_words`); other words are as good.
PRIMARY_SITES = ("terminal ileum", "ileum", "jejunum", "duodenum", "stomach", "appendix", "cecum", "colon", "rectum",
                 "bronchus", "pancreas, head", "pancreas, body", "pancreas, tail", "unknown primary")  # fmt: skip
METASTATIC_SITES = ("liver", "mesentery", "lymph nodes", "peritoneum", "bone", "lung", "ovary")
SYNDROMES = ("none", "carcinoid syndrome", "hypoglycemia", "Zollinger–Ellison syndrome", "glucagonoma syndrome",
             "WDHA syndrome (VIPoma)", "somatostatinoma syndrome", "Cushing's syndrome")  # fmt: skip
NOT_DONE_REASONS = (
    ("unwell", "Participant too unwell"),
    ("refused", "Participant declined"),
    ("not_attended", "Participant did not come"),
    ("not_reached", "Participant could not be reached"),
    ("site", "Not possible at the site"),
    ("other", "Other"),
)
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
# Why a graded value is no adverse event.
NOT_AN_EVENT_REASONS = (
    ("baseline", "No worse than before treatment"),
    ("repeated", "Repeated and normal"),
    ("not_significant", "Not clinically significant"),
    ("part_of", "Part of another adverse event"),
    ("sample", "Sample or measurement error"),
    ("other", "Other (say why)"),
)
# A value that an assay reports as below or above what it can measure.
QUALIFIERS = (("<", "Below (<)"), (">", "Above (>)"))
