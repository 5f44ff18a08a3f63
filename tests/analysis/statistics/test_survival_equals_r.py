"""Kaplan–Meier curves, quantiles, rates, numbers at risk and follow-up against R on 87 strata.

`values/survfit_values.csv` was written by the script beside it with R 4.2.2, survival 3.5-3 and conf.type = "log-log":
edges named for what they show, small samples drawn with a seed, and public data that R ships (lung, veteran, aml,
ovarian, colon, mgus, kidney). Both ways in which the product draws a curve are held against it.
Tolerance: 1e-9 on proportions and days; months of the answers are rounded to four decimals.
Two readings of `summary(fit, times)` differ by intent. Past the last observation R carries the last value on; here
nothing is known there, so that the rate is None unless the curve has reached 0. Before the first observation R writes
the interval 1 to 1, and NA on a curve that still is at 1 after it; here an estimate of 1 never has an interval.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.endpoints.answers import curves
from analysis.statistics import survival
from analysis.statistics.survival import KaplanMeier

HERE = Path(__file__).resolve().parent / "values"
TOLERANCE = 1e-9
MONTHS_TOLERANCE = 5.1e-5
Row = tuple[str, float | None, float | None, float | None]  # at, value, lower, upper
WAYS: list[Callable[..., KaplanMeier]] = [survival.kaplan_meier, survival.product_limit]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _observed() -> dict[str, list[tuple[int, bool]]]:
    found: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    with (HERE / "survfit_observations.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["stratum"]].append((int(row["days"]), row["event"] == "1"))
    return found


def _expected() -> dict[str, dict[str, list[Row]]]:
    """Stratum → quantity → rows."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    with (HERE / "survfit_values.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values = (row["at"], _number(row["value"]), _number(row["lower"]), _number(row["upper"]))
            found[row["stratum"]][row["quantity"]].append(values)
    return found


OBSERVED = _observed()
EXPECTED = _expected()


def _same(found: tuple[float | None, ...], expected: tuple[float | None, ...], tolerance: float = TOLERANCE) -> bool:
    """None where R says NA, and no further apart than the tolerance elsewhere."""
    return all(
        (one is None) == (other is None) and (one is None or other is None or abs(one - other) <= tolerance)
        for one, other in zip(found, expected, strict=True)
    )


def _drawn(stratum: str, way: Callable[..., KaplanMeier]) -> KaplanMeier:
    days, events = zip(*OBSERVED[stratum], strict=True)
    return way(list(days), list(events))


def _answer(stratum: str) -> dict[str, Any]:
    """The times of a stratum as the endpoints answer them."""
    return curves.full(
        [{"number": str(place), "os": {"days": days, "event": event, "because": ""}}
         for place, (days, event) in enumerate(OBSERVED[stratum])], "os",
    )  # fmt: skip


def _in_months(*days: float | None) -> tuple[float | None, ...]:
    return tuple(None if each is None else survival.months(each) for each in days)


def test_every_stratum_has_observations_and_values() -> None:
    assert len(EXPECTED) == 87 and set(EXPECTED) == set(OBSERVED)
    assert sum(len(rows) for rows in OBSERVED.values()) == 2727


@pytest.mark.parametrize("way", WAYS, ids=["lifelines, corrected", "plain arithmetic"])
@pytest.mark.parametrize("stratum", EXPECTED)
def test_each_step_of_the_curve_equals_r(stratum: str, way: Callable[..., KaplanMeier]) -> None:
    km = _drawn(stratum, way)
    assert (km.n, km.events) == (EXPECTED[stratum]["n"][0][1], EXPECTED[stratum]["events"][0][1])
    for step, height, left in zip(km.steps, EXPECTED[stratum]["curve"], EXPECTED[stratum]["left"], strict=True):
        assert _same((step.day, step.survival, step.lower, step.upper), (float(height[0]), *height[1:])), step
        assert (step.day, step.at_risk, step.events, step.censored) == (float(left[0]), *left[1:])


@pytest.mark.parametrize("way", WAYS, ids=["lifelines, corrected", "plain arithmetic"])
@pytest.mark.parametrize("stratum", EXPECTED)
def test_median_and_quartiles_with_their_limits_equal_r(stratum: str, way: Callable[..., KaplanMeier]) -> None:
    km = _drawn(stratum, way)
    for share, *expected in EXPECTED[stratum]["quantile"]:
        found = survival.quantile(km, float(share))
        assert _same((found.days, found.lower, found.upper), tuple(expected)), share


@pytest.mark.parametrize("stratum", EXPECTED)
def test_the_rates_and_numbers_at_risk_that_are_shown_equal_r(stratum: str) -> None:
    answer = _answer(stratum)
    last_day = max(days for days, _ in OBSERVED[stratum])
    for found, (months, value, lower, upper) in zip(answer["rates"], EXPECTED[stratum]["rate"], strict=True):
        past = found["months"] * survival.DAYS_PER_MONTH > last_day and value != 0
        limits = (None, None) if value == 1 else (lower, upper)
        expected = (None, None, None) if past else (value, *limits)
        assert found["months"] == int(months)
        assert _same((found["estimate"], found["lower"], found["upper"]), expected), found
        assert bool(found["words"]) == past
    for months, at_risk, *_ in EXPECTED[stratum]["at_risk"]:
        assert answer["at_risk"][months] == at_risk


@pytest.mark.parametrize("stratum", EXPECTED)
def test_the_medians_and_follow_up_that_are_shown_equal_r(stratum: str) -> None:
    answer = _answer(stratum)
    for found, (share, *expected) in zip(answer["quartiles"], EXPECTED[stratum]["quantile"], strict=True):
        assert found["share"] == float(share)
        shown = (found["months"], found["lower_months"], found["upper_months"])
        assert _same(shown, _in_months(*expected), MONTHS_TOLERANCE), share
    behind, (_, *expected) = answer["follow_up"], EXPECTED[stratum]["follow_up"][0]
    shown = (behind["median_months"], behind["lower_months"], behind["upper_months"])
    assert _same(shown, _in_months(*expected), MONTHS_TOLERANCE)
