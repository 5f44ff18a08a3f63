"""The multistage interval against published limits, its coverage, and what is said of each step of its rule."""

import numpy as np
import pytest

from analysis.statistics import intervals
from analysis.statistics.after_stopping import jennison_turnbull
from analysis.statistics.intervals import RULES, acceptance, clopper_pearson, interval_table, probabilities
from analysis.statistics.stopping import Plan, Point, points
from tests.analysis.statistics.plans import NAMES, plan_of

TWO_STAGE, ONE_STAGE = plan_of("21:1 41"), plan_of("10")
# A monotone sum of probabilities may lose the last bits.
NOISE = 1e-11


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


def limits_of(plan: Plan, kind: str) -> dict[tuple[int, int], tuple[float, float]]:
    """The limits of every stopping point by one kind of interval."""
    if kind in RULES:
        return interval_table(plan, 0.05, kind)
    if kind == "equal tail":
        return {(each.stage, each.responses): jennison_turnbull(plan, each.stage, each.responses)
                for each in points(plan)}  # fmt: skip
    return {(each.stage, each.responses): clopper_pearson(each.responses, each.participants) for each in points(plan)}


KINDS = [(name, kind) for name in NAMES for kind in (*RULES, "equal tail")]
KINDS += [(name, "single sample") for name in ("10", "43")]


@pytest.mark.parametrize(("name", "kind"), KINDS, ids=[": ".join(each) for each in KINDS])
def test_coverage_is_at_least_95_percent_on_a_grid_and_on_both_sides_of_every_limit(name: str, kind: str) -> None:
    plan = plan_of(name)
    found, table = points(plan), limits_of(plan, kind)
    limits = np.array([table[(each.stage, each.responses)] for each in found])
    # Limits are known to 1e-9: at that distance and further, on either side, who is inside is certain.
    beside = np.concatenate([limits.ravel() + distance for distance in (-1e-6, -2e-9, 0, 2e-9, 1e-6)])
    rates = np.unique(np.concatenate([np.linspace(0, 1, 10_001), beside[(beside > 0) & (beside < 1)]]))
    inside = (rates[:, None] >= limits[:, 0] - 1e-9) & (rates[:, None] <= limits[:, 1] + 1e-9)
    assert (probabilities(found, rates) * inside).sum(axis=1).min() >= 0.95 - NOISE
    # Between two limits the covered points stay the same, so that the strict interval is least just outside of one.
    strictly = (rates[:, None] >= limits[:, 0]) & (rates[:, None] <= limits[:, 1])
    assert (probabilities(found, rates) * strictly).sum(axis=1).min() >= 0.95 - 1e-7


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_no_rate_accepts_a_point_whose_interval_leaves_it_out(name: str, rule: str) -> None:
    # 200 000 rates apart from those that the table was computed on: acceptance within slivers of 1e-6 is met too.
    plan = plan_of(name)
    found, table = points(plan), interval_table(plan, 0.05, rule)
    limits = np.array([table[(each.stage, each.responses)] for each in found])
    for rates in np.split((np.arange(200_000) + 0.37) / 200_000, 20):
        first, last = acceptance(found, rates, 0.05, rule)
        # Limits rise along the ordering: the last accepted point has the highest lower limit, the first the lowest.
        assert (limits[last, 0] <= rates + 1e-9).all()
        assert (limits[first, 1] >= rates - 1e-9).all()


def test_a_sliver_of_acceptance_reaches_the_hull() -> None:
    # 8 of 30 after 10:3: the rates of a grid miss it, the run that ends there is accepted between them.
    plan = plan_of("10:3 30")
    found = points(plan)
    upper = interval_table(plan)[(2, 8)][1]
    place = next(each for each, point in enumerate(found) if (point.stage, point.responses) == (2, 8))
    first, last = acceptance(found, np.array([upper - 2e-3, upper, upper + 2e-9]), 0.05, "crow")
    assert [bool(low <= place <= high) for low, high in zip(first, last, strict=True)] == [False, True, False]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_limits_do_not_depend_on_the_grid_they_are_sought_on(
    name: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(name)
    fine = interval_table(plan, 0.05, rule)
    monkeypatch.setattr(intervals, "GRID", 300)
    coarse = interval_table.__wrapped__(plan, 0.05, rule)
    assert all(coarse[stop] == pytest.approx(limits, abs=2e-9) for stop, limits in fine.items())


def test_ties_put_futility_stops_first_the_final_look_next_and_efficacy_stops_last() -> None:
    # At a rate of one half: 6 of 12, 12 of 24 and 18 of 36 for futility; at two thirds 8 of 12 and 16 of 24, final 24.
    plan = plan_of("12:6:8 24:12:16 36")
    order = [(each.stage, each.responses) for each in points(plan)]
    assert [each for each in order if each in {(1, 6), (2, 12), (3, 18)}] == [(1, 6), (2, 12), (3, 18)]
    assert [each for each in order if each in {(1, 8), (2, 16), (3, 24)}] == [(3, 24), (2, 16), (1, 8)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_limits_never_decrease_along_the_ordering(name: str, rule: str) -> None:
    plan = plan_of(name)
    table = interval_table(plan, 0.05, rule)
    limits = [table[(each.stage, each.responses)] for each in points(plan)]
    for side in (0, 1):
        column = [each[side] for each in limits]
        assert column == sorted(column)
    assert limits[0][0] == 0.0 and limits[-1][1] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_path_counts_add_up_to_certainty(name: str) -> None:
    assert probabilities(points(plan_of(name)), np.array([0.05, 0.2, 0.7])).sum(axis=1) == pytest.approx(1)


def _fewest(weights: np.ndarray) -> int:
    """The size of the shortest run, by trying them all."""
    sizes = range(1, len(weights) + 1)
    starts = range(len(weights))
    return next(size for size in sizes if max(weights[start : start + size].sum() for start in starts) >= 0.95 - NOISE)


@pytest.mark.parametrize("rule", RULES)
def test_an_acceptance_set_is_the_shortest_run_and_holds_at_least_95_percent(rule: str) -> None:
    found, rates = points(TWO_STAGE), np.array([0.0, 0.01, 0.1, 0.5, 0.9, 1.0])
    first, last = acceptance(found, rates, 0.05, rule)
    for row, weights in enumerate(probabilities(found, rates)):
        assert weights[first[row] : last[row] + 1].sum() >= 0.95 - NOISE
        assert last[row] - first[row] + 1 == _fewest(weights)


def test_an_interval_of_one_stage_mirrors_itself() -> None:
    for rule in RULES:
        table = interval_table(ONE_STAGE, 0.05, rule)
        for responses in range(11):
            lower, upper = table[(1, responses)]
            assert table[(1, 10 - responses)] == pytest.approx((1 - upper, 1 - lower), abs=5e-9)


def test_what_cannot_be_computed_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="crow or max"):
        interval_table(TWO_STAGE, 0.05, "wald")
    with pytest.raises(ValueError, match="at most 300"):
        interval_table(plan_of("100:3 301"))


# R version 4.2.2, binom.test(x, n)$conf.int, 10 digits.
BINOM_TEST = [
    (0, 10, 0, 0.3084971078), (1, 10, 0.0025285785, 0.4450161170), (10, 10, 0.6915028922, 1),
    (0, 1, 0, 0.975), (1, 1, 0.025, 1), (0, 93, 0, 0.0388889985), (93, 93, 0.9611110015, 1),
    (37, 93, 0.2977619485, 0.5046291231), (1, 9999, 0.0000025320, 0.0005570927),
]  # fmt: skip


@pytest.mark.parametrize(("successes", "participants", "lower", "upper"), BINOM_TEST)
def test_clopper_pearson_equals_r(successes: int, participants: int, lower: float, upper: float) -> None:
    assert clopper_pearson(successes, participants) == pytest.approx((lower, upper), abs=1e-10)


@pytest.mark.parametrize(("successes", "participants"), [(1, 0), (0, 0), (-1, 5), (6, 5)])
def test_clopper_pearson_refuses_what_is_no_proportion(successes: int, participants: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(successes, participants)


def test_a_point_carries_its_paths() -> None:
    # 3 of 3 after one go-on at 1 of 2 (two ways), or after 2 of 2 (one way): counted by hand.
    found = {(each.stage, each.responses): each for each in points(plan_of("2:0 3"))}
    assert found[(2, 2)] == Point(stage=2, responses=2, participants=3, paths=3, kind=1)
    assert {key: each.paths for key, each in found.items()} == {(1, 0): 1, (2, 1): 2, (2, 2): 3, (2, 3): 1}
