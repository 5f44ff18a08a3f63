"""Grade at baseline against the worst grade on treatment, worked out by hand.

Treated from 5-JAN (day 4) to 1-MAR (day 59), so that values count up to day 89. Hemoglobin with normal range 12 to 16
g/dL: 11 is grade 1, 9 grade 2, 7 grade 3, 6 grade 4. Potassium of 3.5 to 5 mmol/L: 3.2 is low grade 1, 5.8 high
grade 2.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analysis.endpoints import registry
from analysis.endpoints.watch import laboratory_shift
from analysis.outcomes import outcome
from analysis.outcomes.safety import laboratory
from tests.analysis.endpoints.test_answers import SETTINGS, day, person, sample
from trial.protocol import LABORATORY
from trial.protocol.ctcae_v3.limits import limits_of
from trial.rules.evaluation.facts import LaboratoryFact, ParticipantFact
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import Measured, grade

LOW, HIGH = "potassium_serum_low_hypokalemia", "potassium_serum_high_hyperkalemia"


def potassium(visit: int, on: date, value: str, **more: Any) -> LaboratoryFact:
    """Potassium of a laboratory whose normal range is 3.5 to 5 mmol/L."""
    return sample(
        visit, on, value, analyte="K", unit="mmol/L", lower_limit=Decimal("3.5"), upper_limit=Decimal(5), **more
    )


def shifted(*values: LaboratoryFact, cycles: int = 2) -> dict[str, list[int | None]]:
    """The shifts of a participant with these values."""
    found = outcome.derive(replace(person("NET-001", cycles=cycles), laboratory=values), SETTINGS)
    return dict(found["laboratory"])


@pytest.mark.parametrize(("values", "shift"), [
    pytest.param((sample(1, day(0)), sample(2, day(30), "9"), sample(3, day(40), "11")), [0, 2, 1, 2],
                 id="worst, not last"),
    pytest.param((sample(1, day(0), "7"), sample(2, day(4), "11"), sample(3, day(5))), [1, 0, 2, 3],
                 id="the last value up to the day of the first dose"),
    pytest.param((sample(1, day(0)), sample(2, day(89), "11"), sample(3, day(90), "6")), [0, 1, 1, 2],
                 id="30 days after the last dose and not a day more"),
    pytest.param((sample(1, day(0)),), [0, None, 1, 0], id="no value on treatment"),
    pytest.param((sample(2, day(30), "9"),), [None, 2, 0, 2], id="no value at baseline"),
    pytest.param((sample(1, day(0), lower_limit=None), sample(2, day(30), "9"), sample(3, day(31), unit="")),
                 [None, 2, 1, 2], id="what cannot be graded is not grade 0"),
    pytest.param((sample(1, day(0)), sample(2, day(30), "9", unit="furlongs")), [0, None, 1, 2],
                 id="none can be graded"),
    pytest.param((sample(2, day(0), "9"), sample(1, day(0)), sample(3, day(30))), [2, 0, 2, 3],
                 id="the worst of the day that is the last before the first dose"),
    pytest.param((sample(3, day(30), "9"), sample(2, day(20), "9"), sample(1, day(0))), [0, 2, 1, 2],
                 id="the first of the worst, in whatever order they come"),
])  # fmt: skip
def test_baseline_is_the_last_value_by_the_first_dose_and_worst_is_the_highest_grade_after_it(
    values: tuple[LaboratoryFact, ...], shift: list[int | None]
) -> None:
    assert shifted(*values) == {"HGB:hemoglobin": shift}


def test_each_side_of_normal_is_a_test_of_its_own() -> None:
    found = shifted(potassium(1, day(0), "3.2"), potassium(2, day(30), "5.8"))
    assert found == {f"K:{HIGH}": [0, 2, 1, 2], f"K:{LOW}": [1, 0, 1, 2]}
    assert len({test.name for test in laboratory.tests()}) == len({test.key for test in laboratory.tests()})


def test_a_side_whose_limit_is_not_known_leaves_the_other() -> None:
    values = [replace(each, measured=replace(each.measured, lower_limit=None))
              for each in (potassium(1, day(0), "4.2"), potassium(2, day(30), "6.5"))]  # fmt: skip
    assert shifted(*values) == {f"K:{HIGH}": [0, 3, 1, 2], f"K:{LOW}": [None, 0, 1, 2]}


@pytest.mark.parametrize(("analyte", "too_low", "lower", "upper", "too_high"), [
    ("SODIUM", 132, 135, 145, 148), ("K", "3.2", "3.5", 5, "5.3"), ("CA", "8.2", "8.6", "10.2", 11),
    ("MG", "1.5", "1.7", "2.4", "2.6"), ("GLUC", 60, 70, 110, 140), ("CAION", "1.05", "1.1", "1.3", "1.4"),
])  # fmt: skip
def test_each_side_is_graded_by_its_own_limit(
    analyte: str, too_low: str | int, lower: str | int, upper: str | int, too_high: str | int
) -> None:
    unit = next(each.units[0] for each in LABORATORY if each.code == analyte)
    terms = {limit.side: limit.term for limit in limits_of(analyte)}
    of = {"too_low": Decimal(too_low), "lower": Decimal(lower), "upper": Decimal(upper), "too_high": Decimal(too_high)}
    for value, low, high in (("too_low", 1, 0), ("lower", 0, 0), ("upper", 0, 0), ("too_high", 0, 1)):
        known = Measured(analyte, of[value], unit, of["lower"], of["upper"])
        assert (grade(known, terms["low"]).grade, grade(known, terms["high"]).grade) == (low, high), value
        if value in ("upper", "too_high"):
            assert grade(replace(known, lower=None), terms["high"]).grade == high, value
        else:
            assert grade(replace(known, upper=None), terms["low"]).grade == low, value
    beyond = Measured(analyte, of["too_high"], unit, None, of["upper"])
    assert grade(beyond, terms["low"]).grade == 0, "what is too high is not too low"
    beneath = Measured(analyte, of["too_low"], unit, of["lower"], None)
    assert grade(beneath, terms["high"]).grade == 0


def test_a_grade_by_number_alone_stands_against_a_limit_that_is_typed_wrong() -> None:
    assert grade(Measured("K", Decimal(2), "mmol/L", None, Decimal("0.5"))).grade == 4


def test_calcium_is_graded_with_the_albumin_of_its_own_sample() -> None:
    def pair(visit: int, on: date, albumin: str) -> tuple[LaboratoryFact, ...]:
        limits: dict[str, Any] = {"lower_limit": Decimal("8.6"), "upper_limit": Decimal("10.2")}
        return (sample(visit, on, "7.8", analyte="CA", unit="mg/dL", **limits),
                sample(visit, on, albumin, analyte="ALB", lower_limit=Decimal("3.5")))  # fmt: skip

    found = shifted(*pair(1, day(0), "4.2"), *pair(2, day(30), "2.9"))
    assert found["CA:calcium_serum_low_hypocalcemia"] == [2, 0, 1, 2], "7.8, then 7.8 + 0.8 × (4 − 2.9) = 8.68"


def test_the_untreated_have_no_shift() -> None:
    assert shifted(sample(1, day(0)), sample(2, day(30), "9"), cycles=0) == {}


@pytest.fixture(scope="module")
def everyone() -> list[ParticipantFact]:
    """Two from grade 0 to 3, one from 2 to 2, one without any value, one never treated."""
    down = (sample(1, day(0)), sample(2, day(30), "7"))
    same = (sample(5, day(0), "9"), sample(6, day(30), "9"))
    values = {"NET-001": down, "NET-002": down, "NET-003": same, "NET-004": (), "NET-005": down}
    return [
        replace(person(number, cycles=0 if number == "NET-005" else 2), laboratory=of) for number, of in values.items()
    ]


def test_a_table_has_a_line_for_each_grade_at_baseline_among_those_with_a_value(
    everyone: list[ParticipantFact],
) -> None:
    outcomes = [outcome.derive(each, SETTINGS) for each in everyone]
    answer = registry.compute("A", outcomes, SETTINGS)["endpoints"]["laboratory_shift"]
    label, both = "Hemoglobin: grade 0 → grade 3", ["NET-001", "NET-002"]
    assert (answer["denominator"], answer["worse"], answer["worse_severely"]) == (4, both, both)
    assert {row["label"]: row["participants"] for row in answer["rows"]} == {
        label: both, "Hemoglobin: grade 2 → grade 2": ["NET-003"]}  # fmt: skip
    lines = laboratory_shift.lines(answer)
    assert [(line.test, line.baseline, line.among) for line in lines] == [
        ("Hemoglobin", "0", 2),
        ("Hemoglobin", "2", 1),
    ]
    assert lines[0].cells == [None, None, None, (label, 2), None, None, None]
    figure = registry.BY_CODE["laboratory_shift"].figure("row", label)
    assert figure is not None
    assert [each["number"] for each in figure.members(outcomes, {"endpoints": {"laboratory_shift": answer}})] == [
        "NET-001",
        "NET-002",
    ]
    assert [(fact.words, fact.entry) for fact in figure.explains(outcomes[0])] == [
        ("Hemoglobin at baseline: grade 0", "visit/1"),
        ("Hemoglobin worst on treatment: grade 3", "visit/2"),
    ]


def test_a_grade_is_the_one_that_the_pages_propose() -> None:
    for value in ("5", "6.5", "7.9", "8", "9.9", "10", "11.9", "12", "16", "17"):
        line = {"analyte": "HGB", "value": Decimal(value), "value_qualifier": "", "unit": "g/dL",
                "lower_limit": Decimal(12), "upper_limit": Decimal(16)}  # fmt: skip
        proposed = grade_line(line)
        assert proposed is not None and shifted(sample(1, day(30), value))["HGB:hemoglobin"][1] == proposed.grade
