"""Facts of a cycle and its dosing periods."""

from datetime import date as D
from datetime import timedelta
from typing import Any

from capture.casebook.forms.treatment import AS_PLANNED, Period

START, TODAY = D(2026, 3, 2), D(2026, 6, 1)


def _periods(*periods: Period) -> dict[str, Any]:
    return {"periods": list(periods), "started_on": START, "today": TODAY, "other_cycle_starts": []}


def _full(first: int, last: int) -> Period:
    return Period(first, last, 400, "twice_daily")


CYCLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "DOSE-02": (
        {"started_on": START, "other_cycle_starts": [START - timedelta(days=28), START + timedelta(days=28)]},
        {"started_on": START, "other_cycle_starts": [START - timedelta(days=27)]},
    ),
    "DOSE-03": ({"started_on": TODAY, "today": TODAY}, {"started_on": TODAY + timedelta(days=1), "today": TODAY}),
    "DOSE-04": (_periods(_full(15, 28), _full(1, 14)), _periods(_full(1, 14), _full(14, 28))),
    "DOSE-05": (
        _periods(_full(1, 31)) | {"other_cycle_starts": [START + timedelta(days=31)]},
        _periods(_full(1, 31)) | {"other_cycle_starts": [START + timedelta(days=30)]},
    ),
    "DOSE-20": (_periods(_full(1, 28)), _periods(_full(1, 29))),
    "DOSE-06": (
        _periods(Period(1, 28, 400, "once_daily", "hand-foot, grade 2")),
        _periods(Period(1, 28, 400, "once_daily", " ")),
    ),
    "DOSE-07": ({"dispensed": 112, "returned": 112}, {"dispensed": 112, "returned": 113}),
    "DOSE-28": (
        {**_periods(*AS_PLANNED), "dispensed": 112, "returned": 5},
        {**_periods(*AS_PLANNED), "dispensed": 112, "returned": 6},
    ),
    "DOSE-08": (
        {"number": 2, "started_on": START, "numbered_starts": [(1, START - timedelta(days=28))]},
        {"number": 2, "started_on": START, "numbered_starts": [(1, START + timedelta(days=28))]},
    ),
    "DOSE-09": (_periods(*AS_PLANNED), _periods()),
    "DOSE-10": (
        _periods(_full(1, 20)) | {"off_treatment_on": START + timedelta(days=20)},
        _periods(_full(1, 19)) | {"off_treatment_on": START + timedelta(days=20)},
    ),
    "DOSE-19": (
        _periods(_full(1, 10)) | {"today": START + timedelta(days=9)},
        _periods(_full(1, 10)) | {"today": START + timedelta(days=8)},
    ),
    "DOSE-26": (
        {"started_on": START, "regular_scans_on": [START + timedelta(days=63)]},
        {"started_on": START, "regular_scans_on": [START + timedelta(days=64)]},
    ),
    "DOSE-11": ({"started_on": START, "died_on": START}, {"started_on": START, "died_on": START - timedelta(days=1)}),
    "NA-01": (
        {"number": 2, "started_on": START, "numbered_starts": [(1, START - timedelta(days=29))], "delay_reason": "ill"},
        {"number": 2, "started_on": START, "numbered_starts": [(1, START - timedelta(days=28))], "delay_reason": "ill"},
    ),
    "NA-02": (
        _periods(Period(1, 14, 400, "once_daily", "rash"), Period(15, 28, 400, "twice_daily", " ")),
        _periods(Period(1, 28, 400, "twice_daily", "rash")),
    ),
}
