"""Facts of hormones, visits, blood pressure, medication, history and deviations."""

from datetime import date as D
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from trial.rules.dates.partial_date import PartialDate
from trial.rules.safety.reference_ranges import ReferenceRange

Table = dict[str, tuple[dict[str, Any], dict[str, Any]]]
DIED_IN_MARCH = PartialDate(2026, 3)
DAY_1 = D(2026, 1, 12)
LAST = SimpleNamespace(marker="CGA", sampled_on=D(2026, 1, 5), unit="ng/mL", assay="Dako")


def died(field: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {field: D(2026, 3, 31), "died_on": DIED_IN_MARCH},
        {field: D(2026, 4, 1), "died_on": DIED_IN_MARCH},
    )


def _sample(**changed: Any) -> dict[str, Any]:
    return {"marker": "CGA", "sampled_on": D(2026, 2, 5), "unit": "ng/mL", "assay": "dako ", "others": [LAST],
            "upper_limit": Decimal(100)} | changed  # fmt: skip


def _laboratory(**changed: Any) -> dict[str, Any]:
    line = {"analyte": "HGB", "value": Decimal("12.4"), "unit": "g/dL", "lower_limit": Decimal(12),
            "upper_limit": Decimal(16)}  # fmt: skip
    return {"lines": [line | changed]}


def _measured(laboratories: list[str] | None = None, **changed: Any) -> dict[str, Any]:
    limits = {"HGB": ReferenceRange("HGB", "g/dL", Decimal(12), Decimal(16), D(2025, 1, 1))}
    of_it = {"laboratory_name": "Central", "laboratory_limits": limits, "laboratories": laboratories}
    return {**_laboratory(**changed), **of_it}


HORMONE: Table = {
    "HORM-01": died("sampled_on"),
    "HORM-02": (_sample(), _sample(unit="nmol/L")),
    "HORM-03": (_sample(), _sample(assay="Cisbio")),
    "HORM-04": (
        {"value": Decimal(100_000), "upper_limit": Decimal(100)},
        {"value": Decimal(100_001), "upper_limit": Decimal(100)},
    ),
    "HORM-05": (_sample(), _sample(sampled_on=D(2026, 1, 5))),
    "HORM-07": ({"upper_limit": Decimal("0.001")}, {"upper_limit": Decimal(0)}),
    "HORM-06": (_sample(), _sample(unit="nmol/L")),
}
BLOOD_PRESSURE: Table = {
    "BP-01": (
        {"systolic_mmhg": 120, "diastolic_mmhg": None},
        {"systolic_mmhg": 80, "diastolic_mmhg": 80},
    ),
    "BP-02": ({"systolic_mmhg": 260, "diastolic_mmhg": 30}, {"systolic_mmhg": 261, "diastolic_mmhg": 90}),
    "BP-03": died("measured_on"),
}
VISIT: Table = {
    "BP-01": BLOOD_PRESSURE["BP-01"],
    "BP-02": ({"systolic_mmhg": 60, "diastolic_mmhg": 160}, {"systolic_mmhg": 120, "diastolic_mmhg": 29}),
    "VIS-01": died("visited_on"),
    "VIS-02": (
        {"weight_kg": Decimal(66), "last_weight_kg": Decimal(60)},
        {"weight_kg": Decimal("66.1"), "last_weight_kg": Decimal(60)},
    ),
    "VIS-04": (
        {"cycle_number": 2, "others": [SimpleNamespace(cycle_number=1)]},
        {"cycle_number": 2, "others": [SimpleNamespace(cycle_number=2)]},
    ),
    "VIS-05": (_laboratory(), _laboratory(lower_limit=Decimal(16))),
    "VIS-06": (_laboratory(value=None, unit=""), _laboratory(unit="")),
    "VIS-07": (_laboratory(), _laboratory(value=Decimal(124))),
    "VIS-08": (_laboratory(analyte="VITAMIN", unit="mg/L"), _laboratory(unit="mg/dL")),
    "VIS-09": (_laboratory(value=Decimal(9), lower_limit=None), _laboratory(lower_limit=None)),
    "VIS-12": (
        {"visited_on": D(2026, 2, 12), "sampled_on": D(2026, 2, 5)},
        {"visited_on": D(2026, 2, 12), "sampled_on": D(2026, 2, 4)},
    ),
    "VIS-13": died("sampled_on"),
    "VIS-16": (_measured(), _measured(upper_limit=Decimal(15))),
    "VIS-17": (_measured(laboratories=["Central"]), _measured(laboratories=["Northern"])),
}
def _given(**changed: Any) -> dict[str, Any]:
    given = {"route": "oral", "route_words": "", "how_often": "once_daily", "how_often_words": ""}
    return given | changed


MEDICATION: Table = {
    "MED-01": (
        {"stopped_on": None, "started_on": PartialDate(2026, 2)},
        {"stopped_on": PartialDate(2025), "started_on": PartialDate(2026, 2)},
    ),
    "MED-03": died("started_on"),
    "MED-04": died("stopped_on"),
    "MED-06": (_given(route="other", route_words="rectal"), _given(route="other")),
    "MED-07": (_given(how_often="other", how_often_words="every 8 weeks"), _given(how_often="other")),
    "MED-08": (_given(), _given(route_words="rectal")),
    "MED-09": (_given(), _given(how_often_words="every 8 weeks")),
}
def _prior(**changed: Any) -> dict[str, Any]:
    return {"ongoing": "no", "stopped_on": None, "stop_reason": "progression", "stop_words": ""} | changed


PRIOR_THERAPY: Table = {
    "PRIOR-01": MEDICATION["MED-01"],
    "PRIOR-02": died("started_on"),
    "PRIOR-03": died("stopped_on"),
    "PRIOR-04": (_prior(ongoing="yes", stop_reason=""), _prior(ongoing="yes")),
    "PRIOR-05": (_prior(stop_reason="other", stop_words="cost"), _prior(stop_reason="other", stop_words=" ")),
    "PRIOR-06": (_prior(stop_reason="other", stop_words="cost"), _prior(stop_words="cost")),
    "PRIOR-07": (_prior(), _prior(stop_reason="")),
}
HISTORY: Table = {
    "HIST-02": died("began_on"),
}
DEVIATION: Table = {
    "DEV-02": died("happened_on"),
}
REGISTRATION: Table = {
    "REG-05": ({"same_person": []}, {"same_person": [SimpleNamespace(reference="NET-001", site_id=1)]}),
}
