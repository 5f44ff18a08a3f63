"""What the participant page calls response and progression is what the endpoints call so: local treatment included."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capture.entry.facts import course
from trial.models import Assessment, Lesion, LesionReading

START = date(2026, 1, 5)


def _lesion(key: int, kind: str, treated_on: date | None = None) -> Lesion:
    return Lesion(pk=key, kind=kind, label=f"L{key}", organ="liver", locally_treated_on=treated_on)


def _scan(key: int, on: date, kind: str) -> Assessment:
    new = "no" if kind == "follow_up" else ""
    return Assessment(pk=key, kind=kind, assessed_on=on, method="spiral_ct", new_lesions=new, marker="not_done")


def _reading(scan: Assessment, lesion: Lesion, millimetres: int, scanned_on: date | None = None) -> LesionReading:
    return LesionReading(assessment=scan, lesion=lesion, state="measured", longest_diameter_mm=Decimal(millimetres),
                         scanned_on=scanned_on)  # fmt: skip


def _responses(treated_on: date | None, second: int) -> list[str]:
    """One target of 50 mm at baseline, 30 mm on day 56, `second` mm on day 112."""
    lesion = _lesion(1, "target", treated_on)
    scans = [_scan(1, START, "baseline"), _scan(2, START + timedelta(56), "follow_up"),
             _scan(3, START + timedelta(112), "follow_up")]  # fmt: skip
    sizes = zip(scans, (50, 30, second), strict=True)
    found = course(scans, {scan.pk: [_reading(scan, lesion, size)] for scan, size in sizes})
    assert found.responses is not None
    return list(found.responses.values())


@pytest.mark.parametrize(
    ("treated", "expected"),
    [(None, ["PR", "PD"]), (100, ["PR", "NE"]), (10, ["NE", "NE"])],
    ids=["never treated locally", "treated between the scans", "treated before both"],
)
def test_a_locally_treated_target_is_not_evaluated_on_the_participant_page(
    treated: int | None, expected: list[str]
) -> None:
    assert _responses(None if treated is None else START + timedelta(treated), 40) == expected
