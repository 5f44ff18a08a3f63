"""The whole job in a browser: two follow-ups with 30% less are typed, and the chair's figure moves by itself."""

from datetime import date, timedelta
from typing import Any

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing
from tests.browser.conftest import save, signed_in_page
from tests.cast import Cast, cast_of
from trial.models import Person, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

DAY_1 = date(2026, 1, 12)


def _page(browser: Any, address: str, person: Person | None, complaints: list[str]) -> Any:
    page = signed_in_page(browser, address, person)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page


def prepared(is_computed: bool = True) -> Cast:
    """A participant of Nora's with baseline and first cycle; both groups are up to date, or left to a worker."""
    from decimal import Decimal

    cast = cast_of()
    nora = cast.people[Role.COORDINATOR]
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(40)) for n in range(1, 6)]
    others = [assessment.NewLesion("bone", f"vertebra {n}", None) for n in range(1, 4)]
    assessments.save_baseline(
        Save(nora),
        cast.participant,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )
    dosing.save_cycle(
        Save(nora), cast.participant, 1, {"started_on": DAY_1}, [treatment.Period(1, 28, 400, "twice_daily")]
    )
    for group in "AB" if is_computed else "":
        recompute(group)
    return cast


def type_follow_up(page: Any, address: str, reference: str, on: date) -> None:
    """A follow-up with 30% less, saved by hand."""
    page.goto(f"{address}/participants/{reference}/assessments/new/")
    page.fill("#id_assessed_on", shown(on))
    page.select_option("#id_marker", "not_done")
    page.select_option("#id_new_lesions", "no")
    for box in page.locator("input[name$=longest_diameter_mm]").all():
        box.fill("28")
    for state in page.locator("select[name$=-state]").all():
        if state.locator("option[value=present]").count():
            state.select_option("present")
    page.locator("#response .response-PR").wait_for(timeout=5000)
    assert "−30.0%" in page.locator("#response").inner_text()
    save(page, lambda: page.click("[data-save-next]"))


def _no_barriers(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_two_scans_28_days_apart_move_the_chairs_figure(chromium: Any, live_server_url: str) -> None:
    cast = prepared()
    address, complaints = live_server_url.rstrip("/"), []
    chair = _page(chromium, address, cast.people[Role.CHAIR], complaints)
    chair.goto(f"{address}/dashboard/")
    responders = chair.locator("#group-A [data-figure=response_rate]")
    assert responders.inner_text() == "0"
    nora = _page(chromium, address, cast.people[Role.COORDINATOR], complaints)
    first = DAY_1 + timedelta(days=56)
    for on in (first, first + timedelta(days=28)):
        type_follow_up(nora, address, cast.participant.reference, on)
    recompute("A")  # the worker's part; the broker of the tests wakes nobody
    chair.locator("#group-A [data-figure=response_rate]", has_text="1").wait_for(timeout=5000)
    assert chair.locator("#group-B [data-figure=response_rate]").inner_text() == "0"
    _no_barriers(chair)
    for place in ("/groups/A/", "/groups/A/behind/counted-response_rate/"):
        chair.goto(address + place)
        _no_barriers(chair)
    for place in ("/work/", *(f"/participants/{cast.participant.reference}/{kind}/new/" for kind in ENTRY_FORMS),
                  "/participants/", f"/participants/{cast.participant.reference}/", "/participants/register/",
                  f"/participants/{cast.participant.reference}/cycles/1/",
                  f"/participants/{cast.participant.reference}/assessments/new/"):  # fmt: skip
        nora.goto(address + place)
        _no_barriers(nora)
    assert complaints == []
