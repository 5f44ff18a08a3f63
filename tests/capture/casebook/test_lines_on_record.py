"""Lines of a repeating table that are added, changed or taken back leave one right account each, and others none.

Lines have no order on record (they are shown by day, label or analyte): moving one changes nothing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from capture.casebook.forms import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.casebook.forms.treatment import Period
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from capture.entry.services.assessments import Reading
from tests.cast import Cast
from trial.models import Change, Lesion, Role
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R29")

DAY_1, WHY = date(2026, 1, 12), "New or corrected source document"
VISIT = {"visited_on": DAY_1, "cycle_number": 1, "weight_kg": Decimal(70), "weight_kg_missing": "", "ecog": 1,
         "ecog_missing": "", "systolic_mmhg": 120, "systolic_mmhg_missing": "", "diastolic_mmhg": 80,
         "diastolic_mmhg_missing": ""}  # fmt: skip
FULL, HELD, REDUCED = Period(1, 14, 400, "twice_daily"), Period(15, 28, 0, "held", "rash"), \
    Period(15, 28, 400, "once_daily", "rash")


def _account(table: str) -> list[tuple[str, bool, Any]]:
    """(act, is struck out, what tells the line) of the newest Change's versions of the table, in order."""
    change = Change.objects.order_by("-id")[0]
    told = {"trial_dosingperiod": "frequency", "trial_laboratoryresult": "analyte", "trial_lesion": "label",
            "trial_lesionreading": "longest_diameter_mm"}[table]  # fmt: skip
    versions = change.versions.filter(table_name=table).order_by("id")
    return [(each.act, bool(each.row["struck_out_reason"]), each.row[told]) for each in versions]


def _nora(cast: Cast) -> Any:
    return cast.people[Role.COORDINATOR]


def test_each_dosing_period_that_changes_is_told_once_and_the_others_not(cast: Cast) -> None:
    def save(periods: Sequence[Period], reason: str = "") -> None:
        dosing.save_cycle(Save(_nora(cast), reason=reason), cast.participant, 1, {"started_on": DAY_1}, periods)

    save([FULL])
    assert _account("trial_dosingperiod") == [("insert", False, "twice_daily")]
    save([FULL, HELD], WHY)
    assert _account("trial_dosingperiod") == [("insert", False, "held")]
    save([FULL, REDUCED], WHY)
    assert _account("trial_dosingperiod") == [("update", True, "held"), ("insert", False, "once_daily")]
    save([REDUCED, FULL], WHY)
    assert _account("trial_dosingperiod") == [], "another order of the same lines is no change"
    save([FULL], WHY)
    assert _account("trial_dosingperiod") == [("update", True, "once_daily")]


def test_each_laboratory_line_that_changes_is_told_once_and_the_others_not(cast: Cast) -> None:
    def line(analyte: str, value: str) -> dict[str, Any]:
        return {"analyte": analyte, "value": Decimal(value), "value_missing": "", "unit": "g/dL", "lower_limit": None,
                "upper_limit": None}  # fmt: skip

    def save(*lines: dict[str, Any], row: Any = None) -> Any:
        return entries.save(
            Save(_nora(cast), reason=WHY if row else ""),
            cast.participant,
            ENTRY_FORMS["visit"],
            VISIT,
            lines=lines,
            row=row,
        )

    visit = save(line("HGB", "12"), line("ALB", "4"))
    assert _account("trial_laboratoryresult") == [("insert", False, "HGB"), ("insert", False, "ALB")]
    save(line("ALB", "4"), line("HGB", "12.5"), row=visit)
    assert _account("trial_laboratoryresult") == [("update", False, "HGB")]
    save(line("HGB", "12.5"), line("CA", "9"), row=visit)
    assert sorted(_account("trial_laboratoryresult")) == [("insert", False, "CA"), ("update", True, "ALB")]


def test_each_lesion_of_a_baseline_that_changes_is_told_once_and_the_others_not(cast: Cast) -> None:
    def save(*targets: NewLesion, row: Any = None) -> Any:
        return assessments.save_baseline(
            Save(_nora(cast), reason=WHY if row else ""),
            cast.participant,
            {"assessed_on": DAY_1, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
            targets,
            [],
            row,
        )

    baseline = save(NewLesion("liver", "a", Decimal(40)), NewLesion("lung", "b", Decimal(30)))
    assert [each[2] for each in _account("trial_lesion")] == ["T1", "T2"]
    first, second = Lesion.objects.order_by("id").values_list("id", flat=True)
    save(NewLesion("lung", "b", Decimal(30), second), NewLesion("liver", "a", Decimal(41), first), row=baseline)
    assert _account("trial_lesion") == [] and _account("trial_lesionreading") == [("update", False, 41.0)]
    save(NewLesion("liver", "a", Decimal(41), first), NewLesion("bone", "c", Decimal(25)), row=baseline)
    assert sorted(_account("trial_lesion")) == [("insert", False, "T3"), ("update", True, "T2")]
    assert sorted(_account("trial_lesionreading")) == [("insert", False, 25.0), ("update", True, 30.0)]


def test_each_reading_of_a_follow_up_that_changes_is_told_once_and_the_others_not(cast: Cast) -> None:
    targets = [NewLesion("liver", "a", Decimal(40)), NewLesion("lung", "b", Decimal(30))]
    assessments.save_baseline(
        Save(_nora(cast)),
        cast.participant,
        {"assessed_on": DAY_1, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        [],
    )
    dosing.save_cycle(Save(_nora(cast)), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    first, second = Lesion.objects.order_by("id").values_list("id", flat=True)

    def save(*readings: Reading, row: Any = None) -> Any:
        return assessments.save_follow_up(
            Save(_nora(cast), reason=WHY if row else ""),
            cast.participant,
            {
                "assessed_on": DAY_1 + timedelta(days=56),
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            readings,
            row,
        )

    scan = save(Reading(first, "measured", Decimal(38)), Reading(second, "measured", Decimal(29)))
    assert _account("trial_lesionreading") == [("insert", False, 38.0), ("insert", False, 29.0)]
    save(Reading(second, "measured", Decimal(28)), Reading(first, "measured", Decimal(38)), row=scan)
    assert _account("trial_lesionreading") == [("update", False, 28.0)]
