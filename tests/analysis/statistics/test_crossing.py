"""How likely a plan is to be stopped or passed, against binomial sums of R and against every way it can go."""

from fractions import Fraction
from itertools import product

import pytest

from analysis.statistics.crossing import Part, chances, expected_participants, unknown
from analysis.statistics.stopping import Plan, Stage

SIMON = Plan((Stage(21, 1), Stage(41, 4)))

# R 4.2.2: 1 - pbinom(2, 20, p); dbinom(0, 3, p); sum over k = 1..3 of dbinom(k, 3, p) (1 - pbinom(3 - k, 20, p)).
BY_R = [
    (0.05, 0.0754836737885, 0.857375, 0.0121809349836),
    (0.20, 0.793915281052, 0.512, 0.402130406337),
]


@pytest.mark.parametrize(("rate", "second", "stop", "both"), BY_R)
def test_chances_given_what_is_known_equal_r(rate: float, second: float, stop: float, both: float) -> None:
    passed = chances(SIMON, (Part(21, 2, 0), Part(20, 0, 20)), rate)
    assert (passed.futility, passed.promising) == ((0.0,), pytest.approx(second, rel=1e-10))
    waiting = chances(SIMON, (Part(21, 1, 3), Part(20, 0, 20)), rate)
    assert waiting.futility == pytest.approx((stop,), rel=1e-10)
    assert waiting.promising == pytest.approx(both, rel=1e-10)


def test_the_design_has_its_published_properties() -> None:
    # Simon 1989, table 1, 5 % against 20 %, α 0.05, β 0.10: stops early with 0.72, 26.7 participants on average.
    design = chances(SIMON, unknown(SIMON), 0.05)
    assert round(design.futility[0], 2) == 0.72
    assert round(expected_participants(SIMON, 0.05), 1) == 26.7
    assert design.promising <= 0.05
    assert chances(SIMON, unknown(SIMON), 0.20).promising >= 0.90


SMALL = [
    (Plan((Stage(3, 0, 3), Stage(6, 2))), (Part(3, 0, 3), Part(3, 0, 3))),
    (Plan((Stage(3, 0, 3), Stage(6, 2))), (Part(3, 1, 1), Part(3, 1, 2))),
    (Plan((Stage(2, 0), Stage(4, 1, 4), Stage(7, 3))), (Part(2, 1, 0), Part(2, 0, 2), Part(3, 0, 3))),
    (Plan((Stage(5, 2),)), (Part(5, 1, 3),)),
    (Plan((Stage(4, None), Stage(6, None))), (Part(4, 0, 4), Part(2, 0, 2))),
]


@pytest.mark.parametrize(("plan", "parts"), SMALL)
def test_chances_by_trying_every_way_the_open_outcomes_can_go(plan: Plan, parts: tuple[Part, ...]) -> None:
    rate = Fraction(3, 10)
    futility = [Fraction(0)] * len(parts)
    efficacy = [Fraction(0)] * len(parts)
    promising = Fraction(0)
    for ways in product(*(product((0, 1), repeat=part.open) for part in parts)):
        weight = Fraction(1)
        for outcome in [each for way in ways for each in way]:
            weight *= rate if outcome else 1 - rate
        responders = 0
        for place, (stage, part, way) in enumerate(zip(plan.stages, parts, ways, strict=True)):
            responders += part.responders + sum(way)
            if stage.futility is not None and responders <= stage.futility:
                futility[place] += weight
                break
            if stage.efficacy is not None and responders >= stage.efficacy:
                efficacy[place] += weight
                promising += weight
                break
        else:
            promising += weight
    found = chances(plan, parts, float(rate))
    assert found.futility == pytest.approx([float(each) for each in futility[:-1]])
    assert found.efficacy == pytest.approx([float(each) for each in efficacy[:-1]])
    assert found.promising == pytest.approx(float(promising))


def test_an_outcome_that_becomes_known_is_no_longer_open() -> None:
    assert Part(21, 1, 3).after(True) == Part(21, 2, 2)
    assert Part(21, 1, 3).after(False) == Part(21, 1, 2)
    with pytest.raises(ValueError, match="No outcome"):
        Part(21, 1, 0).after(True)
