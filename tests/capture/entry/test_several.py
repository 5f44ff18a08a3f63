"""Several entries in a table: one save and one Change, each held against the others, or nothing at all."""

from typing import Any

import pytest

from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from trial.models import Acknowledgement, BloodPressure, Change, HormoneLevel, Medication, Role

ROOT = "/participants/NET-001"


def _typed(cast: Cast, form: str, *rows: dict[str, str], **more: str) -> Any:
    """What the page answers when these rows are typed from the first on."""
    nora, address = signed_in(cast.people[Role.COORDINATOR]), f"{ROOT}/{form}/several/"
    cells = {f"row{number}-{name}": value for number, row in enumerate(rows, start=1) for name, value in row.items()}
    return nora.post(address, opened(nora, address) | cells | more)


def _pressure(day: str, systolic: str, diastolic: str) -> dict[str, str]:
    return {"measured_on": day, "systolic_mmhg": systolic, "diastolic_mmhg": diastolic}


def _level(day: str, value: str, unit: str = "ng/mL") -> dict[str, str]:
    return {"sampled_on": day, "marker": "CGA", "value": value, "unit": unit, "upper_limit": "95", "assay": "RIA"}


def test_six_pressures_are_saved_in_one_change_and_named(cast: Cast) -> None:
    before = Change.objects.latest("id").pk
    rows = [_pressure(f"{10 + number}-FEB-2026", f"12{number}", "80") for number in range(6)]
    answer = _typed(cast, "blood_pressure", *rows)
    assert answer.status_code == 302 and BloodPressure.objects.count() == 6
    assert [each.act for each in Change.objects.filter(pk__gt=before)] == ["enter"]
    page = signed_in(cast.people[Role.COORDINATOR]).get(f"{ROOT}/blood_pressure/new/").content.decode()
    assert f'href="{ROOT}/blood_pressure/several/"' in page


def test_rows_that_are_left_empty_are_none_and_a_table_without_a_row_is_refused(cast: Cast) -> None:
    medication = {"kind": "other", "name": "metformin", "started_on": "UNK-JAN-2020"}
    assert _typed(cast, "medication", {}, medication).status_code == 302
    assert [each.name for each in Medication.objects.all()] == ["metformin"]
    page = _typed(cast, "medication").content.decode()
    assert "Fill in at least one row." in page and Medication.objects.count() == 1


def test_a_wrong_row_keeps_every_row_from_being_saved_and_is_told_at_its_box(cast: Cast) -> None:
    good, bad = _pressure("10-FEB-2026", "120", "80"), _pressure("11-FEB-2026", "80", "120")
    page = _typed(cast, "blood_pressure", good, bad).content.decode()
    assert not BloodPressure.objects.exists() and 'value="120"' in page
    assert 'href="#id_row2-systolic_mmhg">Systolic pressure must be higher than diastolic.' in page
    assert 'id="id_row1-systolic_mmhg_error"' not in page and 'id="id_row2-systolic_mmhg_error"' in page
    half = _typed(cast, "blood_pressure", good, {"measured_on": "12-FEB-2026"}).content.decode()
    assert 'id="id_row2-systolic_mmhg_error"' in half and not BloodPressure.objects.exists()


def test_rows_are_held_against_one_another(cast: Cast) -> None:
    twice = _typed(cast, "hormone", _level("10-FEB-2026", "210"), _level("10-FEB-2026", "220")).content.decode()
    assert "Only one value is allowed per marker and day" in twice and not HormoneLevel.objects.exists()
    rows = _level("10-FEB-2026", "210"), _level("10-MAR-2026", "190", "ug/L")
    asked = _typed(cast, "hormone", *rows).content.decode()
    assert "The unit differs from that of the last sample" in asked and not HormoneLevel.objects.exists()
    assert _typed(cast, "hormone", *rows, acknowledge_HORM_02="x").status_code == 422
    assert _typed(cast, "hormone", *rows, **{"acknowledge_HORM-02": "new laboratory"}).status_code == 302
    said = Acknowledgement.objects.get(check_id="HORM-02")
    assert (said.row_id, said.because) == (HormoneLevel.objects.get(unit="ug/L").pk, "new laboratory")


@pytest.mark.parametrize("form", ["visit", "adverse_event", "nothing"])
def test_a_form_with_a_page_of_its_own_has_no_table(cast: Cast, form: str) -> None:
    assert signed_in(cast.people[Role.COORDINATOR]).get(f"{ROOT}/{form}/several/").status_code == 404
