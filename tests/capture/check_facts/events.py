"""Facts of adverse events, and of what ends treatment and follow-up."""

from datetime import UTC, datetime
from datetime import date as D
from datetime import time as T
from types import SimpleNamespace
from typing import Any

from trial.rules.dates.partial_date import PartialDate

Table = dict[str, tuple[dict[str, Any], dict[str, Any]]]
DIED_IN_MARCH = PartialDate(2026, 3)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
KNOWN_AS_GRADE_3 = SimpleNamespace(grade=3, aware_on=D(2026, 3, 10), aware_time=None, aware_offset="UTC")
NAUSEA: dict[str, Any] = {"term": "nausea", "select": "", "other_words": "", "grade": 2,
                          "onset_on": PartialDate(2026, 2)}  # fmt: skip
CONSENT, REGISTERED = D(2026, 1, 5), D(2026, 1, 8)


def _died(field: str, passes: D, fails: D) -> tuple[dict[str, Any], dict[str, Any]]:
    return {field: passes, "died_on": DIED_IN_MARCH}, {field: fails, "died_on": DIED_IN_MARCH}


def _episode(onset: PartialDate, continues: Any) -> dict[str, Any]:
    return {"continues": continues, "onset_on": onset, "corrected": None, "others": []}


def _once() -> tuple[dict[str, Any], dict[str, Any]]:
    return {"others": []}, {"others": [SimpleNamespace()]}


def _said(field: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return {field: "other", "because": "moved away"}, {field: "other", "because": "  "}


ADVERSE_EVENT: Table = {
    "AE-19": _died("resolved_on", D(2026, 3, 31), D(2026, 4, 1)),
    "AE-01": ({"term": "nausea", "select": ""}, {"term": "nausea", "select": "left"}),
    "AE-02": (
        {"term": "nausea", "select": "", "grade": 5},
        {"term": "hair_loss_alopecia_scalp_or_body", "select": "", "grade": 3},
    ),
    "AE-03": (
        {"resolved_on": PartialDate(2026, 1), "onset_on": PartialDate(2026, 1, 20)},
        {"resolved_on": PartialDate(2026, 1), "onset_on": PartialDate(2026, 2, 1)},
    ),
    "AE-04": ({"grade": 5, "outcome": "fatal"}, {"grade": 5, "outcome": "recovered"}),
    "AE-05": ({"grade": 5, "died_on": PartialDate(2026)}, {"grade": 5, "died_on": None}),
    "AE-06": (
        {"onset_on": PartialDate(2026), "died_on": DIED_IN_MARCH},
        {"onset_on": PartialDate(2026, 4), "died_on": DIED_IN_MARCH},
    ),
    "AE-07": (
        {"term": "allergy_immunology_other_specify", "select": "", "other_words": "hay fever"},
        {"term": "allergy_immunology_other_specify", "select": "", "other_words": " "},
    ),
    "AE-09": ({"seriousness": "no", "expectedness": ""}, {"seriousness": "death", "expectedness": ""}),
    "AE-10": ({"grade": 3, "seriousness": "no"}, {"grade": 4, "seriousness": "no"}),
    "AE-11": (
        _episode(PartialDate(2026, 2, 1), continues=SimpleNamespace(onset_on=PartialDate(2026, 2))),
        _episode(PartialDate(2026, 1), continues=SimpleNamespace(onset_on=PartialDate(2026, 2))),
    ),
    "AE-20": (
        {**NAUSEA, "others": [SimpleNamespace(**NAUSEA | {"grade": 3})]},
        {**NAUSEA, "others": [SimpleNamespace(**NAUSEA)]},
    ),
    "AE-12": (
        {"outcome": "recovered", "resolved_on": PartialDate(2026)},
        {"outcome": "sequelae", "resolved_on": None},
    ),
    "AE-13": ({"seriousness": "death", "aware_on": D(2026, 3, 10)}, {"seriousness": "death", "aware_on": None}),
    "AE-14": (
        {"aware_on": D(2026, 3, 10), "onset_on": PartialDate(2026, 3)},
        {"aware_on": D(2026, 3, 10), "onset_on": PartialDate(2026, 3, 11)},
    ),
    "AE-15": (
        {"aware_on": D(2026, 3, 10), "aware_time": T(9, 30), "aware_offset": "UTC", "now": NOW},
        {"aware_on": D(2026, 3, 10), "aware_time": T(4, 31), "aware_offset": "UTC-05:00", "now": NOW},
    ),
    "AE-16": ({"aware_on": D(2026, 3, 10), "aware_time": T(9)}, {"aware_on": None, "aware_time": T(9)}),
    "AE-17": ({"hospital_stay": "yes", "seriousness": "important"}, {"hospital_stay": "yes", "seriousness": "no"}),
    "AE-18": (
        {"grade": 4, "aware_on": D(2026, 3, 12), "aware_time": None, "aware_offset": "UTC",
         "corrected": KNOWN_AS_GRADE_3},
        {"grade": 4, "aware_on": D(2026, 3, 10), "aware_time": None, "aware_offset": "UTC",
         "corrected": KNOWN_AS_GRADE_3},
    ),
    "NA-06": (
        {"term": "allergy_immunology_other_specify", "select": "", "other_words": "hay fever"},
        {"term": "nausea", "select": "", "other_words": "hay fever"},
    ),
    "NA-07": (
        {"outcome": "recovering", "resolved_on": None},
        {"outcome": "recovering", "resolved_on": PartialDate(2026, 1)},
    ),
}
OFF_TREATMENT: Table = {
    "OFF-03": (
        {"reason": "progression", "progressed_on": D(2026, 2, 1)},
        {"reason": "progression", "progressed_on": None},
    ),
    "OFF-04": _said("reason"),
    "OFF-05": _once(),
    "OFF-06": _died("off_on", D(2026, 3, 31), D(2026, 4, 1)),
}
FOLLOW_UP: Table = {
    "FU-01": (
        {"progression": "radiological", "progressed_on": D(2026, 2, 1), "progression_method": "mri"},
        {"progression": "radiological", "progressed_on": D(2026, 2, 1), "progression_method": ""},
    ),
    "FU-02": (
        {"contacted_on": D(2026, 2, 1), "progressed_on": D(2026, 2, 1)},
        {"contacted_on": D(2026, 2, 1), "progressed_on": D(2026, 2, 2)},
    ),
    "FU-04": (
        {"new_therapy": "yes", "new_therapy_on": PartialDate(2026)},
        {"new_therapy": "yes", "new_therapy_on": None},
    ),
    "FU-06": (
        {"contacted_on": D(2026, 2, 1), "disease_assessed_on": None},
        {"contacted_on": D(2026, 2, 1), "disease_assessed_on": D(2026, 2, 2)},
    ),
    "FU-07": ({"progression": "none"}, {"progression": "clinical"}),
    "FU-08": (
        {"contacted_on": D(2026, 2, 1), "others": [SimpleNamespace(contacted_on=D(2026, 2, 2))]},
        {"contacted_on": D(2026, 2, 1), "others": [SimpleNamespace(contacted_on=D(2026, 2, 1))]},
    ),
    "FU-09": ({"alive": "dead", "died_on": DIED_IN_MARCH}, {"alive": "dead", "died_on": None}),
    "FU-10": (
        {"progression": "clinical", "progressed_on": D(2026, 2, 1), "new_therapy": "no", "new_therapy_on": None},
        {"progression": "none", "progressed_on": D(2026, 2, 1), "new_therapy": "no", "new_therapy_on": None},
    ),
    "NA-08": (
        {"progression": "clinical", "progression_method": "mri", "new_therapy": "yes", "new_therapy_name": "a drug"},
        {"progression": "none", "progression_method": "", "new_therapy": "no", "new_therapy_name": "a drug"},
    ),
}
DEATH: Table = {
    "DEATH-03": (
        {"cause": "toxicity", "has_fatal_event": True},
        {"cause": "toxicity", "has_fatal_event": False},
    ),
    "DEATH-04": _said("cause"),
    "DEATH-05": _once(),
}
WITHDRAWAL: Table = {
    "WD-02": _once(),
    "WD-03": _died("withdrew_on", D(2026, 3, 31), D(2026, 4, 1)),
}
OFF_STUDY: Table = {
    "OFS-02": ({"reason": "lost", "died_on": None}, {"reason": "death", "died_on": None}),
    "OFS-03": _said("reason"),
    "OFS-04": _once(),
}
