"""Edit checks: well declared, and each of the rules below with facts that pass and facts that fail."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from capture.checks import CHECKS, HARD, SOFT
from trial.partial_date import PartialDate

D = date
# (form, check) → (facts that pass, facts that fail); the other forms' rules are tried through their pages.
TABLE: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("adverse_event", "AE-02"): (
        {"term": "nausea", "select": "", "grade": 5},
        {"term": "hair_loss_alopecia_scalp_or_body", "select": "", "grade": 3},
    ),
    ("adverse_event", "AE-03"): (
        {"resolved_on": PartialDate(2026, 1), "onset_on": PartialDate(2026, 1, 20)},
        {"resolved_on": PartialDate(2026, 1), "onset_on": PartialDate(2026, 2, 1)},
    ),
    ("adverse_event", "AE-04"): ({"grade": 5, "outcome": "fatal"}, {"grade": 5, "outcome": "recovered"}),
    ("adverse_event", "AE-05"): ({"grade": 5, "died_on": PartialDate(2026)}, {"grade": 5, "died_on": None}),
    ("adverse_event", "AE-09"): (
        {"seriousness": "no", "expectedness": ""},
        {"seriousness": "death", "expectedness": ""},
    ),
    ("adverse_event", "AE-10"): ({"grade": 3, "seriousness": "no"}, {"grade": 4, "seriousness": "no"}),
    ("hormone", "HORM-04"): (
        {"value": Decimal(100_000), "upper_limit": Decimal(100)},
        {"value": Decimal(100_001), "upper_limit": Decimal(100)},
    ),
    ("visit", "BP-01"): (
        {"systolic_mmhg": 120, "diastolic_mmhg": None},
        {"systolic_mmhg": 80, "diastolic_mmhg": 80},
    ),
    ("visit", "BP-02"): ({"systolic_mmhg": 260, "diastolic_mmhg": 30}, {"systolic_mmhg": 261, "diastolic_mmhg": 90}),
    ("visit", "VIS-02"): (
        {"weight_kg": Decimal(66), "last_weight_kg": Decimal(60)},
        {"weight_kg": Decimal("66.1"), "last_weight_kg": Decimal(60)},
    ),
    ("visit", "VIS-03"): (
        {"visited_on": D(2026, 1, 12), "cycle_number": 1, "cycle_starts": {1: D(2026, 1, 5)}},
        {"visited_on": D(2026, 1, 13), "cycle_number": 1, "cycle_starts": {1: D(2026, 1, 5)}},
    ),
    ("medication", "MED-01"): (
        {"stopped_on": None, "started_on": PartialDate(2026, 2)},
        {"stopped_on": PartialDate(2025), "started_on": PartialDate(2026, 2)},
    ),
    ("off_treatment", "OFF-01"): (
        {"off_on": D(2026, 2, 1), "last_dose_on": D(2026, 2, 1)},
        {"off_on": D(2026, 2, 1), "last_dose_on": D(2026, 2, 2)},
    ),
    ("off_treatment", "OFF-03"): (
        {"reason": "progression", "progressed_on": D(2026, 2, 1)},
        {"reason": "progression", "progressed_on": None},
    ),
    ("off_treatment", "OFF-04"): (
        {"reason": "other", "because": "moved away"},
        {"reason": "other", "because": "  "},
    ),
    ("follow_up", "FU-01"): (
        {"progression": "radiological", "progressed_on": D(2026, 2, 1), "progression_method": "mri"},
        {"progression": "radiological", "progressed_on": D(2026, 2, 1), "progression_method": ""},
    ),
    ("follow_up", "FU-03"): (
        {"alive": "alive", "died_on": PartialDate(2026, 3), "contacted_on": D(2026, 3, 31)},
        {"alive": "alive", "died_on": PartialDate(2026, 3), "contacted_on": D(2026, 4, 1)},
    ),
    ("follow_up", "FU-04"): (
        {"new_therapy": "yes", "new_therapy_on": PartialDate(2026)},
        {"new_therapy": "yes", "new_therapy_on": None},
    ),
    ("follow_up", "FU-07"): ({"progression": "none"}, {"progression": "clinical"}),
    ("death", "DEATH-02"): (
        {"died_on": PartialDate(2026, 5), "last_alive_on": D(2026, 5, 31)},
        {"died_on": PartialDate(2026, 5), "last_alive_on": D(2026, 6, 1)},
    ),
    ("death", "DEATH-03"): (
        {"cause": "toxicity", "has_fatal_event": True},
        {"cause": "toxicity", "has_fatal_event": False},
    ),
    ("withdrawal", "WD-02"): ({"others": []}, {"others": [SimpleNamespace()]}),
    ("off_study", "OFS-02"): ({"reason": "lost", "died_on": None}, {"reason": "death", "died_on": None}),
    ("baseline", "BASE-05"): (
        {"method": "spiral_ct", "targets": [SimpleNamespace(longest_diameter_mm=Decimal(10))]},
        {"method": "mri", "targets": [SimpleNamespace(longest_diameter_mm=Decimal("19.9"))]},
    ),
    ("follow_up_scan", "FOLL-09"): (
        {"new_lesions": "yes", "new_lesion_on": D(2026, 1, 1)},
        {"new_lesions": "yes", "new_lesion_on": None},
    ),
    ("follow_up_scan", "FOLL-10"): (
        {"investigator_response": "", "computed_response": "PR"},
        {"investigator_response": "SD", "computed_response": "PR"},
    ),
}


@pytest.mark.parametrize(("form", "check"), TABLE)
def test_a_check_passes_what_is_right_and_fails_what_is_not(form: str, check: str) -> None:
    rule = next(each for each in CHECKS[form] if each.id == check)
    passes, fails = TABLE[form, check]
    assert not rule.fails(passes)
    assert rule.fails(fails)


def test_every_check_is_declared_with_an_id_of_its_own_words_and_a_source() -> None:
    for form, checks in CHECKS.items():
        ids = [check.id for check in checks]
        assert len(set(ids)) == len(ids), form
        assert all(check.words.endswith((".", "?")) or ":" in check.words for check in checks), form
        assert all(check.source and check.severity in (HARD, SOFT) for check in checks), form


def test_one_id_never_means_two_rules() -> None:
    by_id: dict[str, set[str]] = {}
    for checks in CHECKS.values():
        for check in checks:
            by_id.setdefault(check.id, set()).add(check.words)
    assert {name: words for name, words in by_id.items() if len(words) > 1} == {}
