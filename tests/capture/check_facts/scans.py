"""Facts of tumor assessments."""

from datetime import date as D
from datetime import timedelta
from decimal import Decimal
from typing import Any

from capture.casebook.forms.assessment import NewLesion
from capture.entry.services.assessments import Reading
from trial.models import Assessment

DAY_1, TODAY = D(2026, 1, 12), D(2026, 6, 1)
TOMORROW = TODAY + timedelta(days=1)
SPIRAL = Assessment(kind="baseline", assessed_on=D(2026, 1, 9), method="spiral_ct", slice_thickness_mm=Decimal(5))


def _targets(*millimetres: str, organ: str = "liver", method: str = "spiral_ct") -> dict[str, Any]:
    return {"targets": [NewLesion(organ, "", Decimal(each)) for each in millimetres], "method": method, "slice": None}


def _ten(more: int = 0) -> dict[str, Any]:
    return _targets(*["30"] * (10 + more))


def _reading(state: str, millimetres: str | None = None, reason: str = "", scanned_on: D | None = None) -> dict:
    value = Decimal(millimetres) if millimetres else None
    return {"readings": [Reading(1, state, value, reason, scanned_on)], "today": TODAY}


def _grown(to: str) -> dict[str, Any]:
    return {"with_previous": [(Reading(1, "measured", Decimal(to)), Decimal(20))]}


def _merged(with_which: str) -> dict[str, Any]:
    """T2 merged with this target, T1 measured."""
    readings = [Reading(1, "measured", Decimal(58)), Reading(2, "merged", merged_with=with_which)]
    return {"readings": readings, "targets": {1: "T1", 2: "T2"}}


def _new(answer: str, on: D | None, where: str) -> dict[str, Any]:
    return {"new_lesions": answer, "new_lesion_on": on, "new_lesion_description": where}


SLICES = ({"method": "mri", "slice": Decimal(5)}, {"method": "clinical", "slice": Decimal(5)})
BASELINE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "BASE-03": (_targets(*["30"] * 5), _targets(*["30"] * 6)),
    "BASE-04": (_ten(), _ten(1)),
    "BASE-05": (_targets("10"), _targets("19.9", method="mri")),
    "BASE-06": ({**_targets(), "non_targets": [NewLesion("bone", "", None)]}, {**_targets(), "non_targets": []}),
    "BASE-14": ({**_targets(), "waived": {"measurable"}}, {**_targets(), "waived": {"metastatic"}}),
    "BASE-07": ({"followed_but_left_out": set()}, {"followed_but_left_out": {7}}),
    "BASE-09": (_targets("30", organ="lymph_node", method="clinical"), _targets("30", organ="bone")),
    "BASE-10": ({"assessed_on": TODAY, "died_on": TODAY}, {"assessed_on": TODAY, "died_on": DAY_1}),
    "SCAN-01": ({"assessed_on": TODAY, "today": TODAY}, {"assessed_on": TOMORROW, "today": TODAY}),
    "SCAN-02": ({**_targets("20"), "slice": Decimal(10)}, {**_targets("19.9"), "slice": Decimal(10)}),
    "NA-05": SLICES,
}
FOLLOW_UP_SCAN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "FOLL-02": ({"lesions_known": True}, {"lesions_known": False}),
    "FOLL-03": ({"lesions_left_out": set()}, {"lesions_left_out": {3}}),
    "FOLL-04": (_reading("not_evaluated", reason="not scanned"), _reading("not_evaluated", reason=" ")),
    "FOLL-05": (_reading("too_small", "5"), _reading("measured")),
    "FOLL-06": (_grown("40"), _grown("40.1")),
    "FOLL-07": (
        {"assessed_on": TODAY, "other_dates": {DAY_1}},
        {"assessed_on": TODAY, "other_dates": {DAY_1, TODAY}},
    ),
    "FOLL-08": (_reading("absent", scanned_on=TODAY), _reading("absent", scanned_on=TOMORROW)),
    "FOLL-09": ({"new_lesions": "yes", "new_lesion_on": TODAY}, {"new_lesions": "yes", "new_lesion_on": None}),
    "FOLL-10": (
        {"investigator_response": "", "computed_response": "PR"},
        {"investigator_response": "SD", "computed_response": "PR"},
    ),
    "FOLL-11": ({"assessed_on": TODAY, "died_on": TODAY}, {"assessed_on": TODAY, "died_on": DAY_1}),
    "FOLL-12": (
        {"day_1": DAY_1, "assessed_on": DAY_1 + timedelta(days=63), "responses_on": [], "confirmation_days": 28},
        {"day_1": DAY_1, "assessed_on": DAY_1 + timedelta(days=64), "responses_on": [], "confirmation_days": 28},
    ),
    "FOLL-13": ({"baseline": SPIRAL, "method": "spiral_ct"}, {"baseline": SPIRAL, "method": "mri"}),
    "FOLL-14": ({"baseline": SPIRAL, "slice": Decimal("2.5")}, {"baseline": SPIRAL, "slice": Decimal("5.1")}),
    "FOLL-16": (
        {"new_lesion_on": DAY_1, "baseline": SPIRAL, "today": TODAY},
        {"new_lesion_on": SPIRAL.assessed_on, "baseline": SPIRAL, "today": TODAY},
    ),
    "FOLL-19": (
        {**_reading("absent", scanned_on=TODAY - timedelta(days=14)), "assessed_on": TODAY, "new_lesion_on": None},
        {**_reading("absent", scanned_on=TODAY - timedelta(days=15)), "assessed_on": TODAY, "new_lesion_on": None},
    ),
    "FOLL-22": ({"day_1": DAY_1}, {"day_1": None}),
    "FOLL-15": (
        {**_reading("present"), "gone_before": {1}, "new_lesions": "yes"},
        {**_reading("present"), "gone_before": {1}, "new_lesions": "no"},
    ),
    "FOLL-26": (_merged("T1"), _merged("T2")),
    "FOLL-27": (
        {**_reading("measured", "20"), "merged_before": set(), "measured_after": {1}},
        {**_reading("in_parts", "20"), "merged_before": {1}, "measured_after": set()},
    ),
    "SCAN-01": ({"assessed_on": TODAY, "today": TODAY}, {"assessed_on": TOMORROW, "today": TODAY}),
    "NA-03": (_new("yes", TODAY, "liver"), _new("no", None, "liver")),
    "NA-04": (_reading("not_evaluated", reason="embolised"), _reading("measured", "30", reason="embolised")),
    "NA-05": SLICES,
}
