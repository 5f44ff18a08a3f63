"""Where a group stands with its two-stage plan, in words and numbers, at every turn that a trial can take."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.endpoints.answers import monitoring
from tests.analysis.endpoints.test_plan_followed import SETTINGS, cohort, settings_of
from trial.protocol import AnalysisSettings


def monitored(outcomes: str, settings: AnalysisSettings = SETTINGS) -> dict[str, Any]:
    """The answer for these outcomes, one letter each as in `test_plan_followed.cohort`."""
    return monitoring.answer(cohort(outcomes, settings))


LINES = [
    ("nobody yet", "", "Stage 1 at 21: 0 confirmed responders; 2 more needed among 21 open outcomes."),
    ("under way", "Rnnou", "Stage 1 at 21: 1 confirmed responder; 1 more needed among 18 open outcomes."),
    ("full, not mature", "R" + "n" * 19 + "o",
     "Stage 1 at 21: 1 confirmed responder; 1 more needed among 1 open outcome."),
    ("nobody left to respond enough", "n" * 20 + "o",
     "Stage 1 at 21: 0 confirmed responders; cannot be passed any more: 2 more needed, 1 open outcome."),
    ("futility", "R" + "n" * 20,
     "Stage 1 at 21: Stopped for futility: 1 confirmed responder, 2 needed, every outcome known."),
    ("passed before it is full", "RR",
     "Final look at 41: 2 confirmed responders; 3 more needed among 39 open outcomes."),
    ("ruled out do not count", "xx" + "RR" + "n" * 19 + "n",
     "Final look at 41: 2 confirmed responders; 3 more needed among 19 open outcomes."),
    ("promising", "RRRRR" + "n" * 20, "Final look at 41: Promising: 5 confirmed responders, 5 needed."),
    ("not promising", "RR" + "n" * 39,
     "Final look at 41: Not promising: 2 confirmed responders, 5 needed, 0 open outcomes."),
]  # fmt: skip


@pytest.mark.parametrize(("outcomes", "line"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_where_the_group_stands_in_one_line(outcomes: str, line: str) -> None:
    assert monitored(outcomes)["line"] == line


def test_a_stage_that_has_its_responders_early_says_how_many_places_are_free() -> None:
    assert monitored("RRn")["looks"][0]["words"] == "Passed: 2 confirmed responders, 2 needed. 18 places still free."
    assert monitored("RR" + "n" * 19)["looks"][0]["words"] == "Passed: 2 confirmed responders, 2 needed."


def test_chances_count_the_open_outcomes_and_the_places_that_are_not_taken() -> None:
    # test_crossing.BY_R: 1 responder known in stage 1, 3 outcomes open, nobody of stage 2 yet.
    found = monitored("R" + "n" * 17 + "ooo")["chances"]
    assert [each["rate"] for each in found] == [0.05, 0.2]
    assert [each["promising"] for each in found] == pytest.approx([0.0121809349836, 0.402130406337], rel=1e-10)
    assert found[1]["futility"] == pytest.approx([0.512])


def test_what_the_next_outcome_would_change() -> None:
    responds, does_not = monitored("R" + "n" * 18 + "oo")["what_if"]
    assert responds["line"] == "Final look at 41: 2 confirmed responders; 3 more needed among 21 open outcomes."
    assert does_not["line"] == "Stage 1 at 21: 1 confirmed responder; 1 more needed among 1 open outcome."
    # The mean of both, weighted by the rate, is where the group stands now.
    now = monitored("R" + "n" * 18 + "oo")["chances"]
    for place, rate in enumerate((0.05, 0.2)):
        mixed = rate * responds["promising"][place] + (1 - rate) * does_not["promising"][place]
        assert now[place]["promising"] == pytest.approx(mixed)


@pytest.mark.parametrize("outcomes", ["R" + "n" * 20 + "oo", "RRRRR" + "n" * 16 + "o", "RR" + "n" * 39])
def test_nothing_is_asked_of_the_next_outcome_once_the_plan_is_decided(outcomes: str) -> None:
    assert monitored(outcomes)["what_if"] == []


def test_maturity_of_each_outcome_of_stage_1_is_listed() -> None:
    found = monitored("x" + "R" + "n" * 18 + "ou" + "n" * 4)["stage_1"]
    assert [each["number"] for each in found] == [f"NET-{place:03d}" for place in range(2, 23)]
    assert [each["mature"] for each in found[-3:]] == [True, False, False]


def test_a_larger_last_look_keeps_the_error_of_the_plan() -> None:
    # R 4.2.2: 5 of 46 has 0.0633, 6 of 46 has 0.0232 under 5 %; the plan has 0.0457 at 5 of 41.
    found = monitored("RRR" + "n" * 18 + "RR" + "n" * 23)
    assert found["looks"][-1]["futility"] == 5
    assert found["looks"][-1]["state"] == "not promising"
    assert "planned at 41 and comes at 46. Planned as promising from 5 responders, it is so from 6" in found[
        "changed_look"]  # fmt: skip


def test_a_last_look_is_smaller_only_when_nobody_can_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = "RR" + "n" * 37 + "x" * 11
    assert len(outcomes) == 50
    found = monitored(outcomes)
    assert (found["looks"][-1]["participants"], found["looks"][-1]["state"]) == (39, "not promising")
    # One place of the ceiling is free: the last look may still come to its 41.
    assert monitored(outcomes[:-1])["looks"][-1]["participants"] == 41


def test_a_plan_as_planned_says_nothing_of_a_changed_look() -> None:
    assert monitored("RR" + "n" * 39)["changed_look"] == ""


def test_an_efficacy_bound_ends_the_plan() -> None:
    found = monitored("R" * 8 + "n" * 7, settings_of((15, 30), (1, 4), (8, None)))
    assert [each["state"] for each in found["looks"]] == ["efficacy", "not reached"]
    assert found["chances"][0]["promising"] == pytest.approx(1)


def test_a_plan_of_one_stage_has_no_stage_1_to_wait_for() -> None:
    found = monitored("Rnno", settings_of((10,), (2,), (None,)))
    assert found["line"] == "Final look at 10: 1 confirmed responder; 2 more needed among 7 open outcomes."
    assert found["stage_1"] == []


def test_a_plan_without_bounds_is_never_stopped() -> None:
    found = monitored("nn", settings_of((3, 6), (None, None), (None, None)))
    assert found["line"].startswith("Final look at 6: Promising")
    assert found["looks"][0]["words"] == "Nothing stops it. 1 place still free."


def test_a_group_too_large_for_exact_sums_has_its_line_and_no_chances() -> None:
    found = monitored("RRnn" + "no" * 200)
    assert (found["chances"], found["what_if"], found["design"]) == (None, [], None)
    assert "more needed among 200 open outcomes" in found["line"]


def test_the_way_along_the_boundary_has_a_letter_for_each_who_holds_a_place() -> None:
    assert monitoring.path(cohort("RxnouR")) == "RnooR"


def test_monitoring_follows_the_plan_of_the_settings() -> None:
    other = replace(SETTINGS, plan=replace(SETTINGS.plan, p0=0.1, p1=0.3))
    assert [each["rate"] for each in monitored("", other)["design"]] == [0.1, 0.3]
