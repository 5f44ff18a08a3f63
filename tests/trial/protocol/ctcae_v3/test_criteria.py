"""Every term that matters to this agent and disease has words for the grades that exist, and for no other."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3 import criteria
from trial.protocol.ctcae_v3.limits import ANALYTES, limits_of

# Typed from the project's choice of topics: skin, gut, heart, vessels, blood, laboratory, pain, infection, lungs.
RELEVANT = tuple("""
rash_hand_foot_skin_reaction rash_desquamation rash_acne_acneiform hair_loss_alopecia_scalp_or_body pruritus_itching
dry_skin flushing hot_flashes_flushes fatigue_asthenia_lethargy_malaise weight_loss fever diarrhea nausea vomiting
anorexia dehydration constipation mucositis_stomatitis_clinical_exam mucositis_stomatitis perforation_gi fistula_gi
hypertension cardiac_ischemia_infarction left_ventricular_systolic_dysfunction prolonged_qtc_interval hemorrhage_cns
hemorrhage_gi hemorrhage_gu hemorrhage_pulmonary_upper_respiratory hemorrhage_bleeding_other
hemorrhage_bleeding_associated_with_surgery_intra_operat thrombosis_embolism thrombosis_thrombus_embolism
cns_cerebrovascular_ischemia neuropathy_sensory dizziness neutrophils_granulocytes_anc_agc platelets hemoglobin
leukocytes_total_wbc lymphopenia inr ptt_partial_thromboplastin_time ast_sgot alt_sgpt bilirubin_hyperbilirubinemia
alkaline_phosphatase lipase amylase creatinine phosphate_serum_low_hypophosphatemia sodium_serum_low_hyponatremia
potassium_serum_low_hypokalemia potassium_serum_high_hyperkalemia albumin_serum_low_hypoalbuminemia
calcium_serum_low_hypocalcemia glucose_serum_high_hyperglycemia glucose_serum_low_hypoglycemia
magnesium_serum_low_hypomagnesemia proteinuria uric_acid_serum_high_hyperuricemia thyroid_function_low_hypothyroidism
pain pain_other_specify infection_with_grade_3_or_4_neutrophils infection_other_specify
infection_with_normal_anc_or_grade_1_or_2_neutrophils infection_with_unknown_anc dyspnea_shortness_of_breath cough
pancreatitis febrile_neutropenia syndromes_other_specify
""".split())  # noqa: SIM905


def test_the_terms_that_matter_make_440_reportable_rows() -> None:
    assert len(RELEVANT) == len(set(RELEVANT)) == 73
    assert sum(len(ctcae_v3.term(code).selects) or 1 for code in RELEVANT) == 440


@pytest.mark.parametrize("code", RELEVANT)
def test_a_term_that_matters_has_words_for_each_grade_that_exists_and_for_no_other(code: str) -> None:
    term = ctcae_v3.term(code)
    for select in [each.code for each in term.selects] or [""]:
        words = criteria.words_of(code, select)
        assert tuple(sorted(words)) == ctcae_v3.grades_of(code, select), (code, select)
        assert all(each.strip() == each and 4 < len(each) <= 200 for each in words.values()), (code, select)


def test_words_stand_only_for_terms_and_selects_of_the_dictionary_each_once() -> None:
    place = Path(criteria.__file__).with_name("criteria.csv")
    rows = list(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
    keys = Counter((row["term"], row["select"], row["grade"]) for row in rows)
    assert max(keys.values()) == 1 and set(RELEVANT) <= criteria.described()
    for term, select, grade in keys:
        assert int(grade) in ctcae_v3.grades_of(term, select)


# Words of everyday life, each with a term that graders use; British spellings.
NOT_CLINICAL = re.compile(
    r"\b(a drip|gullet|felt|complaints?|hinders?|daily life|in danger|by vein|slack|look after oneself|brought about|"
    r"the body|when one|out of breath|stick)\b|aemi|oedema|iarrhoe|haem|ionise|oesoph|cauteris|schaem", re.IGNORECASE
)


def test_grade_texts_and_judgements_are_in_the_clinical_terms_of_graders_in_american_spelling() -> None:
    texts = {text for term in criteria.described() for text in criteria.words_of(term).values()}
    texts |= {text for select in ("oral_cavity", "rectum")
              for text in criteria.words_of("mucositis_stomatitis", select).values()}  # fmt: skip
    texts |= {text for analyte in ANALYTES for limit in limits_of(analyte) for text in (limit.judgement, limit.note)}
    texts |= set(ANALYTES.values())
    assert [text for text in sorted(texts) if NOT_CLINICAL.search(text)] == []


def test_grade_5_is_death() -> None:
    assert {criteria.words_of(term).get(5, "Death") for term in criteria.described()} == {"Death"}


def test_a_select_with_words_of_its_own_keeps_them_and_the_others_share_those_of_the_term() -> None:
    mouth, bowel, stomach = (criteria.words_of("mucositis_stomatitis", each)[3]
                             for each in ("oral_cavity", "rectum", "stomach"))  # fmt: skip
    assert "oral intake" in mouth and "incontinence" in bowel and mouth != bowel
    assert "Mouth to esophagus" in stomach and "Bowel" in stomach


def test_a_term_without_words_has_none() -> None:
    assert criteria.words_of("allergic_rhinitis") == {}
