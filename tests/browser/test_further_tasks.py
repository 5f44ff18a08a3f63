"""Further tasks of a coordinator, counted by the keystroke model: find, pressures, therapies, a correction, the end.

One story of eight saves, each looked over first; more than 5 s, since a row of the README's table is measured by hand
alone.
"""

from datetime import date
from typing import Any

from capture.casebook.forms import treatment
from capture.entry.services import dosing
from tests.browser.conftest import Counted, save, signed_in_page
from tests.cast import Cast
from trial.models import BloodPressure, Death, HormoneLevel, OffTreatment, PriorTherapy, Role
from trial.record import changes, versions_in_force
from trial.record.save import Save

DAY_1 = date(2026, 1, 12)
ONE = "/participants/NET-001/"


class Task(Counted):
    """A task that begins on the page of the participant, or on My work."""

    def open(self, selector: str) -> None:
        """Clicks a link and waits for its page."""
        self.click(selector, opens=True)

    def done(self, name: str, seconds: int, chord: str = "Control+s") -> None:
        """Saves, and says what the task took."""
        self.pages += 1
        save(self.page, lambda: self.press(chord))
        alerts = self.page.locator("main [role=alert]:visible")
        assert alerts.count() == 0, (name, alerts.first.inner_text())
        self.within(name, seconds)

    def within(self, name: str, seconds: int) -> None:
        """Prints the row of the table."""
        print(f"\n| {name} | {self.clicks} | {self.keys} | {self.seconds:.0f} | ≤ {seconds} s |")
        assert self.seconds <= seconds, (name, self)


def _entries(page: Any) -> None:
    """What a participant gets beside scans, visits and events."""
    do = Task(page)
    page.goto(page.url.split("/participants")[0].split("/work")[0] + ONE)
    do.open("a[aria-label='Add Blood pressure']")
    do.open("a[data-several]")
    for week, (systolic, diastolic) in enumerate((("128", "78"), ("131", "80"), ("140", "88"), ("152", "94"),
                                                  ("138", "86"), ("129", "79"))):  # fmt: skip
        for typed in (f"{19 + 7 * week}jan2026" if week < 2 else f"{7 * week - 12}feb2026", systolic, diastolic):
            do.type(typed)
    do.done("6 weekly blood pressures in one table", 39)
    assert BloodPressure.objects.count() == 6
    do = Task(page)
    do.open("a[aria-label='Add Hormone level']")
    for typed in ("9jan2026", "chr", "210", "ng", "100", "dako"):
        do.type(typed)
    do.done("one hormone level", 14)
    assert HormoneLevel.objects.get().value == 210
    do = Task(page)
    do.open("a[aria-label='Add Prior therapy']")
    do.open("a[data-several]")
    for typed in ("som", "octreotide LAR", "2024", "n", "mar2025", "s", "d"):
        do.type(typed)
    do.press("Tab")
    for typed in ("sur", "resection of the primary", "2023", "n", "2023", "not e", "c"):
        do.type(typed)
    do.done("two prior therapies in one table", 45)
    assert PriorTherapy.objects.count() == 2


def test_further_tasks_take_no_longer_than_the_best_peer(chromium: Any, live_server_url: str, cast: Cast) -> None:
    with changes.record(None, "system", "the newest forms"):
        versions_in_force.open_site(None, cast.north)
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR])
    page.goto(f"{live_server_url}/work/")
    do = Task(page)
    do.press("/")
    do.type("001", "")
    with page.expect_navigation():
        do.press("Enter")
    do.pages += 1
    assert page.url.endswith(ONE)
    do.within("find one participant", 3)
    _entries(page)
    level = HormoneLevel.objects.get()
    do = Task(page)
    page.goto(f"{live_server_url}{ONE}hormone/{level.pk}/")
    do.clicks, do.pages = 1, 1  # the link of the casebook
    page.locator("#id_value").focus()
    do.clicks += 1
    do.press("Control+a")
    do.type("120")
    page.locator("#id_reason_code").focus()
    do.clicks += 1
    do.type("e")
    do.done("correct one value with its reason", 10)
    level.refresh_from_db()
    assert level.value == 120
    _the_end(page)


def _the_end(page: Any) -> None:
    do = Task(page)
    do.open("a[aria-label='Add Off treatment']")
    for typed in ("20apr2026", "phy", "frailty"):
        do.type(typed)
    do.done("off treatment", 12)
    do = Task(page)
    do.open("a[aria-label='Add Death']")
    do.type("5aug2026")
    do.type("mal")
    do.done("death", 12)
    assert OffTreatment.objects.get().reason == "physician" and Death.objects.get().cause == "disease"
