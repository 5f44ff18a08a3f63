"""System organ class of each term, as public registries ask for it. PURE.

CTCAE 3.0 has categories of its own: the class follows from the category, or from the term or its site where they differ
[our reading, to be reviewed by a physician].
"""

from trial.protocol import ctcae_v3

BLOOD, CARDIAC, GENERAL = "Blood and lymphatic system disorders", "Cardiac disorders", "General disorders"
GASTRIC, INJURY = "Gastrointestinal disorders", "Injury, poisoning and procedural complications"
INVESTIGATIONS, METABOLISM = "Investigations", "Metabolism and nutrition disorders"
MUSCLES, NERVES = "Musculoskeletal and connective tissue disorders", "Nervous system disorders"
NEOPLASMS = "Neoplasms benign, malignant and unspecified (incl cysts and polyps)"
PSYCHIATRIC, RENAL = "Psychiatric disorders", "Renal and urinary disorders"
REPRODUCTIVE = "Reproductive system and breast disorders"
RESPIRATORY = "Respiratory, thoracic and mediastinal disorders"
SKIN, VASCULAR, IMMUNE = "Skin and subcutaneous tissue disorders", "Vascular disorders", "Immune system disorders"
EYES, EARS, LIVER = "Eye disorders", "Ear and labyrinth disorders", "Hepatobiliary disorders"
INFECTIONS, ENDOCRINE = "Infections and infestations", "Endocrine disorders"

OF_CATEGORY = {
    "ALLERGY/IMMUNOLOGY": IMMUNE, "AUDITORY/EAR": EARS, "BLOOD/BONE MARROW": INVESTIGATIONS,
    "CARDIAC ARRHYTHMIA": CARDIAC, "CARDIAC GENERAL": CARDIAC, "COAGULATION": INVESTIGATIONS,
    "CONSTITUTIONAL SYMPTOMS": GENERAL, "DEATH": GENERAL, "DERMATOLOGY/SKIN": SKIN, "ENDOCRINE": ENDOCRINE,
    "GASTROINTESTINAL": GASTRIC, "GROWTH AND DEVELOPMENT": MUSCLES, "HEMORRHAGE/BLEEDING": VASCULAR,
    "HEPATOBILIARY/PANCREAS": LIVER, "INFECTION": INFECTIONS, "LYMPHATICS": VASCULAR,
    "METABOLIC/LABORATORY": INVESTIGATIONS, "MUSCULOSKELETAL/SOFT TISSUE": MUSCLES, "NEUROLOGY": NERVES,
    "OCULAR/VISUAL": EYES, "PAIN": GENERAL, "PULMONARY/UPPER RESPIRATORY": RESPIRATORY, "RENAL/GENITOURINARY": RENAL,
    "SECONDARY MALIGNANCY": NEOPLASMS, "SEXUAL/REPRODUCTIVE FUNCTION": REPRODUCTIVE,
    "SURGERY/INTRA-OPERATIVE INJURY": INJURY, "SYNDROMES": GENERAL, "VASCULAR": VASCULAR,
}  # fmt: skip
# Class → the terms whose category leads to another one.
_OF_TERMS = {
    BLOOD: ("hemoglobin", "hemolysis", "myelodysplasia", "splenic_function", "bone_marrow_cellularity",
            "blood_bone_marrow_other_specify", "dic", "thrombotic_microangiopathy", "febrile_neutropenia"),
    GASTRIC: ("pancreatitis", "pancreas_exocrine_enzyme_deficiency", "hemorrhage_gi"),
    GENERAL: ("injection_site_reaction_extravasation_changes", "edema_head_and_neck", "edema_limb",
              "edema_trunk_genital", "edema_viscera"),
    IMMUNE: ("cytokine_release_syndrome_acute_infusion_reaction",),
    INJURY: ("hemorrhage_bleeding_associated_with_surgery_intra_operat",),
    INVESTIGATIONS: ("prolonged_qtc_interval", "cardiac_troponin_i_ctni", "cardiac_troponin_t_ctnt", "weight_gain",
                     "weight_loss"),
    METABOLISM: (
        "anorexia", "dehydration", "pancreatic_endocrine_glucose_intolerance", "tumor_lysis_syndrome",
        "acidosis_metabolic_or_respiratory", "albumin_serum_low_hypoalbuminemia",
        "alkalosis_metabolic_or_respiratory", "bicarbonate_serum_low", "calcium_serum_high_hypercalcemia",
        "calcium_serum_low_hypocalcemia", "glucose_serum_high_hyperglycemia", "glucose_serum_low_hypoglycemia",
        "magnesium_serum_high_hypermagnesemia", "magnesium_serum_low_hypomagnesemia",
        "phosphate_serum_low_hypophosphatemia", "potassium_serum_high_hyperkalemia",
        "potassium_serum_low_hypokalemia", "sodium_serum_high_hypernatremia", "sodium_serum_low_hyponatremia",
    ),
    NEOPLASMS: ("tumor_flare",),
    NERVES: ("vasovagal_episode", "taste_alteration_dysgeusia", "hemorrhage_cns"),
    PSYCHIATRIC: ("insomnia", "libido", "mood_alteration", "psychosis_hallucinations_delusions", "confusion",
                  "personality_behavioral"),
    RENAL: ("proteinuria", "hemorrhage_gu"),
    RESPIRATORY: ("pulmonary_hypertension", "hemorrhage_pulmonary_upper_respiratory"),
    SKIN: ("sweating_diaphoresis", "petechiae_purpura"),
    VASCULAR: ("hypertension", "hypotension", "flushing", "hot_flashes_flushes"),
}  # fmt: skip
OF_TERM = {term: name for name, terms in _OF_TERMS.items() for term in terms}
# Class → the sites of a pain that lead to it.
_OF_SITES = {
    GASTRIC: ("abdomen_nos", "anus", "dental_teeth_peridontal", "esophagus", "intestine", "lip", "oral_cavity",
              "oral_gums", "peritoneum", "rectum", "stomach"),
    MUSCLES: ("back", "bone", "buttock", "chest_wall", "extremity_limb", "joint", "muscle", "neck"),
    NERVES: ("head_headache", "neuralgia_peripheral_nerve", "phantom"),
    RENAL: ("bladder", "kidney", "urethra"),
    REPRODUCTIVE: ("breast", "ovulatory", "pelvis", "penis", "perineum", "prostate", "scrotum", "testicle", "uterus",
                   "vagina"),
    RESPIRATORY: ("larynx", "pleura", "sinus", "throat_pharynx_larynx"),
    CARDIAC: ("cardiac_heart", "pericardium"), LIVER: ("gallbladder", "liver"), EYES: ("eye",),
    EARS: ("external_ear", "middle_ear"), SKIN: ("scalp", "skin"), BLOOD: ("lymph_node",), NEOPLASMS: ("tumor_pain",),
}  # fmt: skip
OF_SITE = {site: name for name, sites in _OF_SITES.items() for site in sites}


def organ_system(term: str, select: str = "") -> str:
    """The system organ class of a term. Raises KeyError for a term that the dictionary does not have."""
    if term == "pain" and select in OF_SITE:
        return OF_SITE[select]
    return OF_TERM.get(term) or OF_CATEGORY[ctcae_v3.category_of(term)]
