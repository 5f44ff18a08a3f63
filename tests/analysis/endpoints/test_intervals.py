"""The multistage interval against published limits, and its coverage on a grid."""

import numpy as np
import pytest

from analysis.endpoints.intervals import (
    Plan,
    Stage,
    acceptance,
    clopper_pearson,
    interval_table,
    points,
    probabilities,
    response_interval,
)

TWO_STAGE = Plan((Stage(21, 1), Stage(41, 4)))
ONE_STAGE = Plan((Stage(10, None),))


def test_one_stage_of_ten_has_the_limits_of_crow() -> None:
    table = interval_table(ONE_STAGE)
    expected = [(0, 0.267), (0.005, 0.397), (0.037, 0.603), (0.087, 0.619), (0.150, 0.733), (0.222, 0.778)]
    for responses, limits in enumerate(expected):
        assert table[(1, responses)] == pytest.approx(limits, abs=5e-4)


@pytest.mark.parametrize(
    ("stage", "responses", "limits"),
    [(1, 1, (0.002, 0.216)), (2, 4, (0.037, 0.234)), (2, 6, (0.067, 0.280)), (2, 8, (0.101, 0.340))],
)
def test_two_stages_of_21_and_41(stage: int, responses: int, limits: tuple[float, float]) -> None:
    assert interval_table(TWO_STAGE)[(stage, responses)] == pytest.approx(limits, abs=5e-4)


@pytest.mark.parametrize("plan", [ONE_STAGE, TWO_STAGE, Plan((Stage(15, 1, 8), Stage(30, 4)))], ids=str)
@pytest.mark.parametrize("rule", ["crow", "max"])
def test_coverage_is_at_least_95_percent_on_a_grid_and_beside_every_limit(plan: Plan, rule: str) -> None:
    table, found = interval_table(plan, 0.05, rule), points(plan)
    limits = np.array([table[(each.stage, each.responses)] for each in found])
    grid = np.linspace(0.0005, 0.9995, 1999)
    beside = np.concatenate([limits.ravel() - 1e-7, limits.ravel() + 1e-7])
    rates = np.concatenate([grid, beside[(beside > 0) & (beside < 1)]])
    inside = (rates[:, None] >= limits[:, 0] - 1e-9) & (rates[:, None] <= limits[:, 1] + 1e-9)
    assert (probabilities(found, rates) * inside).sum(axis=1).min() >= 0.95 - 1e-9


def test_limits_never_decrease_along_the_ordering() -> None:
    table = interval_table(TWO_STAGE)
    limits = [table[(each.stage, each.responses)] for each in points(TWO_STAGE)]
    assert limits == sorted(limits)


def test_path_counts_add_up_to_certainty() -> None:
    assert probabilities(points(TWO_STAGE), np.array([0.05, 0.2, 0.7])).sum(axis=1) == pytest.approx(1)


def test_an_acceptance_set_holds_at_least_95_percent() -> None:
    found, rates = points(TWO_STAGE), np.array([0.01, 0.1, 0.5, 0.9])
    first, last = acceptance(found, rates, 0.05, "crow")
    for row, weights in enumerate(probabilities(found, rates)):
        assert weights[first[row] : last[row] + 1].sum() >= 0.95 - 1e-9


def test_before_stage_1_is_complete_the_interval_is_interim() -> None:
    found = response_interval(2, 10, TWO_STAGE)
    assert (found.lower, found.upper) == clopper_pearson(2, 10)
    assert "interim" in found.note
    assert clopper_pearson(0, 10)[1] == pytest.approx(0.3085, abs=5e-5)


def test_nobody_evaluable_gives_words_and_no_number() -> None:
    found = response_interval(0, 0, TWO_STAGE)
    assert (found.estimate, found.lower, found.upper, found.method) == (None, None, None, "not estimable")


def test_the_plan_followed_is_said_when_the_second_stage_has_another_size() -> None:
    found = response_interval(6, 50, TWO_STAGE)
    assert "then 29 more" in found.note
    assert found.lower is not None and found.upper is not None and found.lower < 0.12 < found.upper
