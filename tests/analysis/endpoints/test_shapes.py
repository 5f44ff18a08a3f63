"""What follows from the shape of an endpoint alone, and what the version of the engine follows from."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from analysis.endpoints import comparison, evidence, figures, registry
from analysis.endpoints.answers.best_response import BEST_RESPONSE
from analysis.endpoints.answers.shapes import ELIGIBLE, EVALUABLE, Curve, Endpoint, Proportion, Table
from analysis.endpoints.answers.treatment import TREATMENT
from analysis.outcomes import outcome
from analysis.outcomes.cohort import Cohort, Outcome
from analysis.views.panels import Section
from tests.analysis.endpoints.test_answers import EVERYONE, SETTINGS

SHARE = Proportion(code="share", title="Stable disease", population=EVALUABLE, source="our reading", looks_at=("best",),
                   counts=lambda outcome: outcome["best"]["category"] == "SD", card="Stable")  # fmt: skip
TIME = Curve(code="time", title="Time to death", population=ELIGIBLE, source="our reading", times="os", ended="Died",
             lasting="Alive", otherwise_censored=False, card="Median time")  # fmt: skip


def _by_site(cohort: Cohort) -> dict[str, Any]:
    return {"rows": [{"label": "NORTH", "participants": [outcome["number"] for outcome in cohort.evaluable]}]}


SITES = Table(code="sites", title="Evaluable by site", population=EVALUABLE, source="our reading", answer=_by_site,
              looks_at=("site",), card="Sites")  # fmt: skip


@pytest.fixture
def outcomes() -> list[Outcome]:
    """The five of the worked example: NET-001 to NET-003 are evaluable."""
    return [outcome.derive(person, SETTINGS) for person in EVERYONE]


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry with one further endpoint of each shape."""
    endpoints = (*registry.ENDPOINTS, SHARE, TIME, SITES)
    monkeypatch.setattr(registry, "ENDPOINTS", endpoints)
    monkeypatch.setattr(registry, "EVERYTHING", (*endpoints, *registry.PARTS))
    monkeypatch.setattr(registry, "BY_CODE", {endpoint.code: endpoint for endpoint in endpoints})


def _result(outcomes: list[Outcome]) -> dict[str, Any]:
    return registry.compute("A", outcomes, SETTINGS)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("counted-share", ["NET-002"]),
        ("among-share", ["NET-001", "NET-002", "NET-003"]),
        ("event-time", ["NET-002"]),
        ("censored-time", ["NET-001", "NET-003", "NET-004"]),
        ("row-sites:NORTH", ["NET-001", "NET-002", "NET-003"]),
        ("row-sites:SOUTH", []),
    ],
)
def test_the_participants_behind_follow_from_the_declaration(
    outcomes: list[Outcome], name: str, numbers: list[str]
) -> None:
    figure = figures.figure(name)
    assert figure is not None
    members = figure.members(outcomes, _result(outcomes))
    assert [member["number"] for member in members] == numbers
    assert all(figure.explains(member) for member in members)


@pytest.mark.parametrize("name", ["event-share", "counted-time", "counted-sites", "counted-nothing", "row-share:x"])
def test_a_number_that_a_shape_does_not_have_has_nobody_behind(name: str) -> None:
    assert figures.figure(name) is None


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [(SHARE, ["33.3%", "Clopper–Pearson"]), (TIME, ["Event-free at", "1 event<"]), (SITES, ["NORTH", ">3</a>"])],
    ids=lambda value: getattr(value, "code", ""),
)
def test_the_page_and_the_dashboard_show_it_by_its_shape(
    outcomes: list[Outcome], endpoint: Endpoint, words: list[str]
) -> None:
    section = Section(endpoint, _result(outcomes)["endpoints"][endpoint.code], "A")
    context = {"section": section, "answer": section.answer, "code": endpoint.code,
               "panel": SimpleNamespace(letter="A", query="", own_first=[])}  # fmt: skip
    page = render_to_string(endpoint.shown_by, context)
    assert all(word in page for word in [endpoint.title, *words])
    assert endpoint.card in render_to_string(endpoint.card_shown_by, context)


def test_the_comparison_and_the_command_have_it_by_its_shape(outcomes: list[Outcome]) -> None:
    before, after = _result(outcomes[:1]), _result(outcomes)
    changed = {number.words: (number.before, number.after) for number in comparison.numbers(before, after)}
    assert changed["Stable disease, participants"] == ("0", "1")
    assert changed["Time to death, events"] == ("0", "1")
    assert changed["Evaluable by site, NORTH"] == ("1", "3")
    assert changed["Best overall response, SD"] == ("0", "1")
    assert SITES.sentence(after["endpoints"]["sites"]) == "NORTH 3"
    assert SHARE.sentence(after["endpoints"]["share"]).startswith("1 of 3, 95% CI ")


def test_a_participant_whose_old_outcome_lacks_a_name_has_words_for_it(outcomes: list[Outcome]) -> None:
    (old, *_) = outcomes
    without = {name: value for name, value in old.items() if name != "hormones"}
    (changed,) = comparison.participants([without], [old])
    (difference,) = changed["differences"]
    assert (difference.words, difference.before) == ("Hormone improvement", comparison.NOT_COMPUTED)


def test_the_engine_follows_from_the_declarations() -> None:
    declared = registry.EVERYTHING
    engine = registry.engine_of(declared)
    assert engine == registry.engine_of(reversed(declared)), "the order of the pages is no computation"
    assert engine != registry.engine_of(declared[:-1])
    raised = replace(SHARE, version=2)
    assert registry.engine_of([raised]) != registry.engine_of([SHARE])
    assert registry.engine_of([replace(SHARE, looks_at=("best", "stage"))]) != registry.engine_of([SHARE])
    assert registry.engine_of([replace(SHARE, title="Another title")]) == registry.engine_of([SHARE])
    assert len(registry.ENGINE) <= 16, "the column of the database"


def test_codes_are_told_apart() -> None:
    assert len(registry.READS) == len(registry.ENDPOINTS) - 3 + len(registry.PARTS)


def test_the_order_of_categories_is_declared_and_not_that_of_the_database() -> None:
    stored = {"categories": {"PD": ["1"], "early death": ["2"], "CR": ["3"], "unknown": ["4"], "PR": ["5"]},
              "early_deaths": {"toxicity": [], "disease": []}, "denominator": 5}  # fmt: skip
    arranged = BEST_RESPONSE.arrange(stored)
    assert list(arranged["categories"]) == ["CR", "PR", "PD", "early death", "unknown"]
    assert list(arranged["early_deaths"]) == ["disease", "toxicity"]
    reasons = {"b": ["1"], "a": ["1"], "c": ["1", "2"]}
    changes = {"reduced": reasons, "held": {}, "delayed": {}}
    arranged = TREATMENT.arrange({"change_reasons": changes, "off_treatment": reasons})
    assert list(arranged["change_reasons"]) == ["held", "reduced", "delayed"]
    assert list(arranged["change_reasons"]["reduced"]) == ["c", "a", "b"]
    assert list(arranged["off_treatment"]) == ["a", "b", "c"], "none of the form's reasons"
    off = {"death": ["1"], "on treatment": ["2"], "progression": ["3"]}
    arranged = TREATMENT.arrange({"change_reasons": changes, "off_treatment": off})
    assert list(arranged["off_treatment"]) == ["on treatment", "progression", "death"], "as the form lists them"


def test_endpoints_of_an_old_result_stand_in_the_order_of_the_registry(outcomes: list[Outcome]) -> None:
    result = _result(outcomes)
    answers = result["endpoints"]
    stored = {**result, "endpoints": {code: answers[code] for code in sorted(answers) if code != "share"}}
    codes = list(registry.arranged(stored)["endpoints"])
    assert codes == [endpoint.code for endpoint in registry.ENDPOINTS if endpoint is not SHARE]


def test_facts_that_no_name_leads_to_are_those_of_the_populations(outcomes: list[Outcome]) -> None:
    assert evidence.of_names(outcomes[0], ("site",)) == evidence.of_populations(outcomes[0])
