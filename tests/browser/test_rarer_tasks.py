"""Rarer tasks of a site, counted by the keystroke model: waiver, hold, conflict, idle lock, not done, contact, signed.

Each save is looked over first, as people do. Budgets: no worse than version 0.1.0, and better than the best peer.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import signing
from capture.entry.services import dosing, entries, registration
from tests.browser.conftest import Counted, signed_in_page
from tests.cast import Cast, answers, details
from tests.trial.accounts.security.people import PASSWORD
from trial.models import Cycle, Delegation, FollowUp, NotDone, OffTreatment, Role, Waiver
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate
from trial.rules.eligibility import Answer

DAY_1 = date(2026, 1, 12)
ONE = "/participants/NET-001/"
LEVEL = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 210, "value_missing": "", "unit": "ng/mL",
         "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip


def _at(chromium: Any, address: str, person: Any, place: str) -> Counted:
    page = signed_in_page(chromium, address, person)
    page.goto(f"{address}{place}")
    return Counted(page)


def _within(task: str, seconds: float, *counted: Counted) -> None:
    taken = sum(each.seconds for each in counted)
    clicks, keys = sum(each.clicks for each in counted), sum(each.keys for each in counted)
    print(f"\n| {task} | {clicks} | {keys} | {taken:.0f} | ≤ {seconds} s |")
    assert taken <= seconds, (task, counted)


def _cycle(cast: Cast) -> None:
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)


def test_a_waiver_is_asked_for_decided_and_used_in_35_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    """Both people's acts are counted, the chair's password of 21 keys among them."""
    nora, chris = cast.people[Role.COORDINATOR], cast.people[Role.CHAIR]
    chris.set_password(PASSWORD)
    chris.save()
    few = {"platelets": Answer(None, Decimal(95000), date(2026, 1, 5))}
    one = registration.screen(Save(nora), cast.north, details(born_on=PartialDate(1950, 3, 14)), answers() | few)
    site = _at(chromium, live_server_url, nora, f"/participants/{one.reference}/")
    site.click("a.btn:has-text('Request waiver')", opens=True)
    assert site.focused() == "criteria"
    site.press("Space", "Tab")
    site.type("Soon above again", "")
    site.save()
    chair = _at(chromium, live_server_url, chris, "/work/")
    chair.click(f"a[href*='{one.reference}/waivers/']", opens=True)
    chair.click("[name=decision][value=approve]")
    chair.press("Tab")
    chair.type("Agreed")
    chair.type(PASSWORD, "")
    chair.save()
    assert Waiver.objects.get(participant=one).decision == "approved"
    site.page.goto(f"{live_server_url}/work/")
    site.click(f"a.btn[href*='{one.reference}/register/']", opens=True)
    assert site.focused() == "registered_on"
    site.type("8jan2026", "")
    site.save()
    one.refresh_from_db()
    assert one.number == "NET-002"
    _within("waiver: request, decision with password, registration", 35, site, chair)


def test_a_cycle_with_a_hold_and_a_reduction_takes_31_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    do = _at(chromium, live_server_url, cast.people[Role.COORDINATOR], ONE)
    do.click("a.btn:has-text('Cycle 1')", opens=True)
    for typed in ("12jan2026", "112", "50", "S-22061"):
        do.type(typed)
    do.page.locator("[name='1-from_day']").focus()
    do.clicks += 1
    for period in (("1", "10", "400", "tw"), ("11", "17", "", "h", "ra"), ("18", "28", "400", "on", "ra")):
        for typed in period:
            do.type(typed)
        if len(period) == 4:
            do.press("Tab")
    do.save()
    assert do.page.url.endswith(ONE), do.page.locator("main").inner_text()[:900]
    found = [(each.to_day, each.dose_mg, each.frequency) for each in Cycle.objects.get().periods.order_by("from_day")]
    assert found == [(10, 400, "twice_daily"), (17, 0, "held"), (28, 400, "once_daily")]
    _within("cycle with a hold and a reduction", 31, do)


def test_two_people_on_one_form_lose_nothing_and_go_on_in_2_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    """Fields that only one of the two changed need no choice: the page is read and saved once more."""
    row = entries.save(Save(acknowledged={}), cast.participant, ENTRY_FORMS["hormone"], LEVEL)
    do = _at(chromium, live_server_url, cast.people[Role.COORDINATOR], f"{ONE}hormone/{row.pk}/")
    do.page.fill("#id_value", "120")
    do.page.select_option("#id_reason_code", "entry_error")
    ines = Save(cast.people[Role.INVESTIGATOR], reason="Assay added", acknowledged={})
    entries.save(ines, cast.participant, ENTRY_FORMS["hormone"], LEVEL | {"assay": "Dako"}, row=row)
    do.save()
    assert "Another user changed this entry" in do.page.locator("main").inner_text()
    again = Counted(do.page)
    again.save()
    row.refresh_from_db()
    assert (row.value, row.assay) == (120, "Dako")
    _within("two people on one form: go on after the other's change", 2, again)


def test_a_session_that_ends_over_half_a_form_goes_on_in_8_seconds(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    nora = cast.people[Role.COORDINATOR]
    nora.set_password(PASSWORD)
    nora.save()
    page = signed_in_page(chromium, live_server_url, nora)
    page.clock.install()
    page.goto(f"{live_server_url}{ONE}hormone/new/")
    page.fill("#id_assay", "Dako")
    page.clock.fast_forward((settings.IDLE_MINUTES * 60 + 2) * 1000)
    page.locator("#idle-lock input[name=password]").wait_for(state="visible")
    do = Counted(page)
    do.click("#idle-lock input[name=password]")
    do.type(PASSWORD, "Enter")
    page.locator("#idle-lock").wait_for(state="hidden")
    assert page.input_value("#id_assay") == "Dako"
    _within("session ends with half a form typed: go on", 9, do)


@pytest.mark.parametrize(("weeks", "seconds"), [((3,), 6), ((1, 2, 3, 4), 12)])
def test_what_was_not_done_is_said_in_6_seconds_and_four_in_12(
    chromium: Any, live_server_url: str, cast: Cast, weeks: tuple[int, ...], seconds: int
) -> None:
    _cycle(cast)
    do = _at(chromium, live_server_url, cast.people[Role.COORDINATOR], ONE)
    do.press("c")
    do.pages += 1
    do.page.locator("#h-casebook").wait_for()
    if len(weeks) == 1:
        do.click(f"a[aria-label='Not done: Blood pressure, week {weeks[0]}']", opens=True)
    else:
        for week in weeks:
            do.click(f"input[aria-label='Tick Blood pressure, week {week}']")
        do.click("button:has-text('Mark ticked as not done')", opens=True)
    assert do.focused() == "reason"
    do.press("n")
    do.press("o")
    do.save()
    assert NotDone.objects.count() == len(weeks)
    assert f"#blood-pressure-week-{weeks[0]}" in do.page.url
    marked = do.page.locator(f"#blood-pressure-week-{weeks[0]}")
    assert marked.evaluate("(it) => getComputedStyle(it).boxShadow") != "none", "the row just used is marked"
    assert do.page.locator("#messages .message").first.bounding_box()["y"] >= 0, "and what was saved stays in view"
    _within(f"visit not done, {len(weeks)} at once", seconds, do)


def test_a_follow_up_contact_takes_9_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    _cycle(cast)
    row = {"off_on": date(2026, 4, 20), "reason": "physician", "because": "frailty"}
    entries.save(Save(acknowledged={}), cast.participant, ENTRY_FORMS["off_treatment"], row)
    assert OffTreatment.objects.exists()
    do = _at(chromium, live_server_url, cast.people[Role.COORDINATOR], ONE)
    do.click("a[aria-label='Add Follow-up contact']", opens=True)
    for typed in ("20jul2026", "a", "n"):
        do.type(typed)
    do.press("Tab", "Tab", "Tab", "n")  # no progression: not when, how or seen on which day; no new therapy
    do.save()
    assert FollowUp.objects.get().alive == "alive", do.page.locator("main").inner_text()[:900]
    _within("follow-up contact", 9, do)


def test_who_is_signed_is_seen_in_3_seconds(chromium: Any, live_server_url: str, cast: Cast) -> None:
    entries.save(Save(acknowledged={}), cast.participant, ENTRY_FORMS["hormone"], LEVEL)
    with changes.record(None, "system", "delegation of the test"):
        Delegation.objects.create(person=cast.people[Role.INVESTIGATOR], site=cast.north, from_on=DAY_1)
    shown = signing.standing(cast.participant).content_hash
    signing.sign(Save(cast.people[Role.INVESTIGATOR]), cast.participant, shown)
    do = _at(chromium, live_server_url, cast.people[Role.COORDINATOR], "/work/")
    do.click("a[href='/participants/']", opens=True)
    assert "Signed by" in do.page.locator("#matrix tbody tr").first.inner_text()
    _within("see who is signed, verified, frozen", 3, do)
