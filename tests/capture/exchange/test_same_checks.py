"""Page and file are asked the same list of edit checks, form by form: seen at the one place where checks are asked."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capture.casebook import registry
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from tests.capture.casebook.test_cross_form_checks import CONTACT, CYCLE, DAY_1, EVENT, HORMONE, VISIT, _scan, cast
from tests.capture.exchange import cohort
from tests.capture.typed import signed_in
from tests.cast import Cast, person
from tests.plugin_postgres import another_database
from trial.models import Role, Site
from trial.record import changes
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R46")

__all__ = ["cast"]
Asked = dict[tuple[str, ...], int]
BASELINE = {"assessed_on": "08-JAN-2026", "method": "spiral_ct", "marker": "not_done", "T1-organ": "liver",
            "T1-longest_diameter_mm": "40", "reason_code": "entry_error"}  # fmt: skip
DAY = "20-FEB-2026"
TYPED: dict[str, tuple[str, Mapping[str, str]]] = {
    "cycle": ("cycles/2/", CYCLE | {"started_on": "09-FEB-2026"}),
    "baseline": ("assessments/{baseline}/", BASELINE),
    "adverse_event": ("adverse_event/new/", EVENT),
    "hormone": ("hormone/new/", HORMONE),
    "visit": ("visit/new/", VISIT),
    "blood_pressure": ("blood_pressure/new/",
                       {"measured_on": "20-JAN-2026", "systolic_mmhg": "120", "diastolic_mmhg": "80"}),
    "medication": ("medication/new/", {"kind": "other", "name": "loperamide", "started_on": DAY}),
    "history": ("history/new/", {"condition": "gout", "grade": "1", "began_on": "2020", "ongoing": "yes"}),
    "deviation": ("deviation/new/", {"happened_on": DAY, "kind": "other", "description": "late"}),
    "off_treatment": ("off_treatment/new/", {"off_on": DAY, "reason": "physician"}),
    "follow_up": ("follow_up/new/", CONTACT),
    "death": ("death/new/", {"died_on": "20-MAR-2026", "cause": "disease"}),
    "withdrawal": ("withdrawal/new/", {"withdrew_on": DAY, "scope": "all"}),
    "off_study": ("off_study/new/", {"off_on": "20-MAR-2026", "reason": "lost"}),
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The lists of check ids that were asked, with how often."""
    found: Asked = {}
    settle = registry.settle

    def spied(listed: tuple[registry.Check, ...], *given: Any) -> Any:
        ids = tuple(each.id for each in listed)
        found[ids] = found.get(ids, 0) + 1
        return settle(listed, *given)

    monkeypatch.setattr(registry, "settle", spied)
    return found


def _declared() -> set[tuple[str, ...]]:
    return {tuple(each.id for each in listed) for listed in registry.CHECKS.values()}


def test_the_page_of_each_form_asks_every_check_that_is_declared_for_it(cast: Cast, asked: Asked) -> None:
    nora, baseline = signed_in(cast.people[Role.COORDINATOR]), cast.participant.assessments.get().pk
    assert set(TYPED) | {"follow_up_scan"} == set(registry.CHECKS)
    scan = {"follow_up_scan": ("assessments/new/", _scan(cast, DAY_1 + timedelta(days=56)))}
    for kind, (place, typed) in {**scan, **TYPED}.items():
        asked.clear()
        nora.post(f"/participants/NET-001/{place.format(baseline=baseline)}", typed)
        assert tuple(each.id for each in registry.CHECKS[kind]) in asked, kind


def test_the_import_asks_every_check_of_every_form(database: str, tmp_path: Path, asked: Asked) -> None:
    def north() -> Site:
        with changes.record(None, "system", "sites of the test"):
            return Site.objects.create(code="NORTH", name="North")

    with another_database(database):
        site = north()
        cohort.entered(person("nora", Role.COORDINATOR, site), person("chris", Role.CHAIR), site)
        export("csv", tmp_path / "out")
    north()
    asked.clear()
    report = import_files(Save(person("stat", Role.STATISTICIAN)), files.from_folder(tmp_path / "out"), "the test",
                          rehearsal=False)  # fmt: skip
    assert report.saved, [str(each) for each in report.problems]
    assert set(asked) == _declared(), "exactly the declared lists, each of them"
