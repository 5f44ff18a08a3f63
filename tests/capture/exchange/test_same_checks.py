"""Page and file are asked the same list of edit checks, form by form: seen at the one place where checks are asked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capture.casebook import registry
from capture.exchange.exporting.export import export
from capture.exchange.importing import files
from capture.exchange.importing.run import import_files
from tests.capture.casebook.test_cross_form_checks import DAY_1, _scan, cast
from tests.capture.exchange import cohort
from tests.capture.typed import opened, signed_in
from tests.cast import Cast, person
from tests.examples import EXAMPLES
from tests.plugin_postgres import another_database
from trial.models import EditionApproval, Role, Site
from trial.protocol import form_versions
from trial.record import changes
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R46")

__all__ = ["cast"]
Asked = dict[tuple[str, ...], int]
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


def _newest_forms_at(site: Site) -> None:
    """The checks about what a later version asks are asked by that version only."""
    EditionApproval.objects.bulk_create(
        EditionApproval(site=site, form=form, edition=form_versions.newest(form), state="opened", decided_on=DAY_1)
        for form in form_versions.forms() if form_versions.newest(form) > form_versions.before_approvals(form)
    )  # fmt: skip


def test_the_page_of_each_form_asks_every_check_that_is_declared_for_it(cast: Cast, asked: Asked) -> None:
    with changes.record(None, "system", "for the test"):
        _newest_forms_at(cast.north)
    nora, baseline = signed_in(cast.people[Role.COORDINATOR]), cast.participant.assessments.get().pk
    for kind in registry.CHECKS:
        example = EXAMPLES[kind]
        lesions = _scan(cast, DAY_1 + timedelta(days=56)) if kind == "follow_up_scan" else {}
        place = example.page.format(baseline=baseline) or f"{kind}/new/"
        asked.clear()
        address = f"/participants/NET-001/{place}"
        nora.post(address, {**opened(nora, address), **lesions, **example.typed})
        assert tuple(each.id for each in registry.CHECKS[kind]) in asked, kind


def test_the_import_asks_every_check_of_every_form(database: str, tmp_path: Path, asked: Asked) -> None:
    def north() -> Site:
        with changes.record(None, "system", "sites of the test"):
            site = Site.objects.create(code="NORTH", name="North")
            _newest_forms_at(site)
            return site

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
