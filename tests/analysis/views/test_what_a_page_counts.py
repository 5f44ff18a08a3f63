"""What a page of results counts, among whom, and where its settings are not the protocol's."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from analysis.results import moments
from analysis.results.moments import Moment
from analysis.results.recompute import recompute
from analysis.views.panels import panel
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries, registration
from tests.cast import Cast, answers, cast_of, details, put_in_force, register
from tests.courses import DAY_1, course
from trial.models import Change, Role
from trial.record.in_force import settings_in_force
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate


@pytest.fixture
def cast(database: str) -> Cast:
    """NET-001 found ineligible, NET-002 evaluable; both died."""
    made = cast_of()
    for participant in (made.participant, register(made.people[Role.COORDINATOR], made.north)):
        course(participant, 12)
        died_on = PartialDate(*(DAY_1 + timedelta(100)).timetuple()[:3])
        entries.save(Save(), participant, ENTRY_FORMS["death"], {"died_on": died_on, "cause": "disease", "because": ""})
    registration.record_finding(Save(), made.participant, "ineligible", date(2026, 2, 1), "central pathology: G3")
    recompute("A")
    return made


def _read(cast: Cast, place: str) -> str:
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    page = re.sub(r"<[^>]+>", " ", client.get(place).content.decode())
    return re.sub(r"\s+", " ", page)


def test_a_death_that_overall_survival_leaves_out_is_named_with_its_reason(cast: Cast) -> None:
    behind = _read(cast, "/groups/A/behind/event-overall_survival/")
    assert "Deaths counted in overall survival, registered, eligible group A, 1 participant" in behind
    outside = "NET-001 (found ineligible: central pathology: G3)"
    assert f"Outside, not counted: {outside}." in behind
    page = _read(cast, "/groups/A/")
    assert "Events outside this population, not counted here: NET-001 (found ineligible)." in page
    assert "2 of 2 treated died of any cause" in page
    assert panel("A").answer["endpoints"]["overall_survival"]["events_outside"] == [
        {"number": "NET-001", "because": "found ineligible"}
    ]


def test_each_figure_says_what_it_counts_and_where_too_few_are_at_risk(cast: Cast) -> None:
    page = _read(cast, "/groups/A/")
    assert (
        "All adverse events by category and term of 2 treated; n (%), each participant once by the worst grade" in page
    )
    assert "Category, term Any grade (95% CI) Grade ≥ 3 Related Toxicity" in page
    counts = "Grade 3 or higher (CTCAE 3.0), attribution possible, probable or definite"
    assert f"{counts}, from the first dose up to 2 years after registration" in page
    assert "Adverse events by worst grade, any attribution" in page
    assert re.search(r"Event-free at .* 24 months not estimable", page) and "rests on 1 at risk" in page


def test_best_responses_are_in_clinical_order_and_sum_to_the_evaluable(cast: Cast) -> None:
    page = _read(cast, "/groups/A/")
    table = page[page.index("With confirmation") : page.index("Best response without")]
    assert table == (
        "With confirmation Response Participants (%) CR 0 (0.0%) PR 0 (0.0%) SD 1 (100.0%) PD 0 (0.0%) "
        "early death 0 (0.0%) unknown 0 (0.0%) All evaluable 1 Objective response, CR or PR "
        "0 of 1, 0.0% (0.0% to 97.5%) Clopper–Pearson Disease control, CR, PR or SD "
        "1 of 1, 100.0% (2.5% to 100.0%) Clopper–Pearson "
    )


def test_a_page_says_where_its_settings_are_not_the_protocols_and_who_chose_them(cast: Cast) -> None:
    places = ("/dashboard/", "/groups/A/", "/groups/A/behind/registered/")
    assert not [place for place in places if "settings differ" in _read(cast, place)]
    before = panel("A").change
    used = settings_in_force("A")
    put_in_force("A", replace(used, accrual_ceiling=60, confirmation_days=56), "more time")
    stored = recompute("A")
    plan = "Plan 50 · ceiling 60, changed by "
    for place in places:
        page = _read(cast, place)
        assert plan in page and "settings differ from protocol (2)" in page, place
        assert f"settings {stored.settings_version}, differing from the protocol in 2 ·" in page, place
    assert f"{plan}{cast.people[Role.STATISTICIAN].full_name}, approved by Chris on " in _read(cast, "/groups/A/")
    assert "settings differ" not in _read(cast, f"/groups/A/?as_of={before}"), "the settings of then"


def test_a_comparison_says_on_which_side_the_settings_are_not_the_protocols(cast: Cast) -> None:
    before, used = Change.objects.latest("id").pk, settings_in_force("A")
    put_in_force("A", replace(used, confirmation_days=56), "amended")
    after = Change.objects.latest("id").pk
    for number in (before, after):
        moments.compute("A", Moment(number))
    page = _read(cast, f"/moments/compare/?group=A&from={before}&to={after}")
    assert page.count("settings differ from protocol") == 1 and "After settings differ from protocol (1)" in page


def test_the_list_of_participants_counts_registered_and_screened_apart(cast: Cast) -> None:
    assert "Participants 2 registered " in _read(cast, "/participants/")
    registration.screen(Save(), cast.north, details(), answers())
    assert "Participants 2 registered, 1 screened " in _read(cast, "/participants/")


def test_attribution_is_a_word(cast: Cast) -> None:
    assert "grade 3, attribution probable" in _read(cast, "/groups/A/behind/term-diarrhea/")
