"""The whole life of a participant by keyboard alone, and the chords that save. The mouse is never touched."""

from datetime import date
from typing import Any

import pytest

from tests.browser.conftest import save, signed_in_page
from tests.cast import Cast
from trial import protocol
from trial.models import BloodPressure, Participant, Role

LABORATORY = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
IN_FOCUS = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || '').trim()"


class Keyboard:
    """What hands do on a page without a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def type(self, *texts: str) -> None:
        """Each text into the field in focus, then on to the next field."""
        for text in texts:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Tab")

    def press(self, *keys: str) -> None:
        """Each key once."""
        for key in keys:
            self.page.keyboard.press(key)

    def open(self, words: str) -> None:
        """Tabs to the link with these words and follows it."""
        for _ in range(300):
            self.page.keyboard.press("Tab")
            if str(self.page.evaluate(IN_FOCUS)).startswith(words):
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"no link “{words}” is reached by Tab on {self.page.url}")

    def save(self, chord: str = "Control+s") -> None:
        """Saves; the page that follows is the participant's."""
        save(self.page, lambda: self.page.keyboard.press(chord))
        alerts = self.page.locator("main [role=alert]:visible")
        assert alerts.count() == 0, alerts.first.inner_text()


def _register(do: Keyboard) -> None:
    do.open("Register participant")
    do.type("9jan2026", "14mar1951", "f", "w", "not h", "1", "metas", "c")
    do.type("terminal ileum", "liver", "none", "9jan2026")
    for item in protocol.ELIGIBILITY:
        if item.is_laboratory:
            for text in (LABORATORY[item.code], "1") if item.is_multiple else (LABORATORY[item.code],):
                do.page.keyboard.type(text)
                do.press("Enter")
        else:
            do.press("y")
    do.page.keyboard.type("12jan2026")
    do.save()


def _baseline(do: Keyboard) -> None:
    do.open("Baseline")
    do.type("10jan2026", "s", "5", "nor")
    for organ, description, millimetres in (("li", "segment 4", "40"), ("li", "segment 7", "30")):
        for text in (organ, description, millimetres):
            do.page.keyboard.type(text)
            do.press("Enter")
    do.press("Enter")
    for text in ("b", "vertebra T9"):
        do.page.keyboard.type(text)
        do.press("Enter")
    do.save("Control+Enter")


def _scan(do: Keyboard, link: str, on: str, *millimetres: str) -> None:
    do.open("Casebook")
    do.open(link)
    do.type(on)
    do.press("Tab", "Tab")
    do.type("nor", "n")
    do.press("Tab", "Tab", "Tab")
    for text in millimetres:
        do.page.keyboard.type(text)
        do.press("Enter")
    do.press("p")
    do.save("Control+Enter")


@pytest.mark.long
def test_the_whole_life_of_a_participant_by_keyboard_alone(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/work/")
    do = Keyboard(page)
    _register(do)
    one = Participant.objects.get(number="NET-002")
    _baseline(do)
    do.open("Cycle 1")
    do.type("12jan2026", "112", "0", "S-22061")
    do.save("Control+Enter")
    _scan(do, "Week 8", "9mar2026", "27", "21")
    _scan(do, "Confirmation", "6apr2026", "27", "21")
    do.open("Add Adverse event")
    page.keyboard.type("diarrh")
    page.locator("#terms [data-term]").first.wait_for()
    do.press("Enter")
    do.type("2", "4", "2feb2026")
    do.press("Tab", "Tab")
    do.type("n")
    do.press("Tab")
    do.type("n", "not r", "1")
    do.save()
    do.open("Add Off treatment")
    do.type("20apr2026", "phy", "frailty")
    do.save()
    do.open("Add Follow-up")
    do.type("20jul2026", "a", "no")
    do.press("Tab", "Tab")
    do.type("20jul2026", "no")
    do.save()
    do.open("Add Death")
    do.type("5aug2026", "mal")
    do.save()

    assert (one.group, one.registered_on) == ("A", date(2026, 1, 12))
    assert one.lesions.count() == 3 and one.cycles.get().tablets_dispensed == 112
    scans = one.assessments.filter(kind="follow_up").order_by("assessed_on")
    assert [each.assessed_on for each in scans] == [date(2026, 3, 9), date(2026, 4, 6)]
    assert one.adverse_events.get().grade == 2
    assert one.off_treatments.get().reason == "physician"
    assert one.follow_ups.get().disease_assessed_on == date(2026, 7, 20)
    assert (str(one.deaths.get().died_on), one.deaths.get().cause) == ("05-AUG-2026", "disease")


def test_ctrl_s_saves_and_ctrl_enter_saves_and_opens_the_next_one(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/blood_pressure/new/")
    do = Keyboard(page)
    do.type("20jan2026", "120", "80")
    do.save("Control+Enter")
    assert page.url.endswith("/blood_pressure/new/")
    do.type("27jan2026", "125")
    page.keyboard.type("82")
    do.save("Control+s")
    assert page.url.endswith("/participants/NET-001/")
    rows = BloodPressure.objects.order_by("measured_on").values_list("systolic_mmhg", "diastolic_mmhg")
    assert list(rows) == [(120, 80), (125, 82)]


def test_f2_says_why_a_value_is_missing_and_t_is_today(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/participants/NET-001/blood_pressure/new/")
    do = Keyboard(page)
    assert page.locator("[name=systolic_mmhg_missing]").is_hidden()
    do.type("t")
    for _ in range(2):
        do.press("F2")
        page.keyboard.type("not d")
        do.press("Tab")
    do.save()
    row = BloodPressure.objects.get()
    assert (row.systolic_mmhg_missing, row.diastolic_mmhg_missing) == ("not_done", "not_done")
    assert row.measured_on.isoformat() == page.evaluate("new Date().toISOString().slice(0, 10)")
