"""RECIST 1.0: boundary rows, the overall-response table, and what must hold for every history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from trial.rules import recist
from trial.rules.overall_response import overall_response
from trial.rules.recist import NewLesions, NonTarget, Response

DAY = date(2026, 1, 1)
MM = Decimal


def _assess(baseline: list[str], *sums: list[str | None]) -> tuple[recist.AssessmentOutcome, ...]:
    names = [f"T{n}" for n in range(len(baseline))]
    first = recist.Baseline(0, DAY, dict(zip(names, map(MM, baseline), strict=True)), frozenset())
    follow_ups = []
    for place, values in enumerate(sums, start=1):
        measured = tuple(
            recist.Measurement(name, None if value is None else MM(value))
            for name, value in zip(names, values, strict=True)
        )
        on = DAY + timedelta(days=56 * place)
        follow_ups.append(recist.FollowUp(place, on, {}, measured, {}, NewLesions.NO))
    return recist.assess(first, follow_ups)


@pytest.mark.parametrize(
    ("baseline", "sums", "expected"),
    [
        pytest.param(["14"], [["9.8"]], "PR", id="exactly 30.0 % less is PR where floats say SD"),
        pytest.param(["100"], [["70.1"]], "SD", id="29.9 % less is SD"),
        pytest.param(["100"], [["120"]], "PD", id="exactly 20.0 % more is PD"),
        pytest.param(["100"], [["119.9"]], "SD", id="19.9 % more is SD"),
        pytest.param(["100"], [["50"], ["60"]], "PD", id="20 % over the nadir is PD though 40 % under baseline"),
        pytest.param(["100"], [["50"], ["59.9"]], "PR", id="19.8 % over the nadir stays PR"),
        pytest.param(["100"], [["0"]], "CR", id="gone is CR"),
        pytest.param(["100"], [["0"], ["3"]], "PD", id="any reappearance after a nadir of 0 is PD"),
        pytest.param(["30", "30"], [["10", None]], "NE", id="an incomplete sum is NE"),
        pytest.param(["30", "30"], [["72", None]], "PD", id="measured lesions alone already make PD"),
        pytest.param(["20", "20"], [["5", None], ["15", "15"]], "SD", id="an incomplete sum never lowers the nadir"),
    ],
)
def test_target_response(baseline: list[str], sums: list[list[str | None]], expected: str) -> None:
    assert _assess(baseline, *sums)[-1].overall.value == expected


def _expected(target: str, non_target: str, new: str) -> str:
    """The published table and its conservative extension, said as the order in which the paper reads it."""
    if new == "YES" or target == "PD" or non_target == "PD":
        return "PD"
    if new == "NE" or target == "NE":
        return "NE"
    rows = {
        "CR": {"CR": "CR", "IR/SD": "PR", "NE": "PR", "none": "CR"},
        "PR": {"CR": "PR", "IR/SD": "PR", "NE": "PR", "none": "PR"},
        "SD": {"CR": "SD", "IR/SD": "SD", "NE": "SD", "none": "SD"},
        "none": {"CR": "CR", "IR/SD": "SD", "NE": "NE", "none": "NE"},
    }
    return rows[target][non_target]


@pytest.mark.parametrize("target", list(Response))
@pytest.mark.parametrize("non_target", list(NonTarget))
@pytest.mark.parametrize("new", list(NewLesions))
def test_overall_response_table(target: Response, non_target: NonTarget, new: NewLesions) -> None:
    found, _ = overall_response(target, non_target, new)
    assert found.value == _expected(target.value, non_target.value, new.value)


MILLIMETRES = some.integers(min_value=0, max_value=900).map(lambda tenths: str(MM(tenths) / 10))
HISTORIES = some.lists(some.lists(some.none() | MILLIMETRES, min_size=3, max_size=3), min_size=1, max_size=6)
BASELINES = some.lists(some.integers(100, 900).map(lambda tenths: str(MM(tenths) / 10)), min_size=3, max_size=3)


@given(BASELINES, HISTORIES)
def test_the_nadir_never_rises(baseline: list[str], sums: list[list[str | None]]) -> None:
    nadirs = [each.nadir for each in _assess(baseline, *sums)]
    assert nadirs == sorted(nadirs, reverse=True)


@given(BASELINES, HISTORIES)
def test_the_order_of_lesions_does_not_matter(baseline: list[str], sums: list[list[str | None]]) -> None:
    turned = _assess(baseline[::-1], *[each[::-1] for each in sums])
    assert [each.overall for each in _assess(baseline, *sums)] == [each.overall for each in turned]


@given(BASELINES, HISTORIES)
def test_doubling_every_diameter_changes_no_response(baseline: list[str], sums: list[list[str | None]]) -> None:
    doubled = [[None if value is None else str(MM(value) * 2) for value in each] for each in sums]
    scaled = _assess([str(MM(value) * 2) for value in baseline], *doubled)
    assert [each.overall for each in _assess(baseline, *sums)] == [each.overall for each in scaled]


def test_a_marker_raised_at_baseline_must_be_normal_for_complete_response() -> None:
    assert recist.non_target_response({}, True, "above")[0] == NonTarget.IR_SD
    assert recist.non_target_response({}, True, "not_done")[0] == NonTarget.NE
    assert recist.non_target_response({}, True, "normal")[0] == NonTarget.CR
