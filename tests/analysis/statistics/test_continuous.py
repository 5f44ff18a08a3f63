"""The boundary that is looked at after every participant, against R and against every order of events."""

import csv
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path

import pytest

from analysis.statistics.continuous import boundary, crossing

VALUES = Path(__file__).parent / "values" / "continuous_values.csv"


def test_boundaries_and_their_chances_equal_r() -> None:
    """The values are those of continuous_values.R."""
    by_design: dict[tuple[int, float, float], list[dict[str, str]]] = {}
    with VALUES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            by_design.setdefault((int(row["size"]), float(row["rate"]), float(row["error"])), []).append(row)
    assert len(by_design) == 4
    for (size, rate, error), rows in by_design.items():
        found = boundary(size, rate, error)
        assert found == tuple(int(row["bound"]) if row["bound"] else None for row in rows)
        assert crossing(found, rate).probability == pytest.approx(float(rows[0]["at_rate"]), rel=1e-9)
        assert crossing(found, rate + 0.2).probability == pytest.approx(float(rows[0]["above"]), rel=1e-9)


def test_the_chance_of_stopping_is_the_sum_over_every_order_of_events() -> None:
    bounds, rate = (None, 2, 2, 3, 3, 3, 4, 4), Fraction(1, 3)
    stopped = mean = Fraction(0)
    for way in product((0, 1), repeat=len(bounds)):
        weight = prod((rate if each else 1 - rate for each in way), start=Fraction(1))
        reached = [place for place, bound in enumerate(bounds, 1) if bound is not None and sum(way[:place]) >= bound]
        stopped += weight if reached else 0
        mean += weight * (reached[0] if reached else len(bounds))
    found = crossing(bounds, float(rate))
    assert found.probability == pytest.approx(float(stopped)) and found.participants == pytest.approx(float(mean))


DESIGNS = [(1, 0.3, 0.05), (12, 0.01, 0.05), (25, 0.99, 0.2), (40, 0.3, 0.01)]


@pytest.mark.parametrize(("size", "rate", "error"), DESIGNS)
def test_a_boundary_keeps_its_error_and_never_asks_for_fewer_later(size: int, rate: float, error: float) -> None:
    found = boundary(size, rate, error)
    known = [bound for bound in found if bound is not None]
    assert len(found) == size and known == sorted(known)
    assert crossing(found, rate).probability <= error
    assert crossing((), rate).probability == 0
