"""Which plan the rate is read by at every standing of the stages, in words and in numbers."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.endpoints.answers import response_rate
from analysis.outcomes.cohort import Cohort
from analysis.statistics.intervals import clopper_pearson, interval_table
from tests.analysis.statistics.plans import plan_of
from trial.protocol import AnalysisSettings, StagePlan

SETTINGS = AnalysisSettings()


def cohort(outcomes: str, settings: AnalysisSettings = SETTINGS) -> Cohort:
    """One letter a participant: R responder, n mature without response, o open, u undosed, x not evaluable."""
    return Cohort("A", [_outcome(f"NET-{place:03d}", letter) for place, letter in enumerate(outcomes, 1)], settings)


def _outcome(number: str, letter: str) -> dict[str, Any]:
    evaluable = letter in "Rno"
    why_not = {"u": "no dose taken yet", "x": "found ineligible"}.get(letter, "")
    return {
        "number": number, "evaluable": evaluable, "exclusion": why_not,
        "evaluable_but_for_eligibility": letter == "x", "confirmed": {"response": "PR"} if letter == "R" else None,
        "confirmed_strictly": letter == "R", "confirmed_any_time": {"response": "PR"} if letter == "R" else None,
        "stage": {"number": number, "evaluable": evaluable, "ruled_out": letter == "x", "why_not": why_not,
                  "responder": letter == "R", "mature": letter in "Rn", "because": "words"},
    }  # fmt: skip


def rate(outcomes: str, settings: AnalysisSettings = SETTINGS) -> dict[str, Any]:
    """The answer for these outcomes."""
    return response_rate.answer(cohort(outcomes, settings))


def limits(found: dict[str, Any]) -> tuple[float, float]:
    """Lower and upper."""
    return found["lower"], found["upper"]


def test_before_stage_1_is_complete_the_interval_is_interim() -> None:
    found = rate("RR" + "o" * 8)
    assert limits(found) == clopper_pearson(2, 10)
    assert (found["method"], found["beside"]) == ("Clopper–Pearson", None)
    assert found["note"] == "Interim, during stage 1: 10 of its 21 are evaluable."


def test_nobody_evaluable_gives_words_and_no_number() -> None:
    found = rate("uux")
    assert (found["estimate"], found["lower"], found["upper"]) == (None, None, None)
    assert found["method"].startswith("not estimable")


def test_a_full_stage_with_open_outcomes_is_not_a_stop_for_futility() -> None:
    found = rate("R" + "n" * 17 + "ooo")
    assert found["note"].startswith("Interim: stage 1 is not decided, with 1 of 2 responders needed among 21 and 3 ")
    assert limits(found) == clopper_pearson(1, 21)


def test_futility_is_a_stopping_point_and_those_beyond_are_reported_beside() -> None:
    found = rate("R" + "n" * 20 + "RRno")
    assert (found["numerator"], found["denominator"]) == (1, 21)
    assert limits(found) == interval_table(plan_of("21:1 41"))[(1, 1)]
    assert "futility after stage 1 of 21" in found["note"] and "4 evaluable participants beyond" in found["note"]
    assert (found["beyond_the_stop"]["numerator"], found["beyond_the_stop"]["denominator"]) == (2, 4)
    assert found["evaluable"][-1] == "NET-021"


def test_stage_1_is_the_first_evaluable_by_order_of_registration_whoever_is_ruled_out() -> None:
    # Two among the first 23 are ruled out: the 22nd and 23rd take their places, and the responder after them is beyond.
    found = rate("xx" + "n" * 21 + "R")
    assert (found["numerator"], found["denominator"]) == (0, 21)
    assert found["beyond_the_stop"]["numerator"] == 1


def test_a_passed_stage_alone_is_still_interim() -> None:
    found = rate("RR" + "n" * 19)
    assert found["note"] == "Interim: stage 1 is passed and no participant of the next stage is evaluable yet."
    assert limits(found) == clopper_pearson(2, 21)


@pytest.mark.parametrize(
    ("added", "plan", "words"),
    [
        (14, "21:1 35", "then the 14 evaluable so far (planned: 20)."),
        (20, "21:1 41", "then 20 more, as planned."),
        (25, "21:1 46", "then 25 more (planned: 20), those beyond the plan counted in."),
    ],
)
def test_after_stage_1_the_plan_followed_has_the_second_stage_as_it_became(added: int, plan: str, words: str) -> None:
    found = rate("RRR" + "n" * 18 + "RR" + "n" * (added - 2))
    assert found["note"] == f"Followed: stage 1 of 21 as planned, passed with 3 responders, {words}"
    assert limits(found) == interval_table(plan_of(plan))[(2, 5)]
    assert (found["numerator"], found["denominator"]) == (5, 21 + added)


def test_beside_the_rate_stand_estimates_that_allow_for_the_stages() -> None:
    beside = rate("RRR" + "n" * 18 + "RR" + "n" * 18)["beside"]
    # two_stage_values.csv, R 4.2.2: 21:1 41, stage 2, 5 responses.
    assert beside["unbiased"] == pytest.approx(0.136906014247, abs=1e-10)
    assert (beside["equal_tail"]["lower"], beside["equal_tail"]["upper"]) == pytest.approx(
        (0.0424103462503, 0.272481528891), abs=1e-10
    )
    assert (beside["p_value"], beside["null_rate"]) == (pytest.approx(0.0456722538262, abs=1e-10), 0.05)
    assert (beside["single_sample"]["lower"], beside["single_sample"]["upper"]) == clopper_pearson(5, 41)


def settings_of(participants: tuple[int, ...], futility: tuple[int | None, ...],
                efficacy: tuple[int | None, ...]) -> AnalysisSettings:  # fmt: skip
    """Settings with this plan for group A."""
    return replace(SETTINGS, plan=StagePlan(participants, futility, efficacy))


def test_an_efficacy_stop_is_a_stopping_point() -> None:
    found = rate("RRRRRRRR" + "n" * 4 + "o" * 5, settings_of((15, 30), (1, 4), (8, None)))
    assert "Stopped for efficacy after stage 1 of 15" in found["note"]
    assert limits(found) == interval_table(plan_of("15:1:8 30"))[(1, 8)]


def test_three_stages_follow_those_passed_and_the_one_under_way() -> None:
    found = rate("RRR" + "n" * 21 + "R" + "n" * 5, settings_of((12, 24, 40), (0, 2, 6), (None, None, None)))
    assert "stage 2 of 24 as planned, passed with 3 responders, then the 6 evaluable so far" in found["note"]
    assert limits(found) == interval_table(plan_of("12:0 24:2 30"))[(3, 4)]


def test_a_plan_of_one_stage() -> None:
    one = settings_of((10,), (2,), (None,))
    assert rate("RR" + "n" * 5, one)["note"] == "Interim: 7 of 10 planned are evaluable."
    assert limits(rate("RR" + "n" * 8, one)) == interval_table(plan_of("10"))[(1, 2)]
    assert "(planned: 10)" in rate("RR" + "n" * 9, one)["note"]


def test_a_count_that_the_plan_cannot_stop_at_is_said() -> None:
    # The strict reading leaves 1 responder, with whom stage 1 would not have been passed.
    people = cohort("RRR" + "n" * 22)
    for each in people.outcomes[1:3]:
        each["confirmed_strictly"] = False
    strict = response_rate.answer(people)["sensitivity"][4]
    assert (strict["numerator"], strict["method"]) == (1, "Clopper–Pearson")
    assert "no stopping point" in strict["note"]


def test_a_group_too_large_for_the_table_has_the_equal_tail_interval_by_name() -> None:
    found = rate("RRR" + "nR" * 200)
    assert found["method"] == "exact equal-tail interval, Jennison–Turnbull"
    assert found["lower"] < found["estimate"] < found["upper"]
    assert found["beside"]["unbiased"] is None
