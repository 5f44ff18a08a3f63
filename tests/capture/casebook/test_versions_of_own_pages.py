"""Forms with pages of their own, and registering, ask by the edition in force at the site as every form does."""

from datetime import date
from decimal import Decimal

import pytest

from capture.casebook.forms import assessment, treatment
from capture.entry.services import assessments, dosing
from tests.capture.conduct.test_form_version_approvals import COMMITTEE, REASON
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, cast_of
from trial.models import Role
from trial.protocol import Edition, form_versions
from trial.record import versions_in_force
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R55")

# A field that an edition could have brought, a value for it, and the page of the entry.
OWN_PAGES = {
    "registration": ("functional_syndrome", "none", "/participants/NET-001/registration/"),
    "cycle": ("lot", "S-2206", "/participants/NET-001/cycles/1/"),
    "baseline": ("slice_thickness_mm", "5", ""),
    "follow_up_scan": ("slice_thickness_mm", "5", ""),
}


@pytest.mark.parametrize("kind", OWN_PAGES)
def test_a_form_with_a_page_of_its_own_asks_by_the_edition_of_the_site_too(
    laid: Cast, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name, value, page), one = OWN_PAGES[kind], laid.participant
    scan = one.assessments.filter(kind="baseline" if kind == "baseline" else "follow_up").first()
    page = page or f"/participants/NET-001/assessments/{scan.pk}/"
    row = {"registration": one, "cycle": one.cycles.first()}.get(kind, scan)
    second = Edition(2, "Asks one thing more.", "amendment 1", date(2026, 1, 2), (name,))
    monkeypatch.setitem(form_versions._DECLARED, kind, (form_versions.FIRST, second))
    nora = signed_in(laid.people[Role.COORDINATOR])
    typed = opened(nora, page) | REASON
    assert name not in typed
    refused = nora.post(page, typed | {name: value})
    assert refused.status_code == 422 and f"“{value}” is not saved" in refused.content.decode()
    given = {"decided_on": date(2026, 1, 2), "decided_by": COMMITTEE, "title": "the form"}
    versions_in_force.approve(Save(laid.people[Role.CHAIR]), laid.north, kind, 2, **given)
    assert "not part of version 1" in nora.get(page).content.decode()
    address = f"{page}?correct=1"
    correction = nora.get(address).content.decode()
    assert "This page uses version 2" in correction and "new in version 2" in correction
    done = nora.post(address, fields(correction) | REASON | {name: value})
    assert done.status_code == 302, done.content.decode()
    row.refresh_from_db()
    assert row.form_edition == 2 and str(getattr(row, name)).startswith(value)


@pytest.fixture
def laid(database: object) -> Cast:
    """The fixed cast with a baseline, a cycle and a follow-up, saved without what the tests call new."""
    made = cast_of()
    nora, one = made.people[Role.COORDINATOR], made.participant
    targets = [assessment.NewLesion("liver", "segment 4", Decimal(40))]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": None, "marker": "not_done"},
        targets,
        [],
    )
    dosing.save_cycle(
        Save(nora),
        one,
        1,
        {"started_on": date(2026, 1, 12), "tablets_dispensed": 112, "tablets_returned": 0},
        treatment.AS_PLANNED,
    )
    readings = [assessments.Reading(one.lesions.get().pk, "measured", Decimal(35))]
    assessments.save_follow_up(
        Save(nora),
        one,
        {
            "assessed_on": date(2026, 3, 9),
            "method": "spiral_ct",
            "slice_thickness_mm": None,
            "marker": "not_done",
            "new_lesions": "no",
        },
        readings,
    )
    return made


def test_registering_asks_by_the_edition_of_the_chosen_site(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = cast_of()
    second = Edition(2, "Asks the syndrome.", "amendment 1", date(2026, 1, 2), ("functional_syndrome",))
    monkeypatch.setitem(form_versions._DECLARED, "registration", (form_versions.FIRST, second))
    nora = signed_in(cast.people[Role.COORDINATOR])
    page = nora.get("/participants/register/").content.decode()
    assert "functional_syndrome" not in fields(page) and fields(page)["edition"] == "1"
    refused = nora.post("/participants/register/", fields(page) | {"functional_syndrome": "none", "screen": "keep"})
    assert refused.status_code == 422 and "“none” is not saved" in refused.content.decode()
    versions_in_force.approve(
        Save(cast.people[Role.CHAIR]), cast.north, "registration", 2, date(2026, 1, 2), COMMITTEE, ""
    )
    moved = nora.post("/participants/register/", fields(page) | {"screen": "keep"})
    assert moved.status_code == 422 and "This site uses version 2 of this form" in moved.content.decode()
    assert "functional_syndrome" in opened(nora, "/participants/register/")
