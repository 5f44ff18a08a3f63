"""How the group page words the rate and the two-stage plan, at every turn that a trial can take."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from analysis.endpoints.answers import monitoring
from analysis.endpoints.answers.monitoring import MONITORING
from analysis.endpoints.answers.response_rate import RESPONSE_RATE
from analysis.views import group_plots
from analysis.views.panels import Section
from tests.analysis.endpoints.test_plan_followed import SETTINGS, cohort, settings_of
from trial.protocol import AnalysisSettings

EFFICACY = settings_of((15, 30), (1, 4), (8, None))
ONE_STAGE = settings_of((10,), (2,), (None,))
UNBOUND = settings_of((3, 6), (None, None), (None, None))
TURNS = {
    "nobody": ("", SETTINGS),
    "under way": ("Rnnou", SETTINGS),
    "waiting": ("R" + "n" * 18 + "oo", SETTINGS),
    "futility with others beyond": ("R" + "n" * 20 + "RRno", SETTINGS),
    "second stage": ("RRR" + "n" * 18 + "RRooo", SETTINGS),
    "beyond the plan": ("RRR" + "n" * 18 + "RR" + "n" * 23, SETTINGS),
    "efficacy": ("R" * 8 + "n" * 7, EFFICACY),
    "one stage": ("Rnno", ONE_STAGE),
    "no bounds": ("nn", UNBOUND),
    "very large": ("RRnn" + "no" * 200, SETTINGS),
}


def part(section: Section, **context: Any) -> str:
    """The section of an endpoint on the page of group A."""
    panel = SimpleNamespace(letter="A", query="", result=context.pop("result", {}))
    shown = {"section": section, "answer": section.answer, "code": section.endpoint.code, "panel": panel, **context}
    return render_to_string(section.endpoint.shown_by, shown)


def rate_part(outcomes: str, settings: AnalysisSettings = SETTINGS) -> str:
    """The section of the response rate."""
    return part(Section(RESPONSE_RATE, RESPONSE_RATE.compute(cohort(outcomes, settings)), "A"))


def monitoring_part(outcomes: str, settings: AnalysisSettings = SETTINGS) -> str:
    """The panel of monitoring with its plot."""
    people = cohort(outcomes, settings)
    result: dict[str, Any] = {"endpoints": {"monitoring": MONITORING.compute(people)}, "settings": settings.as_dict()}
    chart = group_plots.boundary_of(result, people)
    return part(Section(MONITORING, result["endpoints"]["monitoring"], "A"), large={"boundary": chart}, result=result)


@pytest.mark.parametrize("turn", TURNS)
def test_every_turn_is_well_formed_and_has_words_for_what_has_no_number(turn: str) -> None:
    for page in (rate_part(*TURNS[turn]), monitoring_part(*TURNS[turn])):
        words = " ".join(ElementTree.fromstring(f"<div>{page}</div>").itertext())
        assert not {"None", "nan", "inf", "NaN"} & set(words.replace(",", " ").replace(".", " ").split())
        assert "style=" not in page and "<script" not in page


def test_those_beyond_a_futility_stop_stand_beside_the_rate() -> None:
    page = rate_part(*TURNS["futility with others beyond"])
    assert "Registered after the stopping point (not in the rate): 2 of 4 confirmed (50.0%" in page
    assert "after the stopping point" not in rate_part(*TURNS["second stage"])


def test_an_interim_count_says_what_follows_later() -> None:
    assert "follow once the count is a stopping point" in rate_part(*TURNS["under way"])


def test_maturity_of_stage_1_leads_to_each_participant() -> None:
    page = monitoring_part(*TURNS["waiting"])
    assert page.count("/participants/NET-0") == 21
    assert page.count("<strong>open:</strong>") == 2
    assert "If the next open outcome" in page


def test_who_may_reopen_is_said_by_the_settings_in_force() -> None:
    assert "Registration closes when every place of a stage is taken" in monitoring_part(*TURNS["waiting"])
    assert "stays open while the outcomes" in monitoring_part("Rn", replace(SETTINGS, suspend_at_stage_1=False))
    assert "Only the study chair can reopen" in monitoring_part(*TURNS["waiting"])


def test_a_data_cut_older_than_the_monitoring_has_no_boundary() -> None:
    assert group_plots.boundary_of({"endpoints": {}}, cohort("")) is None


@pytest.mark.parametrize(("states", "last"), [
    (("open", "open"), 0), (("passed", "open"), 1), (("passed", "promising"), 2), (("futility", "not reached"), 1),
])  # fmt: skip
def test_the_last_look_is_the_last_that_is_decided(states: tuple[str, ...], last: int) -> None:
    looks = [{"stage": place, "state": state} for place, state in enumerate(states, start=1)]
    assert monitoring.last_decided({"looks": looks}) == last
