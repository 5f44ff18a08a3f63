"""Estimates that allow for early stopping: exact properties, values of R, and published designs."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from analysis.statistics.after_stopping import at_least, at_most, jennison_turnbull, unbiased_estimates
from analysis.statistics.intervals import RULES, clopper_pearson, interval_table
from analysis.statistics.stopping import points
from tests.analysis.statistics.plans import NAMES, plan_of

# Written by two_stage_values.R beside it; the R version stands in its first line.
BY_R = Path(__file__).parent / "values" / "two_stage_values.csv"
ROWS = list(csv.DictReader(line for line in BY_R.read_text(encoding="utf-8").splitlines() if not line.startswith("#")))
R_STEP = 1e-3
# The grid of R steps over these slivers, in which a run is accepted for a moment: (plan, stage, responses, rule, end).
SLIVERS = {("10:3 30", 2, 8, "crow", "upper"), ("12:1:5 24:3:8 40", 3, 21, "crow", "lower")}


@pytest.mark.parametrize("name", NAMES)
def test_the_unbiased_estimate_is_unbiased_at_every_rate(name: str) -> None:
    plan = plan_of(name)
    estimates = unbiased_estimates(plan)
    for rate in [Fraction(each, 20) for each in range(21)]:
        expected = sum(
            estimates[each.stage, each.responses]
            * each.paths * rate**each.responses * (1 - rate) ** (each.participants - each.responses)
            for each in points(plan)
        )  # fmt: skip
        assert expected == rate


def test_the_unbiased_estimate_by_hand() -> None:
    # 2:0 3. Three of three: the first two both responded, 2/2. Two of three: 1 of 2 (two paths) and then a response, or
    # 2 of 2 (one path) and then none: (2 × 1/2 + 1 × 1) / 3. One of three: 1 of 2 and then none, 1/2.
    estimates = unbiased_estimates(plan_of("2:0 3"))
    assert (estimates[2, 3], estimates[2, 2], estimates[2, 1]) == (1, Fraction(2, 3), Fraction(1, 2))
    assert estimates[1, 0] == 0


def test_a_stop_in_stage_1_is_estimated_by_its_own_rate() -> None:
    assert unbiased_estimates(plan_of("21:1 41"))[1, 1] == Fraction(1, 21)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['plan']}: {row['stage']}, {row['responses']}" for row in ROWS])
def test_inference_after_stopping_equals_r(row: dict[str, str]) -> None:
    plan, stage, responses = plan_of(row["plan"]), int(row["stage"]), int(row["responses"])
    assert float(unbiased_estimates(plan)[stage, responses]) == pytest.approx(float(row["unbiased"]), abs=1e-10)
    limits = (float(row["jt_lower"]), float(row["jt_upper"]))
    assert jennison_turnbull(plan, stage, responses) == pytest.approx(limits, abs=1e-10)
    assert at_least(plan, stage, responses, 0.05) == pytest.approx(float(row["p_value"]), rel=1e-10)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['plan']}: {row['stage']}, {row['responses']}" for row in ROWS])
def test_the_multistage_interval_equals_that_of_r_within_a_step_of_its_grid(row: dict[str, str]) -> None:
    stop = (int(row["stage"]), int(row["responses"]))
    for rule in RULES:
        lower, upper = interval_table(plan_of(row["plan"]), 0.05, rule)[stop]
        # R's limits are rates of its grid that accept the point: ours reach as far and less than a step further.
        short = {"lower": float(row[f"{rule}_lower"]) - lower, "upper": upper - float(row[f"{rule}_upper"])}
        for end, by in short.items():
            assert by >= -1e-9
            assert by < R_STEP or (row["plan"], *stop, rule, end) in SLIVERS


def test_one_stage_gives_clopper_pearson() -> None:
    for responses in range(11):
        assert jennison_turnbull(plan_of("10"), 1, responses) == pytest.approx(clopper_pearson(responses, 10), abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate", [0.05, 0.2, 0.6])
def test_a_point_is_counted_in_both_tails(name: str, rate: float) -> None:
    plan = plan_of(name)
    for each in points(plan):
        weight = each.paths * rate**each.responses * (1 - rate) ** (each.participants - each.responses)
        tails = at_least(plan, each.stage, each.responses, rate) + at_most(plan, each.stage, each.responses, rate)
        assert tails == pytest.approx(1 + weight, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_p_value_is_at_most_alpha_with_probability_alpha_at_most(name: str) -> None:
    plan = plan_of(name)
    for alpha in (0.01, 0.025, 0.05, 0.2):
        small = sum(
            each.paths * 0.1**each.responses * 0.9 ** (each.participants - each.responses)
            for each in points(plan)
            if at_least(plan, each.stage, each.responses, 0.1) <= alpha
        )
        assert small <= alpha + 1e-12


# Simon R, Control Clin Trials 1989;10:1–10, tables 1 and 2, optimal designs: r1/n1 and n, r + 1, p0, p1, α, β.
SIMON = [
    ("21:1 41", 5, 0.05, 0.20, 0.05, 0.10),
    ("10:0 29", 4, 0.05, 0.20, 0.05, 0.20),
    ("12:0 37", 4, 0.05, 0.20, 0.10, 0.10),
    ("10:1 29", 6, 0.10, 0.30, 0.05, 0.20),
]  # fmt: skip


@pytest.mark.parametrize(("name", "enough", "p0", "p1", "alpha", "beta"), SIMON)
def test_the_stage_wise_tail_gives_a_published_design_its_errors(
    name: str, enough: int, p0: float, p1: float, alpha: float, beta: float
) -> None:
    assert at_least(plan_of(name), 2, enough, p0) <= alpha
    assert at_least(plan_of(name), 2, enough, p1) >= 1 - beta
