"""RECIST 1.0: which lesions can be targets, by method, slice, place and number."""

from datetime import date
from decimal import Decimal

import pytest

from trial.rules.response.recist import (
    is_measurable,
    is_never_measurable,
    is_under_two_slices,
    measurement,
    too_many_in_an_organ,
)


@pytest.mark.parametrize(
    ("method", "millimetres", "measurable"),
    [
        ("spiral_ct", "10", True),
        ("spiral_ct", "9.9", False),
        ("conventional_ct", "20", True),
        ("conventional_ct", "19.9", False),
        ("mri", "19.9", False),
        ("chest_xray", "20", True),
        ("clinical", "20", True),
        ("clinical", "10", False),
    ],
)
def test_a_target_is_at_least_20_mm_long_or_10_mm_by_spiral_ct(method: str, millimetres: str, measurable: bool) -> None:
    assert is_measurable(Decimal(millimetres), method) == measurable


def test_a_lesion_without_a_diameter_is_not_measurable() -> None:
    assert not is_measurable(None, "spiral_ct")


@pytest.mark.parametrize(
    ("millimetres", "slice_mm", "under"),
    [("10", "5", False), ("9.9", "5", True), ("20", "10", False), ("19.9", "10", True), ("10", None, False)],
)
def test_a_lesion_is_at_least_two_slices_long(millimetres: str, slice_mm: str | None, under: bool) -> None:
    assert is_under_two_slices(Decimal(millimetres), Decimal(slice_mm) if slice_mm else None) == under


@pytest.mark.parametrize(
    ("organ", "method", "never"),
    [
        ("bone", "spiral_ct", True),
        ("liver", "spiral_ct", False),
        ("liver", "clinical", True),
        ("lymph_node", "clinical", False),
        ("soft_tissue", "clinical", False),
    ],
)
def test_bone_and_what_examination_cannot_reach_are_not_measurable(organ: str, method: str, never: bool) -> None:
    assert is_never_measurable(organ, method) == never


def test_at_most_five_targets_lie_in_one_organ() -> None:
    assert not too_many_in_an_organ(["liver"] * 5 + ["lung"] * 5)
    assert too_many_in_an_organ(["liver"] * 6)


def test_an_entry_without_measurement_says_why() -> None:
    on = date(2026, 3, 1)
    assert measurement("T1", "not_evaluated", None, "Artefact", on, None).not_evaluated_reason == "Artefact"
    treated = measurement("T1", "measured", Decimal(12), "", on, date(2026, 2, 1))
    assert (treated.longest_diameter_mm, treated.not_evaluated_reason) == (None, "locally treated on 01-FEB-2026")
