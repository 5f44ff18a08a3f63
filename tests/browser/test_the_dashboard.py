"""The chair's ten questions, each answered by text on the dashboard, in view without scrolling."""

from datetime import date
from typing import Any

import pytest

from analysis.results.recompute import recompute
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.browser.conftest import signed_in_page
from tests.cast import Cast, cast_of, register
from tests.courses import course
from trial.models import Participant, Role
from trial.protocol import GROUPS
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

EVENT = {"term": "diarrhea", "select": "", "other_words": "", "grade": 4, "grade_missing": "", "attribution": 4,
         "attribution_missing": "", "onset_on": PartialDate(2026, 2, 1), "onset_on_missing": "", "resolved_on": None,
         "present_at_baseline": False, "seriousness": "life_threatening", "expectedness": "expected",
         "hospital_stay": "no", "aware_on": date(2026, 2, 10), "aware_time": None, "action_taken": "none",
         "outcome": "not_recovered", "cycle_number": 1}  # fmt: skip
FATAL = {"grade": 5, "outcome": "fatal", "seriousness": "death", "resolved_on": PartialDate(2026, 4, 20)}


def _enter(participant: Participant, form: str, **values: Any) -> None:
    entries.save(Save(), participant, ENTRY_FORMS[form], values)


@pytest.fixture
def cast(database: object) -> Cast:
    """Two of group A, one of whom died of the treatment, one of group B; a report overdue, a waiver to decide."""
    made = cast_of()
    coordinator = made.people[Role.COORDINATOR]
    course(made.participant, 60)
    second = register(coordinator, made.north)
    course(second, 20)
    course(register(coordinator, made.north, tumour_type="insulinoma", histology="islet_cell"), 30)
    _enter(made.participant, "adverse_event", **EVENT)
    _enter(second, "adverse_event", **EVENT | FATAL)
    _enter(second, "death", died_on=PartialDate(2026, 4, 20), cause="toxicity", because="")
    for group in "AB":
        recompute(group)
    return made


def _answers(panel: str) -> list[tuple[str, str, str, list[str]]]:
    """Question, role and accessible name of where it is answered, and words of the answer, for one group."""
    return [
        ("Did the group pass?", "group", f"Verdict of group {panel}", ["confirmed responders", "needed"]),
        ("Rate and interval?", "group", f"Confirmed response rate of group {panel}", ["0.0%", "95% CI"]),
        ("Died of the drug?", "group", f"Deaths and serious adverse events of group {panel}",
         ["died of any cause", "treatment-related death"]),
        ("Accrual on plan?", "group", f"Accrual of group {panel}", ["of 50" if panel == "A" else "of 43"]),
        ("PFS?", "group", f"Progression-free survival of group {panel}", ["Median PFS", "95% CI"]),
        ("OS?", "group", f"Overall survival of group {panel}", ["Median OS", "95% CI"]),
        ("Safe?", "group", f"Toxicity of group {panel}", ["%", "treated", "undetermined"]),
    ]  # fmt: skip


OF_THE_STUDY = [
    ("Overdue to the sponsor?", "region", "Needs you", ["NET-001 Diarrhea, grade 4", "overdue by"]),
    ("What must I decide?", "region", "Needs you", ["Waiver for NET-001 to decide"]),
    ("Died of the drug?", "region", "Needs you", ["Group A: 1 treatment-related death"]),
    ("Can I trust the data?", "region", "Data health",
     ["overdue", "not closed", "SDV begun in 0 of 3", "0 of 3 casebooks"]),
]  # fmt: skip


def _in_view(page: Any, role: str, name: str) -> str:
    """The text of the one element of this role and name, which is in view without scrolling."""
    found = page.get_by_role(role, name=name, exact=True)
    assert found.count() == 1, name
    box = found.bounding_box()
    height, width = page.viewport_size["height"], page.viewport_size["width"]
    assert box["y"] >= 0 and box["y"] + box["height"] <= height, (name, box)
    assert box["x"] >= 0 and box["x"] + box["width"] <= width, (name, box)
    assert page.evaluate("scrollY") == 0
    return str(found.inner_text())


def test_the_ten_questions_of_the_chair_have_their_answers_in_view(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/dashboard/")
    asked = [*OF_THE_STUDY, *(answer for group in GROUPS for answer in _answers(group.code))]
    for question, role, name, words in asked:
        text = _in_view(page, role, name)
        assert [each for each in words if each not in text] == [], (question, text)
    assert "Your first look" in _in_view(page, "region", "Since you last looked")
    for group in GROUPS:
        ruler = page.get_by_role("img", name=f"Confirmed response rate, group {group.code}")
        said = ruler.get_attribute("aria-label")
        assert "95% CI" in said and "not of interest 5% (p0)" in said and "aimed at 20% (p1)" in said
    assert page.evaluate("document.documentElement.scrollHeight") <= 900


def test_what_moved_since_the_last_look_is_told_at_the_next_sign_in(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    chair = cast.people[Role.CHAIR]
    signed_in_page(chromium, live_server_url, chair).goto(f"{live_server_url}/dashboard/")
    course(register(cast.people[Role.COORDINATOR], cast.north), 70)
    recompute("A")
    page = signed_in_page(chromium, live_server_url, chair)
    page.goto(f"{live_server_url}/dashboard/")
    told = page.locator("section[aria-labelledby=h-since]")
    assert "registered 2 → 3" in told.inner_text() and "Group B: the same numbers" in told.inner_text()
    with page.expect_navigation():
        told.get_by_role("link", name="other numbers changed").click()
    assert "/compare/?group=A&from=" in page.url


def test_each_thing_that_needs_the_chair_leads_to_where_one_acts(
    chromium: Any, live_server_url: str, cast: Cast
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    for link, place in (("treatment-related death", "/groups/A/behind/"), ("Diarrhea, grade 4", "/adverse_event/"),
                        ("Waiver for NET-001", "/waivers/")):  # fmt: skip
        page.goto(f"{live_server_url}/dashboard/")
        with page.expect_navigation():
            page.get_by_role("region", name="Needs you").get_by_role("link", name=link).first.click()
        assert place in page.url, page.url
        assert page.get_by_role("link", name="Approvals 1 to decide", exact=True).is_visible(), page.url
    page.goto(f"{live_server_url}/dashboard/")
    assert Axe().run(page).response["violations"] == []


def test_the_rows_of_all_groups_line_up(chromium: Any, live_server_url: str, cast: Cast) -> None:
    page = signed_in_page(chromium, live_server_url, cast.people[Role.CHAIR])
    page.goto(f"{live_server_url}/dashboard/")
    for row in (".answer", ".figures-compact", ".small-plots", ".small-words"):
        tops = {each.bounding_box()["y"] for each in page.locator(f".group-panel {row}").all()}
        assert len(tops) == 1, (row, tops)
